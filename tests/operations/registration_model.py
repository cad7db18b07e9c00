"""What registering should do, told once more in plain Python: the state machine test compares the product with it.

Nothing here looks at the product's operations; it shares with them the names of states and of refusals alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ozgtermine.errors import LinkExpiredError
from ozgtermine.models import LinkPurpose, Reply
from ozgtermine.operations.deciding import AlreadyRegisteredError, Decision
from ozgtermine.operations.offers import ClaimLapsedError, FullError, NotOpenError, TooLateError
from ozgtermine.operations.taking_back import ChangedSinceError, TooLateToTakeBackError
from ozgtermine.rules.registering import ENDED, LIVE, SEATED, Mode, Opening, Policy, Promotion, State

REVOCABLE_FOR = timedelta(minutes=10)
LINK_GOOD_FOR = timedelta(hours=72)
LINK_MAILS_AN_HOUR = 5


@dataclass(frozen=True)
class Human:
    """Somebody who registers; several share a mailbox, and two have one name."""

    name: str
    email: str
    sector: str | None


@dataclass
class Offer:
    id: int
    policy: Policy
    seats: dict[Mode, int | None]
    quotas: dict[str, int]
    has_waiting_list: bool
    promotion: Promotion
    opens_at: datetime | None
    starts_at: datetime
    ends_at: datetime
    members: list[tuple[int, Human]] = field(default_factory=list)
    is_cancelled: bool = False
    told_cancelled: bool = False
    tells_at: datetime | None = None

    def is_running(self, now: datetime) -> bool:
        has_opened = self.opens_at is None or now >= self.opens_at
        return not self.is_cancelled and has_opened and now < self.starts_at

    def is_open(self, now: datetime) -> bool:
        return self.policy is not Policy.MEMBERS and self.is_running(now)


@dataclass
class Row:
    offer: Offer
    name: str
    email: str
    sector: str | None
    mode: Mode
    requested_at: datetime
    serial: int
    state: State = State.UNCONFIRMED
    submission: int = 0
    waits_for: Mode | None = None
    waiting_since: datetime | None = None
    claim_until: datetime | None = None
    remind_at: datetime | None = None
    reply: Reply | None = None
    person: int | None = None
    """The member who was invited."""

    @property
    def place(self) -> tuple[datetime, int]:
        since = self.requested_at if self.state is State.WAITING else self.waiting_since
        assert since
        return since, self.serial

    def enter(self, state: State, now: datetime) -> None:
        self.state, self.waits_for, self.claim_until, self.remind_at = state, None, None, None
        self.waiting_since = now if state is State.WAITING else None


@dataclass
class Promised:
    """A mail; `link` is what the secret in it is for."""

    kind: str
    recipient: str
    row: Row
    at: datetime
    link: "Link | None" = None
    change: "Change | None" = None


@dataclass
class Link:
    row: Row
    purpose: LinkPurpose | None
    """None: for a deputy."""
    expires_at: datetime
    human: Human | None = None
    secret: str = ""


@dataclass
class Change:
    """A decision of editors, to be taken back."""

    at: datetime
    offer: Offer
    decided: list[tuple[Row, State]]
    ended: list[State] = field(default_factory=list)
    name: str = ""


@dataclass
class Model:
    now: datetime
    offers: list[Offer] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    mails: list[Promised] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    serial: int = 0

    # what is free, and who is next

    def of(self, offer: Offer) -> list[Row]:
        return [row for row in self.rows if row.offer is offer]

    def taken(self, offer: Offer, mode: Mode) -> int:
        return sum(row.state in SEATED and row.mode is mode for row in self.of(offer))

    def has_free(self, offer: Offer, mode: Mode) -> bool:
        seats = offer.seats[mode]
        return seats is None or self.taken(offer, mode) < seats

    def has_quota(self, offer: Offer, sector: str | None) -> bool:
        if sector not in offer.quotas:
            return True
        return sum(row.state in SEATED and row.sector == sector for row in self.of(offer)) < offer.quotas[sector]

    def may_move(self, row: Row) -> bool:
        if row.state is State.WAITING:
            return self.has_free(row.offer, row.mode) and self.has_quota(row.offer, row.sector)
        return row.waits_for is not None and self.has_free(row.offer, row.waits_for)

    def promote(self, offer: Offer) -> None:
        while offer.is_running(self.now) and (fitting := [row for row in self.of(offer) if self.may_move(row)]):
            row = min(fitting, key=lambda each: each.place)
            if row.waits_for is not None:
                row.mode, row.waits_for, row.waiting_since = row.waits_for, None, None
                self.post("promoted", row)
            elif offer.promotion is Promotion.CLAIM:
                row.enter(State.OFFERED, self.now)
                self.post("seat_offered", row)
            else:
                row.enter(State.CONFIRMED, self.now)
                self.post("promoted", row)

    def post(
        self, kind: str, row: Row, *, to: str = "", manages: bool = True, link: Link | None = None,
        change: Change | None = None,
    ) -> None:  # fmt: skip
        if link is None and manages:
            link = Link(row, LinkPurpose.MANAGE, row.offer.ends_at + timedelta(days=30))
        if link is not None:
            self.links.append(link)
        self.mails.append(Promised(kind, to or row.email, row, self.now, link, change))

    def seat_or_line(self, row: Row, *, seat: str, line: str, needs_line: bool, change: Change | None = None) -> None:
        self.promote(row.offer)
        if self.has_free(row.offer, row.mode) and self.has_quota(row.offer, row.sector):
            row.enter(State.CONFIRMED, self.now)
            self.post(seat, row, change=change)
        elif row.offer.has_waiting_list or not needs_line:
            row.enter(State.WAITING, self.now)
            self.post(line, row, change=change)
        else:
            raise FullError

    def admit(self, row: Row) -> None:
        if row.offer.policy is Policy.ON_REQUEST:
            row.enter(State.REQUESTED, self.now)
            self.post("requested", row)
        else:
            self.seat_or_line(row, seat="registration_confirmed", line="registration_waiting", needs_line=True)

    # what people do

    def add(self, offer: Offer, human: Human, mode: Mode) -> Row:
        self.serial += 1
        row = Row(offer, human.name, human.email, human.sector, mode, self.now, self.serial)
        self.rows.append(row)
        return row

    def live(self, offer: Offer, name: str, email: str) -> Row | None:
        same = [row for row in self.of(offer) if row.state in LIVE and row.name == name
                and row.email.casefold() == email.casefold()]  # fmt: skip
        return same[0] if same else None

    def request(self, offers: Sequence[Offer], people: Sequence[tuple[Human, Mode]]) -> None:
        self.serial += 1
        submission = self.serial
        asked: dict[str, list[Row]] = {}
        for offer in offers:
            if not offer.is_open(self.now):
                raise NotOpenError(Opening.CLOSED)
            for human, mode in people:
                row = self.live(offer, human.name, human.email) or self.add(offer, human, mode)
                if row.state is State.UNCONFIRMED:
                    row.mode, row.sector = mode, human.sector
                    if self.now >= row.requested_at + LINK_GOOD_FOR:
                        row.requested_at = self.now
                    self._join(row, submission)
                asked.setdefault(human.email.casefold(), []).append(row)
        for address, rows in asked.items():
            self._mail_a_link(address, rows)

    def _join(self, row: Row, submission: int) -> None:
        """All that one link was to confirm stays together, so that no link loses anybody."""
        for other in self.together(row):
            if other.state is State.UNCONFIRMED:
                other.submission = submission

    def together(self, row: Row) -> list[Row]:
        if not row.submission:
            return [row]
        return [each for each in self.rows if each.submission == row.submission
                and each.email.casefold() == row.email.casefold()]  # fmt: skip

    def _mail_a_link(self, address: str, rows: list[Row]) -> None:
        unconfirmed = [row for row in rows if row.state is State.UNCONFIRMED]
        row = (unconfirmed or rows)[0]
        earlier = [mail for mail in self.mails if mail.kind in ("confirm_address", "already_registered")
                   and mail.recipient.casefold() == address and mail.at > self.now - timedelta(hours=1)]  # fmt: skip
        if len(earlier) >= LINK_MAILS_AN_HOUR:
            return
        if unconfirmed:
            self.post("confirm_address", row, link=Link(row, LinkPurpose.CONFIRM, self.now + LINK_GOOD_FOR))
        else:
            self.post("already_registered", row)

    def follow(self, link: Link, purpose: LinkPurpose | None) -> Row:
        if link not in self.links or link.purpose is not purpose or self.now >= link.expires_at:
            raise LinkExpiredError
        return link.row

    def check_is_open(self, offer: Offer) -> None:
        if not offer.is_open(self.now):
            raise NotOpenError(Opening.CLOSED)

    def confirm(self, link: Link) -> None:
        named = self.follow(link, LinkPurpose.CONFIRM)
        rows = self.together(named) if named.state is State.UNCONFIRMED else [named]
        refused: Exception | None = None
        done = 0
        for row in sorted(rows, key=lambda each: (each.offer.id, each.serial)):
            try:
                if row.state is State.UNCONFIRMED:
                    self.check_is_open(row.offer)
                    self.admit(row)
                done += 1
            except (NotOpenError, FullError) as error:
                refused = error
        if refused and not done:
            raise refused

    def join(self, link: Link, offers: Sequence[Offer]) -> None:
        known = self.follow(link, LinkPurpose.MANAGE)
        for offer in offers:
            if not offer.is_open(self.now) or self.live(offer, known.name, known.email):
                continue
            row = self.add(offer, Human(known.name, known.email, known.sector), known.mode)
            try:
                self.admit(row)
            except FullError:
                self.rows.remove(row)

    def claim(self, link: Link) -> None:
        row = self.follow(link, LinkPurpose.MANAGE)
        if row.state is not State.OFFERED:
            return
        if row.offer.is_cancelled:
            raise NotOpenError(Opening.CLOSED)
        if row.claim_until and self.now >= row.claim_until:
            raise ClaimLapsedError
        row.enter(State.CONFIRMED, self.now)
        self.post("registration_confirmed", row)
        self.promote(row.offer)

    def withdraw(self, link: Link) -> None:
        row = self.follow(link, LinkPurpose.MANAGE)
        if row.state not in (State.REQUESTED, State.WAITING, State.OFFERED, State.CONFIRMED):
            return
        if self.now >= row.offer.ends_at:
            raise TooLateError
        row.enter(State.WITHDRAWN, self.now)
        self.post("withdrawn", row, manages=False)
        self.promote(row.offer)

    def answer(self, link: Link, answer: Reply) -> None:
        row = self.follow(link, LinkPurpose.MANAGE)
        if row.person is None or row.state in ENDED:
            raise TooLateError
        if not row.offer.is_running(self.now):
            raise NotOpenError(Opening.CLOSED)
        row.reply = answer
        if answer is Reply.YES:
            if row.state is State.INVITED:
                self.seat_or_line(row, seat="registration_confirmed", line="registration_waiting", needs_line=True)
            return
        row.enter(State.INVITED, self.now)
        self.post("reply_noted", row)
        self.promote(row.offer)

    def change(self, link: Link, mode: Mode, sector: str | None) -> None:
        row = self.follow(link, LinkPurpose.MANAGE)
        if row.state in ENDED:
            raise TooLateError
        if not row.offer.is_running(self.now):
            raise NotOpenError(Opening.CLOSED)
        if row.state not in SEATED or not row.offer.quotas:
            row.sector = sector
        if row.state not in SEATED:
            row.mode = mode
        elif row.state is State.CONFIRMED and row.mode is mode:
            row.waits_for = row.waiting_since = None
        elif row.state is State.CONFIRMED and row.waits_for is None:
            self.promote(row.offer)
            if self.has_free(row.offer, mode):
                row.mode = mode
                self.post("mode_changed", row)
            else:
                row.waits_for, row.waiting_since = mode, self.now
        self.promote(row.offer)

    def ask_deputy(self, link: Link, human: Human) -> None:
        row = self.follow(link, LinkPurpose.MANAGE)
        if row.state in ENDED or self.now >= row.offer.starts_at:
            raise TooLateError
        self.links = [each for each in self.links if each.row is not row or each.purpose is not None]
        asked = Link(row, None, min(self.now + LINK_GOOD_FOR, row.offer.starts_at), human)
        self.post("deputy_asked", row, to=human.email, link=asked)

    def take_over(self, link: Link) -> None:
        row = self.follow(link, None)
        human = link.human
        assert human
        if row.state in ENDED:
            raise LinkExpiredError
        if self.live(row.offer, human.name, human.email) not in (None, row):
            raise AlreadyRegisteredError
        self.post("deputy_took_over", row, manages=False)
        self.links = [each for each in self.links if each.row is not row]
        row.name, row.email = human.name, human.email
        kinds = {State.CONFIRMED: "registration_confirmed", State.OFFERED: "seat_offered"}
        self.post(kinds.get(row.state, "already_registered"), row)

    # what editors do

    def decide(self, offer: Offer, rows: Iterable[Row], decision: Decision) -> None:
        ends = {State.REQUESTED, State.WAITING, State.OFFERED, State.CONFIRMED}
        possible = {
            Decision.APPROVE: {State.REQUESTED},
            Decision.DECLINE: ends,
            Decision.CANCEL: ends | {State.UNCONFIRMED, State.INVITED},
        }[decision]
        deciding = [row for row in rows if row.state in possible]
        change = Change(self.now, offer, [])
        for row in sorted(deciding, key=lambda each: (each.requested_at, each.serial)):
            before = row.state
            change.decided.append((row, before))
            if decision is Decision.APPROVE:
                self.seat_or_line(row, seat="approved", line="approved_waiting", needs_line=False, change=change)
            else:
                row.enter(State.DECLINED if decision is Decision.DECLINE else State.CANCELLED, self.now)
                if before is not State.UNCONFIRMED:
                    kind = "declined" if decision is Decision.DECLINE else "removed"
                    self.post(kind, row, manages=False, change=change)
            change.ended.append(row.state)
        self.promote(offer)
        if deciding:
            self.changes.append(change)

    def take_back(self, change: Change) -> None:
        if self.now >= change.at + REVOCABLE_FOR:
            raise TooLateToTakeBackError
        self.changes.remove(change)
        self.mails = [mail for mail in self.mails if mail.change is not change]
        for (row, before), after in zip(change.decided, change.ended, strict=True):
            self._restore(row, before, after)
        self.promote(change.offer)

    def _restore(self, row: Row, before: State, after: State) -> None:
        if row.state is not after:
            raise ChangedSinceError
        if row.state in ENDED and self.live(row.offer, row.name, row.email):
            raise ChangedSinceError
        row.enter(before, self.now)
        if before not in SEATED:
            return
        row.enter(State.REQUESTED, self.now)  # holds no seat while it is looked whether there is one
        if not (self.has_free(row.offer, row.mode) and self.has_quota(row.offer, row.sector)):
            row.enter(State.WAITING, self.now)
            self.post("registration_waiting", row)
            return
        row.enter(State.CONFIRMED, self.now)
        if before is State.OFFERED:
            self.post("promoted", row)

    def add_by_hand(self, offer: Offer, human: Human, mode: Mode) -> None:
        if self.live(offer, human.name, human.email):
            raise AlreadyRegisteredError
        row = self.add(offer, human, mode)
        self.seat_or_line(row, seat="registration_confirmed", line="registration_waiting", needs_line=True)

    def move_to_pool(self, row: Row, mode: Mode) -> None:
        if row.mode is mode:
            return
        if row.state in SEATED:
            self.promote(row.offer)
            if row.mode is mode:
                return
            if not self.has_free(row.offer, mode):
                raise FullError
            row.mode, row.waits_for, row.waiting_since = mode, None, None
            self.post("mode_changed" if row.state is State.CONFIRMED else "seat_offered", row)
        else:
            row.mode = mode
        self.promote(row.offer)

    def set_seats(self, offer: Offer, seats: dict[Mode, int | None]) -> None:
        offer.seats = dict(seats)
        self.promote(offer)

    def cancel_event(self, offer: Offer) -> None:
        if not offer.is_cancelled:
            self._note_change(offer)
            offer.is_cancelled = True

    def restore_event(self, offer: Offer) -> None:
        if offer.is_cancelled:
            self._note_change(offer)
            offer.is_cancelled = False
            self.promote(offer)

    def _note_change(self, offer: Offer) -> None:
        if not any(row.state in LIVE for row in self.of(offer)):
            return
        if offer.tells_at is None:
            offer.told_cancelled = offer.is_cancelled
        offer.tells_at = self.now + REVOCABLE_FOR

    # what the clock does

    def erase(self) -> None:
        for row in [each for each in self.rows if each.state is State.UNCONFIRMED]:
            links = [link for each in self.together(row) for link in self.links if link.row is each]
            is_awaited = any(link.purpose is LinkPurpose.CONFIRM and link.expires_at > self.now for link in links)
            if row.requested_at <= self.now - LINK_GOOD_FOR and not is_awaited:
                row.offer = _NOWHERE  # erased below: what comes later in this loop still belongs together
        self.rows = [row for row in self.rows if row.offer is not _NOWHERE]
        self.mails = [mail for mail in self.mails if mail.row.offer is not _NOWHERE]
        self.links = [link for link in self.links if link.row.offer is not _NOWHERE]

    def pass_time(self) -> None:
        """Do what the worker does when it looks: tell, let lapse, remind, move up, invite."""
        for offer in self.offers:
            if offer.tells_at and offer.tells_at <= self.now:
                self._tell(offer)
        for offer in self.offers:
            self._lapse(offer)
        for row in self.rows:
            if row.remind_at and row.remind_at <= self.now and not row.offer.is_cancelled:
                row.remind_at = None
                self.post("claim_reminder", row)
        for offer in self.offers:
            self.promote(offer)
        for offer in sorted(self.offers, key=lambda each: each.starts_at):
            self._invite(offer)

    def _tell(self, offer: Offer) -> None:
        offer.tells_at = None
        if offer.is_cancelled is offer.told_cancelled or self.now >= offer.ends_at:
            return
        for row in self.of(offer):
            says_no = row.state is State.INVITED and row.reply is Reply.NO
            if row.state in LIVE and row.state is not State.UNCONFIRMED and not says_no:
                self.post("event_cancelled" if offer.is_cancelled else "event_restored", row)

    def _lapse(self, offer: Offer) -> None:
        overdue = [row for row in self.of(offer) if row.claim_until and row.claim_until <= self.now]
        if offer.is_cancelled or not overdue:
            return
        for row in overdue:
            row.enter(State.LAPSED, self.now)
            self.post("seat_lapsed", row, manages=False)
        self.promote(offer)

    def _invite(self, offer: Offer) -> None:
        if offer.policy is not Policy.MEMBERS or not offer.is_running(self.now):
            return
        invited = {row.person for row in self.of(offer)}
        for person, human in offer.members:
            if person not in invited and not self.live(offer, human.name, human.email):
                row = self.add(offer, human, Mode.ON_SITE)
                row.person, row.sector = person, None
                row.enter(State.INVITED, self.now)
                self.post("member_invited", row)


_NOWHERE = Offer(0, Policy.NONE, {}, {}, has_waiting_list=False, promotion=Promotion.AUTOMATIC, opens_at=None,
                 starts_at=datetime.now(UTC), ends_at=datetime.now(UTC))  # fmt: skip
