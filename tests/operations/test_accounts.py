"""Accounts: who gets one, who gets in, and who is slowed down."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from ozgtermine.errors import InvalidValueError, LinkExpiredError
from ozgtermine.models import Account, AccountRole
from ozgtermine.operations import accounts
from tests.factories import NOW

PASSWORD = "vier lange sichere Woerter"
EMAIL = "erika.muster@mid.example"


def administrator(session: Session) -> Account:
    token = accounts.create_setup_link(session, now=NOW)
    return accounts.set_up(session, token, name="Erika Muster", email=EMAIL, password=PASSWORD, now=NOW)


def sign_in(
    session: Session, password: str = PASSWORD, *, email: str = EMAIL, network: str = "192.0.2.1"
) -> str | None:
    account = accounts.sign_in(session, email=email, password=password, network=network, now=NOW)
    return account.name if account else None


def test_the_first_link_makes_the_administrator_who_can_sign_in(session: Session) -> None:
    assert not accounts.has_administrator(session)
    assert administrator(session).role is AccountRole.ADMINISTRATOR
    assert accounts.has_administrator(session)
    assert sign_in(session, email=" Erika.Muster@MID.example ") == "Erika Muster"


def test_a_link_works_once_and_for_a_day(session: Session) -> None:
    token = accounts.create_setup_link(session, now=NOW)
    with pytest.raises(LinkExpiredError):
        accounts.get_link(session, token, now=NOW + timedelta(hours=24))
    accounts.set_up(session, token, name="Erika", email=EMAIL, password=PASSWORD, now=NOW)
    with pytest.raises(LinkExpiredError):
        accounts.set_up(session, token, name="Mallory", email="m@evil.example", password=PASSWORD, now=NOW)
    with pytest.raises(LinkExpiredError):
        accounts.get_link(session, "geraten", now=NOW)


def test_a_new_first_link_ends_the_one_before_and_there_is_none_beside_an_administrator(session: Session) -> None:
    first, second = (accounts.create_setup_link(session, now=NOW) for _time in range(2))
    with pytest.raises(LinkExpiredError):
        accounts.get_link(session, first, now=NOW)
    accounts.set_up(session, second, name="Erika", email=EMAIL, password=PASSWORD, now=NOW)
    with pytest.raises(accounts.AdministratorExistsError):
        accounts.create_setup_link(session, now=NOW)


def test_an_invited_editor_keeps_the_invited_address_and_role(session: Session) -> None:
    token = accounts.invite(session, email="max@mid.example", name="Max", role=AccountRole.EDITOR, now=NOW)
    made = accounts.set_up(session, token, name="Max Muster", email="x@evil.example", password=PASSWORD, now=NOW)
    assert (made.email, made.role, made.name) == ("max@mid.example", AccountRole.EDITOR, "Max Muster")
    with pytest.raises(InvalidValueError):
        accounts.invite(session, email="MAX@mid.example", name="Max", role=AccountRole.ADMINISTRATOR, now=NOW)


@pytest.mark.parametrize("password", ["kurz", "elf Zeichen", "x" * 201])
def test_a_password_is_long_but_not_endless(session: Session, password: str) -> None:
    token = accounts.create_setup_link(session, now=NOW)
    with pytest.raises(InvalidValueError) as refusal:
        accounts.set_up(session, token, name="Erika", email=EMAIL, password=password, now=NOW)
    assert refusal.value.field == "password"


def test_wrong_unknown_and_disabled_get_the_same_answer(session: Session) -> None:
    account = administrator(session)
    assert sign_in(session, "falsch") is None
    assert sign_in(session, email="niemand@mid.example") is None
    account.disabled_at = NOW
    assert sign_in(session) is None


def test_five_failures_slow_one_network_down_but_lock_nobody_else_out(session: Session) -> None:
    administrator(session)
    for _attempt in range(accounts.MOST_FAILURES_PER_ADDRESS_AND_NETWORK):
        assert sign_in(session, "geraten", network="198.51.100.7") is None
    with pytest.raises(accounts.TooManyAttemptsError):
        sign_in(session, network="198.51.100.7")
    assert sign_in(session, network="192.0.2.1") == "Erika Muster"
    later = NOW + accounts.ATTEMPT_WINDOW
    assert accounts.sign_in(session, email=EMAIL, password=PASSWORD, network="198.51.100.7", now=later)


def test_a_network_that_guesses_many_addresses_is_slowed_down(session: Session) -> None:
    for number in range(accounts.MOST_FAILURES_PER_NETWORK):
        assert sign_in(session, email=f"{number}@mid.example") is None
    with pytest.raises(accounts.TooManyAttemptsError):
        sign_in(session, email="noch-eine@mid.example")


def test_a_new_password_ends_the_sessions_and_needs_the_old_one(session: Session) -> None:
    account = administrator(session)
    with pytest.raises(InvalidValueError):
        accounts.change_password(session, account, old="falsch", new="ein ganz anderes Passwort")
    epoch = account.session_epoch
    accounts.change_password(session, account, old=PASSWORD, new="ein ganz anderes Passwort")
    assert account.session_epoch == epoch + 1
    assert sign_in(session) is None
    assert sign_in(session, "ein ganz anderes Passwort") == "Erika Muster"
