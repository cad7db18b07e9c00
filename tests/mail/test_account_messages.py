"""Each mail about accounts and groups as it is read, whole, compared with `expected/<kind>.txt` and `expected/en`."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ozgtermine.mail import account_messages, membership_messages, messages
from ozgtermine.mail.account_messages import HAPPENED, Notice
from ozgtermine.mail.composing import Mail
from ozgtermine.models import Account, AccountRole, Membership, MembershipRole, Person, Series
from ozgtermine.rendering.templates import resource_folder
from ozgtermine.rendering.words import ACCOUNT_ROLES, MEMBERSHIP_ROLES
from ozgtermine.wording import translate
from tests.mail import test_messages
from tests.mail.test_messages import EXPECTED, LETTERHEAD, TOKEN, composed, printed

AT = datetime(2023, 2, 6, 9, 30, tzinfo=UTC)


def owner(language: str) -> Account:
    return Account(email="zoe@musterburg.example", name="Zoë Müller & Söhne", language=language)


def joining(language: str) -> Membership:
    person = Person(given_name="Zoë", family_name="Müller", email="zoe@musterburg.example", language=language)
    series = Series(title="AG 1 Kooperationsmodell", contact_email="ag1@land.example")
    return Membership(series=series, person=person, role=MembershipRole.LEAD)


MAILS: dict[str, Callable[[str], Mail]] = {
    "invited": lambda language: account_messages.invited(
        LETTERHEAD, owner(language), token=TOKEN, role=AccountRole.EDITOR
    ),
    "sign_in_link": lambda language: account_messages.sign_in_link(LETTERHEAD, owner(language), token=TOKEN),
    "sign_in_by_password": lambda language: account_messages.sign_in_by_password(LETTERHEAD, owner(language)),
    "reset_password": lambda language: account_messages.reset_password(LETTERHEAD, owner(language), token=TOKEN),
    "security_notice": lambda language: account_messages.security_notice(
        LETTERHEAD, owner(language), Notice.NEW_DEVICE, device="Firefox unter Windows", now=AT
    ),
    "joined": lambda language: membership_messages.joined(LETTERHEAD, joining(language)),
    "test_message": lambda language: messages.test_message(LETTERHEAD, owner(language)),
}


@pytest.mark.parametrize("kind", MAILS)
@pytest.mark.parametrize(("language", "folder"), [("de", EXPECTED), ("en", EXPECTED / "en")], ids=["de", "en"])
def test_each_mail_reads_whole(kind: str, language: str, folder: Path) -> None:
    assert printed(composed(MAILS[kind](language))) == (folder / f"{kind}.txt").read_text("utf-8")


def test_every_mail_is_printed_whole_in_both_languages() -> None:
    """Nobody adds a folder without printing what it says."""
    folders = {each.name for each in (resource_folder("templates") / "mail").iterdir() if each.is_dir()}
    assert folders == set(MAILS) | set(test_messages.MAILS)
    for printed_in in (EXPECTED, EXPECTED / "en"):
        assert {each.stem for each in printed_in.glob("*.txt")} == folders


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("what", Notice)
def test_every_notice_says_what_happened_and_holds_no_link_that_acts(what: Notice, language: str) -> None:
    mail = account_messages.security_notice(LETTERHEAD, owner(language), what, device="", now=AT)
    assert translate(HAPPENED[what], language) in mail.text
    assert ("Gerät:" in mail.text, "Device:" in mail.text) == (False, False)
    assert "/konto/anmelden/" not in mail.text + mail.html


def test_every_sentence_has_an_english_one() -> None:
    said = [*HAPPENED.values(), *ACCOUNT_ROLES.values(), *MEMBERSHIP_ROLES.values()]
    assert [each for each in said if translate(each, "en") == each] == []


def test_mails_that_somebody_waits_for_go_first() -> None:
    assert {MAILS[kind]("de").priority for kind in ("sign_in_link", "reset_password", "invited")} == {-1}
