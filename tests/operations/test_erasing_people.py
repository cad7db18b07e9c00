"""Who is in no group any more is erased, with accounts, mails and their names in the record; numbers stay."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine.clock import BERLIN
from ozgtermine.config import Settings
from ozgtermine.mail import membership_messages, outbox
from ozgtermine.mail.delivery import file_name
from ozgtermine.models import (
    Account,
    AccountRole,
    AccountSession,
    AuditAct,
    AuditEntry,
    ErasedMembership,
    FormDraft,
    MailState,
    Membership,
    MembershipRole,
    Organisation,
    OutgoingMail,
    Person,
    PersonalCalendar,
    Sector,
    Series,
)
from ozgtermine.operations import auditing
from ozgtermine.operations.auditing import SYSTEM, Author, set_author
from ozgtermine.operations.erasing import erase_again
from ozgtermine.operations.erasing_people import (
    erase_accounts_of_nobody,
    erase_people,
    forget_people,
    note_who_is_unneeded,
)
from ozgtermine.operations.graveyard import Graveyard, knows_every_tombstone
from tests import factories, members
from tests.factories import NOW
from tests.letterheads import LETTERHEAD
from tests.whole_database import dump, put_back

TODAY = NOW.astimezone(BERLIN).date()
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
DAYS = timedelta(days=30)


@pytest.fixture
def graveyard(tmp_path: Path) -> Graveyard:
    return Graveyard.of(Settings(instance=tmp_path, secret_key="x"))


@pytest.fixture
def group(session: Session) -> Series:
    return factories.series(session, title="AG 1")


def member(session: Session, group: Series, name: str, *, ends_on: date | None = None) -> Person:
    house = session.scalars(select(Organisation)).first() or Organisation(name="Stadt", sector=Sector.MUNICIPAL)
    person = members.person(session, given_name="", family_name=name, email=f"{name.lower()}@stadt.example")
    person.organisation = house
    members.membership(session, group, person, MembershipRole.LEAD, starts_on=date(2022, 1, 1), ends_on=ends_on)
    return person


def account_of(session: Session, person: Person | None, name: str, role: AccountRole | None = None) -> Account:
    address = f"{name.lower()}@stadt.example"
    made = Account(email=address, email_normalised=address, name=name, person=person, role=role, created_at=NOW)
    session.add(made)
    session.flush()
    return made


def nights(session: Session, graveyard: Graveyard, *, later: timedelta) -> int:
    """Do what a night does, today and some time later; return how many people that erased."""
    note_who_is_unneeded(session, today=TODAY, now=NOW)
    at = NOW + later
    today = at.astimezone(BERLIN).date()
    note_who_is_unneeded(session, today=today, now=at)
    erased = erase_people(session, graveyard, before=at - DAYS, today=today, now=at, most=500)
    session.flush()
    return erased


def left(session: Session) -> set[str]:
    return set(session.scalars(select(Person.family_name)))


def test_a_former_lead_goes_after_the_time_and_the_group_keeps_numbers(
    session: Session, graveyard: Graveyard, group: Series
) -> None:
    member(session, group, "Ehemals", ends_on=YESTERDAY)
    member(session, group, "Bleibt")
    member(session, group, "Endet-erst-morgen", ends_on=TOMORROW)

    assert nights(session, graveyard, later=DAYS - timedelta(seconds=1)) == 0
    assert nights(session, graveyard, later=DAYS) == 1

    assert left(session) == {"Bleibt", "Endet-erst-morgen"}
    counted = session.scalars(select(ErasedMembership)).one()
    assert (counted.series_id, counted.role, counted.sector, counted.number) == (
        group.id, MembershipRole.LEAD, "municipal", 1
    )  # fmt: skip


def test_a_second_one_is_added_to_the_number(session: Session, graveyard: Graveyard, group: Series) -> None:
    for name in ("Eins", "Zwei"):
        member(session, group, name, ends_on=YESTERDAY)
        nights(session, graveyard, later=DAYS)

    assert [each.number for each in session.scalars(select(ErasedMembership))] == [2]


def test_who_joins_again_in_time_stays(session: Session, graveyard: Graveyard, group: Series) -> None:
    person = member(session, group, "Wieder", ends_on=YESTERDAY)
    note_who_is_unneeded(session, today=TODAY, now=NOW)
    members.membership(session, group, person, MembershipRole.MEMBER, starts_on=TOMORROW)

    assert nights(session, graveyard, later=DAYS * 2) == 0
    assert person.unneeded_since is None


def test_who_never_was_in_a_group_has_as_long_from_the_first_night(session: Session, graveyard: Graveyard) -> None:
    members.person(session, family_name="Ohne")

    assert nights(session, graveyard, later=DAYS - timedelta(days=1)) == 0
    assert nights(session, graveyard, later=DAYS) == 1


@pytest.mark.parametrize("role", list(AccountRole))
def test_editors_and_administrators_stay_without_any_group(
    session: Session, graveyard: Graveyard, group: Series, role: AccountRole
) -> None:
    person = member(session, group, "Hier", ends_on=YESTERDAY)
    account_of(session, person, "Hier", role)
    account_of(session, None, "Allein", role)

    assert nights(session, graveyard, later=DAYS * 20) == 0
    assert erase_accounts_of_nobody(session, graveyard, before=NOW + DAYS * 20) == 0
    assert (left(session), len(session.scalars(select(Account)).all())) == ({"Hier"}, 2)
    with pytest.raises(RuntimeError):
        forget_people(session, [person], graveyard, now=NOW)


def test_an_account_that_belongs_to_nobody_goes_when_it_was_not_used_for_as_long(
    session: Session, graveyard: Graveyard
) -> None:
    used = account_of(session, None, "Benutzt")
    used.last_signed_in_at = NOW + timedelta(days=1)
    account_of(session, None, "Ungenutzt")

    assert erase_accounts_of_nobody(session, graveyard, before=NOW) == 1
    assert list(session.scalars(select(Account.name))) == ["Benutzt"]


def test_nothing_names_an_erased_person_any_more(session: Session, graveyard: Graveyard, group: Series) -> None:
    person = member(session, group, "Verschwindibus", ends_on=YESTERDAY)
    account = account_of(session, person, "Verschwindibus")
    members.session_of(session, account)
    set_author(session, Author(account.id, account.name))
    other = member(session, group, "Andere")
    auditing.note(session, AuditAct.SIGNED_IN, account, now=NOW, text="link, Gerät von Verschwindibus")
    session.add_all([
        FormDraft(account_id=account.id, path="/x", target="/x", fields={"name": ["Verschwindibus"]}, saved_at=NOW),
        PersonalCalendar(email_normalised=person.email_normalised, salt="s", token_hash="h", created_at=NOW),
    ])  # fmt: skip
    outbox.post(session, membership_messages.joined(LETTERHEAD, person.memberships[0]), LETTERHEAD, now=NOW)
    mail = session.scalars(select(OutgoingMail)).one()
    mail.state, mail.sent_at = MailState.SENT, NOW
    graveyard.mail_folder.mkdir()
    file = graveyard.mail_folder / file_name(mail.message_id)
    file.write_text("Verschwindibus")
    session.flush()
    set_author(session, SYSTEM)
    assert "verschwindibus" in str(dump(session.connection())).casefold()

    assert nights(session, graveyard, later=DAYS) == 1

    assert "verschwindibus" not in str(dump(session.connection())).casefold()
    assert (file.exists(), "erschwindibus" in graveyard.tombstones.path.read_text()) == (False, False)
    assert session.scalars(select(AccountSession)).all() == []
    created = select(AuditEntry).where(AuditEntry.thing == "person", AuditEntry.thing_id == other.id)
    assert {(each.author, each.title) for each in session.scalars(created)} == {("Gelöschtes Konto", "Andere")}


def test_a_mail_on_its_way_is_still_sent(session: Session, graveyard: Graveyard, group: Series) -> None:
    person = member(session, group, "Ehemals", ends_on=YESTERDAY)
    outbox.post(session, membership_messages.joined(LETTERHEAD, person.memberships[0]), LETTERHEAD, now=NOW)

    nights(session, graveyard, later=DAYS)

    assert session.scalars(select(OutgoingMail.state)).all() == [MailState.QUEUED]


def test_a_restored_backup_does_not_bring_them_back(session: Session, graveyard: Graveyard, group: Series) -> None:
    person = member(session, group, "Ehemals", ends_on=YESTERDAY)
    account_of(session, person, "Ehemals")
    account_of(session, None, "Ungenutzt")
    account_of(session, None, "Verwaltung", AccountRole.ADMINISTRATOR)
    member(session, group, "Bleibt")
    session.flush()
    backup = dump(session.connection())
    assert nights(session, graveyard, later=DAYS) == 1
    assert erase_accounts_of_nobody(session, graveyard, before=NOW) == 1
    session.expunge_all()
    put_back(session.connection(), backup)
    assert (left(session), knows_every_tombstone(session, graveyard)) == ({"Ehemals", "Bleibt"}, False)

    assert erase_again(session, graveyard, now=NOW) == 2

    session.flush()
    assert (left(session), list(session.scalars(select(Account.name)))) == ({"Bleibt"}, ["Verwaltung"])
    assert list(session.scalars(select(Membership.role))) == [MembershipRole.LEAD]
    assert knows_every_tombstone(session, graveyard)


def test_somebody_who_was_entered_anew_is_somebody_else(session: Session, graveyard: Graveyard, group: Series) -> None:
    gone = member(session, group, "Kommt-wieder", ends_on=YESTERDAY)
    number = gone.id
    nights(session, graveyard, later=DAYS)
    session.expunge_all()
    session.add(Person(id=number, given_name="", family_name="Kommt-wieder", email="kommt-wieder@stadt.example"))
    session.flush()

    assert erase_again(session, graveyard, now=NOW) == 0
    assert left(session) == {"Kommt-wieder"}
