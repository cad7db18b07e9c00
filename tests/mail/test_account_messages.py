"""Each mail about accounts and groups as it is read, whole, compared with `expected/<kind>.txt`."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from ozgtermine.mail import account_messages, membership_messages
from ozgtermine.mail.account_messages import HAPPENED, Notice
from ozgtermine.mail.composing import Mail
from ozgtermine.models import Account, Membership, MembershipRole, Person, Series
from tests.mail.test_messages import EXPECTED, LETTERHEAD, TOKEN, composed, printed

AT = datetime(2023, 2, 6, 9, 30, tzinfo=UTC)
WHO = Account(email="zoe@musterburg.example", name="Zoë Müller & Söhne")
JOINED = Membership(
    series=Series(title="AG 1 Kooperationsmodell", contact_email="ag1@land.example"),
    person=Person(given_name="Zoë", family_name="Müller", email="zoe@musterburg.example"),
    role=MembershipRole.LEAD,
)

MAILS: dict[str, Callable[[], Mail]] = {
    "invited": lambda: account_messages.invited(LETTERHEAD, WHO, token=TOKEN, role="Redaktion"),
    "sign_in_link": lambda: account_messages.sign_in_link(LETTERHEAD, WHO, token=TOKEN),
    "sign_in_by_password": lambda: account_messages.sign_in_by_password(LETTERHEAD, WHO),
    "reset_password": lambda: account_messages.reset_password(LETTERHEAD, WHO, token=TOKEN),
    "security_notice": lambda: account_messages.security_notice(
        LETTERHEAD, WHO, Notice.NEW_DEVICE, device="Firefox unter Windows", now=AT
    ),
    "joined": lambda: membership_messages.joined(LETTERHEAD, JOINED, role="Leitung"),
}


@pytest.mark.parametrize("kind", MAILS)
def test_each_mail_reads_whole(kind: str) -> None:
    assert printed(composed(MAILS[kind]())) == (EXPECTED / f"{kind}.txt").read_text("utf-8")


@pytest.mark.parametrize("what", Notice)
def test_every_notice_says_what_happened_and_holds_no_link_that_acts(what: Notice) -> None:
    mail = account_messages.security_notice(LETTERHEAD, WHO, what, device="", now=AT)
    assert HAPPENED[what] in mail.text
    assert "Gerät:" not in mail.text
    assert "/konto/anmelden/" not in mail.text + mail.html


def test_mails_that_somebody_waits_for_go_first() -> None:
    assert {MAILS[kind]().priority for kind in ("sign_in_link", "reset_password", "invited")} == {-1}
