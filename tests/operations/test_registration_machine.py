"""Any order of what people, editors and the clock do: the product does what the model does, and no promise breaks.

After each step every registration, every mail and every refusal is compared with the model, and what must never happen
is looked for in the rows themselves, without the model.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase
from hypothesis import settings as examples
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import Row as Found
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.config import Settings
from ozgtermine.database import db, transaction
from ozgtermine.errors import Refusal
from ozgtermine.jobs import falling_due
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import (
    Base,
    LinkPurpose,
    MembershipRole,
    OutgoingMail,
    Person,
    Registration,
    RegistrationOffer,
    Reply,
    Sector,
)
from ozgtermine.operations import (
    answering,
    confirming,
    deciding,
    deputising,
    erasing,
    registering,
    revoking_decisions,
    scheduling,
)
from ozgtermine.operations.deciding import Decision
from ozgtermine.operations.graveyard import Graveyard
from ozgtermine.operations.promoting import promote
from ozgtermine.operations.registering import Details
from ozgtermine.queries.locking import lock_offer
from ozgtermine.rules.registering import LIVE, SEATED, Mode, Opening, Policy, Promotion, State
from ozgtermine.rules.schedule import when
from tests import factories, members
from tests.factories import NOW
from tests.operations.registration_model import Human, Link, Model, Offer, Promised, Row

EXAMPLES, STEPS = 30, 30
LEAST_CONTESTED = 5
PEOPLE = [
    Human("Anna", "post@musterburg.example", "municipal"),
    Human("Bernd", "post@musterburg.example", "municipal"),
    Human("Clara", "Post@Musterburg.example", "state"),
    Human("Anna", "anna@beispielstadt.example", "state"),
    Human("Dora", "dora@beispielstadt.example", None),
    Human("Emil", "emil@beispielstadt.example", "municipal"),
]
POOLS = (Mode.ON_SITE, Mode.ONLINE)
SECRET = re.compile(r"http://termine\.example/anmeldung/(?:bestaetigen/|vertretung/)?([\w-]{43})")
PAUSES = [timedelta(minutes=9), timedelta(minutes=10), timedelta(hours=5), timedelta(hours=26), timedelta(hours=71)]

people = st.sampled_from(PEOPLE)
pools = st.sampled_from(POOLS)
seats = st.sampled_from([1, 2, 1, 3, 0, None])
groups = st.lists(st.tuples(people, pools), min_size=1, max_size=3, unique_by=lambda each: each[0])
which = st.integers(0, 59)
some_offers = st.sampled_from([(0,), (0,), (1,), (0, 1)])
terms = st.fixed_dictionaries({
    "policy": st.sampled_from([Policy.OPEN, Policy.OPEN, Policy.OPEN, Policy.ON_REQUEST, Policy.MEMBERS]),
    "seats_on_site": seats,
    "seats_online": seats,
    "quotas": st.sampled_from([{}, {}, {"municipal": 1}, {"municipal": 1, "state": 1}]),
    "has_waiting_list": st.sampled_from([True, True, True, True, True, False]),
    "promotion": st.sampled_from(list(Promotion)),
    "opens_at": st.sampled_from([None, None, None, None, None, NOW + timedelta(hours=4)]),
})  # fmt: skip


class Machine(RuleBasedStateMachine):
    """Each rule does one thing twice: to the model, and through the operation in a transaction of its own."""

    times_contested = 0
    """How often somebody got a seat while somebody else waited for the same: without that, no order was looked at."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings, self.letterhead = settings, Letterhead.of(settings)
        self.model = Model(NOW)
        self.mails_seen: set[int] = set()
        self.taken_before: Counter[tuple[int, Any]] = Counter()
        self.waiting_before: dict[int, Found[Any]] = {}
        clear()

    def teardown(self) -> None:
        clock.shift(timedelta(0))
        db.session.rollback()

    @initialize(first=terms, second=terms, mode=pools, crowd=st.permutations(PEOPLE))
    def plan(self, first: dict[str, Any], second: dict[str, Any], mode: Mode, crowd: list[Human]) -> None:
        """Offer two events, and have people come, so that there is a line from the beginning."""
        for values, day in ((first, 22), (second, 15)):
            with transaction() as session:
                self.model.offers.append(planned(session, values, date(2023, 2, day)))
        for number in range(2):
            self.queue_up(number, mode, crowd)

    # what people do

    @rule(offers=some_offers, group=groups)
    def request(self, offers: Sequence[int], group: list[tuple[Human, Mode]]) -> None:
        chosen = [self.model.offers[number] for number in offers]
        first, *colleagues = [details(human, mode) for human, mode in group]
        self.both(
            lambda model: model.request(chosen, group),
            lambda session: registering.request_registration(
                session, [offer.id for offer in chosen], first, colleagues=colleagues,
                letterhead=self.letterhead, now=self.model.now,
            ),
        )  # fmt: skip

    @rule(offers=some_offers, human=people, mode=pools)
    def register(self, offers: Sequence[int], human: Human, mode: Mode) -> None:
        before = len(self.model.links)
        self.request(offers, [(human, mode)])
        for link in self.model.links[before:]:
            if link.purpose is LinkPurpose.CONFIRM:
                self.follow_confirmation(link)

    @rule(offer=st.integers(0, 1), mode=pools, crowd=st.lists(people, min_size=3, max_size=6, unique=True))
    def queue_up(self, offer: int, mode: Mode, crowd: list[Human]) -> None:
        """Let several come one after the other, so that a line is there for seats to become free."""
        for human in crowd:
            self.model.now += timedelta(seconds=1)
            self.register((offer,), human, mode)

    @rule(number=which)
    def confirm(self, number: int) -> None:
        if link := self.link(number, LinkPurpose.CONFIRM):
            self.follow_confirmation(link)

    def follow_confirmation(self, link: Link) -> None:
        self.both(
            lambda model: model.confirm(link),
            lambda session: confirming.confirm(session, link.secret, letterhead=self.letterhead, now=self.model.now),
        )

    @rule(number=which, offers=some_offers)
    def join(self, number: int, offers: Sequence[int]) -> None:
        chosen = [self.model.offers[number] for number in offers]
        ids = [offer.id for offer in chosen]
        if link := self.link(number, LinkPurpose.MANAGE):
            self.both(
                lambda model: model.join(link, chosen),
                lambda session: confirming.join(
                    session, link.secret, ids, letterhead=self.letterhead, now=self.model.now
                ),
            )

    @rule(numbers=st.lists(which, min_size=1, max_size=3))
    def leave(self, numbers: list[int]) -> None:
        """Let people with a seat give it back, one after the other."""
        for number in numbers:
            self.withdraw(number, has_seat=True)

    @rule(number=which, has_seat=st.sampled_from([True, True, True, False]))
    def withdraw(self, number: int, has_seat: bool) -> None:
        if link := self.link(number, LinkPurpose.MANAGE, *(SEATED if has_seat else [])):
            self.both(
                lambda model: model.withdraw(link),
                lambda session: answering.withdraw(
                    session, link.secret, letterhead=self.letterhead, now=self.model.now
                ),
            )

    @rule(number=which, is_offered=st.sampled_from([True, True, True, False]))
    def claim(self, number: int, is_offered: bool) -> None:
        if link := self.link(number, LinkPurpose.MANAGE, *([State.OFFERED] if is_offered else [])):
            self.both(
                lambda model: model.claim(link),
                lambda session: answering.claim(session, link.secret, letterhead=self.letterhead, now=self.model.now),
            )

    @rule(number=which, answer=st.sampled_from(list(Reply)), is_member=st.sampled_from([True, True, True, False]))
    def reply(self, number: int, answer: Reply, is_member: bool) -> None:
        if link := self.link(number, LinkPurpose.MANAGE, is_member=is_member):
            self.both(
                lambda model: model.answer(link, answer),
                lambda session: answering.reply(
                    session, link.secret, answer, letterhead=self.letterhead, now=self.model.now
                ),
            )

    @rule(number=which, mode=pools, sector=st.sampled_from(["municipal", "state", None]))
    def change(self, number: int, mode: Mode, sector: str | None) -> None:
        if link := self.link(number, LinkPurpose.MANAGE, *LIVE):
            typed = details(Human("egal", "egal@beispielstadt.example", sector), mode)
            self.both(
                lambda model: model.change(link, mode, sector),
                lambda session: answering.change(
                    session, link.secret, typed, letterhead=self.letterhead, now=self.model.now
                ),
            )

    @rule(number=which, human=people)
    def ask_deputy(self, number: int, human: Human) -> None:
        if link := self.link(number, LinkPurpose.MANAGE):
            self.both(
                lambda model: model.ask_deputy(link, human),
                lambda session: deputising.ask_deputy(
                    session, link.secret, given_name=human.name, family_name="", email=human.email,
                    letterhead=self.letterhead, now=self.model.now,
                ),
            )  # fmt: skip

    @rule(number=which)
    def take_over(self, number: int) -> None:
        if link := self.link(number, None):
            self.both(
                lambda model: model.take_over(link),
                lambda session: deputising.take_over(
                    session, link.secret, letterhead=self.letterhead, now=self.model.now
                ),
            )

    # what editors do

    @rule(offer=st.integers(0, 1), decision=st.sampled_from(list(Decision)), numbers=st.sets(which, max_size=4))
    def decide(self, offer: int, decision: Decision, numbers: set[int]) -> None:
        about = self.model.offers[offer]
        rows = self.model.of(about)
        chosen = list({number % len(rows): rows[number % len(rows)] for number in numbers}.values()) if rows else []
        ids = [self.id_of(row) for row in chosen]
        before = len(self.model.changes)
        decided = self.both(
            lambda model: model.decide(about, chosen, decision),
            lambda session: deciding.decide(
                session, about.id, ids, decision, reason="", letterhead=self.letterhead, now=self.model.now
            ),
        )
        for change in self.model.changes[before:]:
            assert decided is not None
            change.name = decided.change_id
            assert decided.skipped == len(chosen) - len(change.decided)

    @rule(number=which)
    def take_back(self, number: int) -> None:
        if self.model.changes:
            change = self.model.changes[number % len(self.model.changes)]
            self.both(
                lambda model: model.take_back(change),
                lambda session: revoking_decisions.take_back(
                    session, change.name, letterhead=self.letterhead, now=self.model.now
                ),
            )

    @rule(offer=st.integers(0, 1), human=people, mode=pools)
    def add_by_hand(self, offer: int, human: Human, mode: Mode) -> None:
        to = self.model.offers[offer]
        self.both(
            lambda model: model.add_by_hand(to, human, mode),
            lambda session: deciding.add_by_hand(
                session, to.id, details(human, mode), letterhead=self.letterhead, now=self.model.now
            ),
        )

    @rule(number=which, mode=pools)
    def move_to_pool(self, number: int, mode: Mode) -> None:
        if rows := [row for row in self.model.rows if row.state in LIVE]:
            row = rows[number % len(rows)]
            row_id = self.id_of(row)
            self.both(
                lambda model: model.move_to_pool(row, mode),
                lambda session: deciding.move_to_pool(
                    session, row.offer.id, row_id, mode, letterhead=self.letterhead, now=self.model.now
                ),
            )

    @rule(offer=st.integers(0, 1), on_site=seats, online=seats)
    def change_seats(self, offer: int, on_site: int | None, online: int | None) -> None:
        edited = self.model.offers[offer]

        def edit(session: Session) -> None:
            locked = lock_offer(session, edited.id)
            locked.seats_on_site, locked.seats_online = on_site, online
            promote(session, locked, letterhead=self.letterhead, now=self.model.now)

        self.both(lambda model: model.set_seats(edited, {Mode.ON_SITE: on_site, Mode.ONLINE: online}), edit)

    @rule(offer=st.integers(0, 1))
    def cancel_event(self, offer: int) -> None:
        cancelled = self.model.offers[offer]
        self.both(
            lambda model: model.cancel_event(cancelled),
            lambda session: scheduling.cancel(
                session.get_one(RegistrationOffer, cancelled.id).event, reason="", now=self.model.now
            ),
        )

    @rule(offer=st.integers(0, 1))
    def restore_event(self, offer: int) -> None:
        restored = self.model.offers[offer]
        self.both(
            lambda model: model.restore_event(restored),
            lambda session: scheduling.restore(
                session, session.get_one(RegistrationOffer, restored.id).event,
                letterhead=self.letterhead, now=self.model.now,
            ),
        )  # fmt: skip

    # what the clock does

    @rule(pause=st.sampled_from(PAUSES))
    def pass_time(self, pause: timedelta) -> None:
        self.model.now += pause
        self.both(lambda model: model.pass_time(), self.work)

    def work(self, session: Session) -> None:
        session.rollback()
        falling_due.run(self.settings, now=self.model.now)

    @rule()
    def erase_unconfirmed(self) -> None:
        graveyard = Graveyard.of(self.settings)
        self.both(
            lambda model: model.erase(),
            lambda session: erasing.erase_unconfirmed(session, graveyard, now=self.model.now),
        )

    # comparing

    def both(self, to_model: Callable[[Model], None], to_product: Callable[[Session], Any]) -> Any:
        """Do it to both, expect the same refusal or the same result, and look at every row; return the product's."""
        clock.shift(self.model.now - datetime.now(UTC))
        expected = self._refusal_of_model(to_model)
        result, refused = None, None
        try:
            if to_product == self.work:
                self.work(db.session())
            else:
                with transaction() as session:
                    result = to_product(session)
        except Refusal as refusal:
            refused = type(refusal)
        assert refused is expected
        found = self._registrations()
        self._check_promises(found)
        self._check_rows(found)
        self._check_mails()
        return result

    def _refusal_of_model(self, to_model: Callable[[Model], None]) -> type[Refusal] | None:
        saved = [(each, deepcopy_of(each)) for each in self._all_of_model()]
        lists = {name: list(getattr(self.model, name)) for name in ("rows", "mails", "links", "changes")}
        try:
            to_model(self.model)
        except Refusal as refusal:
            for each, values in saved:
                each.__dict__.update(values)
            for name, values in lists.items():
                setattr(self.model, name, values)
            return type(refusal)
        return None

    def _all_of_model(self) -> Iterator[Any]:
        yield from self.model.offers
        yield from self.model.rows

    def _registrations(self) -> Sequence[Found[Any]]:
        db.session.rollback()
        return db.session.execute(select(
            Registration.id, Registration.offer_id, Registration.given_name, Registration.email,
            Registration.email_normalised, Registration.state, Registration.mode, Registration.sector,
            Registration.waits_for_mode, Registration.reply, Registration.claim_until, Registration.remind_of_claim_at,
            Registration.requested_at, Registration.waiting_since,
        ).order_by(Registration.id)).all()  # fmt: skip

    def _check_rows(self, found: Sequence[Found[Any]]) -> None:
        assert [
            (row.offer_id, row.given_name, row.email, row.state, row.mode, row.sector, row.waits_for_mode, row.reply)
            for row in found
        ] == [
            (row.offer.id, row.name, row.email, row.state, row.mode, row.sector, row.waits_for, row.reply)
            for row in self.model.rows
        ]
        for row, mine in zip(found, self.model.rows, strict=True):
            if mine.state is State.OFFERED and mine.claim_until is None:
                assert self.model.now < row.claim_until <= mine.offer.starts_at
                mine.claim_until, mine.remind_at = row.claim_until, row.remind_of_claim_at

    def _check_mails(self) -> None:
        """Every promised mail is one row, and nothing else was written or taken away."""
        kept = db.session.execute(select(OutgoingMail.id, OutgoingMail.kind, OutgoingMail.recipient)).all()
        assert Counter((row.kind, row.recipient) for row in kept) == Counter(
            (mail.kind, mail.recipient) for mail in self.model.mails
        )
        new = [row.id for row in kept if row.id not in self.mails_seen]
        unread = [mail for mail in self.model.mails if mail.link and not mail.link.secret]
        for mail in db.session.scalars(select(OutgoingMail).where(OutgoingMail.id.in_(new)).order_by(OutgoingMail.id)):
            self._read(mail, unread)
        self.mails_seen = {row.id for row in kept}
        assert [mail for mail in unread if mail.link and not mail.link.secret] == []

    def _read(self, mail: OutgoingMail, unread: list[Promised]) -> None:
        secret = SECRET.search(mail.text)
        about = [each for each in unread if each.link and not each.link.secret and (each.kind, each.recipient) == (
            mail.kind, mail.recipient) and self.id_of(each.row) == mail.registration_id]  # fmt: skip
        if about and about[0].link:
            assert secret
            about[0].link.secret = secret[1]

    def _check_promises(self, found: Sequence[Found[Any]]) -> None:
        """Look at the rows alone, without the model's words."""
        living = [row for row in found if row.state in LIVE]
        live = Counter((row.offer_id, row.email_normalised, row.given_name.casefold()) for row in living)
        assert [person for person, number in live.items() if number > 1] == []
        taken: Counter[tuple[int, Any]] = Counter()
        for row in found:
            if row.state in SEATED:
                taken[row.offer_id, row.mode] += 1
                taken[row.offer_id, row.sector] += 1
        for offer in db.session.scalars(select(RegistrationOffer)):
            limits: dict[Any, int | None] = {mode: offer.seats(mode) for mode in POOLS}
            limits |= {Sector(name): number for name, number in offer.quotas.items()}
            for name, limit in limits.items():
                key = (offer.id, name)
                assert limit is None or taken[key] <= max(limit, self.taken_before[key]), (name, limit, taken[key])
            if offer.window(self.model.now) is Opening.OPEN:
                self._check_line([row for row in found if row.offer_id == offer.id], limits, taken, offer.id)
        self.taken_before = taken
        self._check_order(found)

    def _check_order(self, found: Sequence[Found[Any]]) -> None:
        """Of two who waited for the same, who asked first has the seat first."""
        now = {row.id: row for row in found}
        waited = [(row, now[row.id]) for row in self.waiting_before.values() if row.id in now]
        served = [row for row, then in waited if then.state in SEATED and then.mode is row.mode]
        left = [row for row, then in waited if then.state is State.WAITING and then.mode is row.mode]
        quotas = {offer.id: offer.quotas for offer in self.model.offers}
        rivals = [
            (one, other) for one in served for other in left
            if (one.offer_id, one.mode) == (other.offer_id, other.mode)
            and (one.sector == other.sector or other.sector not in quotas[other.offer_id])
        ]  # fmt: skip
        passed = [(one, other) for one, other in rivals if (one.requested_at, one.id) > (other.requested_at, other.id)]
        assert passed == []
        Machine.times_contested += bool(rivals)
        self.waiting_before = {row.id: row for row in found if row.state is State.WAITING}

    def _check_line(
        self, found: list[Found[Any]], limits: dict[Any, int | None], taken: Counter[tuple[int, Any]], offer_id: int
    ) -> None:
        """Nobody waits in front of a free seat."""

        def is_free(name: Any) -> bool:
            limit = limits.get(name)
            return limit is None or taken[offer_id, name] < limit

        assert [row for row in found if row.state is State.WAITING and is_free(row.mode) and is_free(row.sector)] == []
        assert [row for row in found if row.waits_for_mode is not None and is_free(row.waits_for_mode)] == []

    # choosing

    def link(
        self, number: int, purpose: LinkPurpose | None, *states: State, is_member: bool = False
    ) -> Link | None:
        """Return one of the links in mails, also dead ones; the later half is what people mostly use."""
        links = [link for link in self.model.links if link.purpose is purpose and link.secret]
        if states:
            links = [link for link in links if link.row.state in states]
        if is_member:
            links = [link for link in links if link.row.person is not None]
        return links[-1 - number % len(links)] if links else None

    def id_of(self, row: Row) -> int:
        ids = db.session.scalars(select(Registration.id).order_by(Registration.id)).all()
        return ids[self.model.rows.index(row)]


def deepcopy_of(thing: Any) -> dict[str, Any]:
    """Return the values of a row or an offer of the model; what it refers to stays the same thing."""
    return {name: value if isinstance(value, Offer) else deepcopy(value) for name, value in vars(thing).items()}


def details(human: Human, mode: Mode) -> Details:
    sector = Sector(human.sector) if human.sector else None
    return Details(given_name=human.name, family_name="", email=human.email, mode=mode, sector=sector)


def clear() -> None:
    """Leave no row."""
    with transaction() as session:
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(delete(table))


def planned(session: Session, values: dict[str, Any], day: date) -> Offer:
    """Plan a hybrid event with that offer; two people are members of its group."""
    times = when(starts_on=day, start_time=time(10), end_time=time(11, 30))
    event = factories.event(session, at=times, mode=Mode.HYBRID)
    offer = factories.offer(session, event=event, reminder_hours=None, **values)
    invited = []
    for human in (PEOPLE[0], PEOPLE[4]):
        person = session.scalars(select(Person).filter_by(email=human.email)).one_or_none() or members.person(
            session, given_name=human.name, family_name="", email=human.email, email_normalised=human.email
        )
        members.membership(session, event.series, person, MembershipRole.MEMBER)
        invited.append((person.id, human))
    return Offer(
        id=offer.id,
        policy=offer.policy,
        seats={Mode.ON_SITE: offer.seats_on_site, Mode.ONLINE: offer.seats_online},
        quotas=offer.quotas,
        has_waiting_list=offer.has_waiting_list,
        promotion=offer.promotion,
        opens_at=offer.opens_at,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        members=invited,
    )


def test_in_any_order_the_product_does_what_the_model_does(session: Session, settings: Settings) -> None:
    Machine.times_contested = 0
    run_state_machine_as_test(
        lambda: Machine(settings),
        settings=examples(
            max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, derandomize=True, database=None,
            suppress_health_check=list(HealthCheck), phases=[Phase.generate, Phase.shrink], print_blob=False,
            report_multiple_bugs=False,
        ),
    )  # fmt: skip
    assert Machine.times_contested >= LEAST_CONTESTED
