"""Accounts: who gets one, who gets in, who is slowed down, and that one administrator always stays."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from ozgtermine.errors import InvalidValueError, LinkExpiredError
from ozgtermine.models import Account, AccountLinkPurpose, AccountRole, Membership, MembershipRole, Person
from ozgtermine.operations import account_links, accounts, second_factors, signing_in
from ozgtermine.operations.second_factors import Vault
from ozgtermine.operations.signing_in import Attempt, TooManyAttemptsError
from tests import factories
from tests.factories import NOW

PASSWORD = "vier lange sichere Woerter"
EMAIL = "erika.muster@mid.example"
TODAY = date(2023, 2, 6)


def administrator(session: Session) -> Account:
    token = accounts.create_setup_link(session, now=NOW)
    return accounts.set_up(session, token, name="Erika Muster", email=EMAIL, password=PASSWORD, now=NOW)


def editor(session: Session, email: str = "max@mid.example") -> Account:
    token = accounts.invite(session, email=email, name="Max", role=AccountRole.EDITOR, now=NOW)
    return accounts.set_up(session, token, name="Max Muster", email="", password=PASSWORD, now=NOW)


def test_the_first_link_makes_the_administrator_who_can_sign_in(session: Session) -> None:
    assert not accounts.has_administrator(session)
    account = administrator(session)
    assert account.role is AccountRole.ADMINISTRATOR
    assert accounts.has_administrator(session)
    assert signing_in.verified(session, " Erika.Muster@MID.example ", PASSWORD) is account


def test_a_link_works_once_and_for_a_day(session: Session) -> None:
    token = accounts.create_setup_link(session, now=NOW)
    with pytest.raises(LinkExpiredError):
        accounts.find_set_up_link(session, token, now=NOW + timedelta(hours=24))
    accounts.set_up(session, token, name="Erika", email=EMAIL, password=PASSWORD, now=NOW)
    with pytest.raises(LinkExpiredError):
        accounts.set_up(session, token, name="Mallory", email="m@evil.example", password=PASSWORD, now=NOW)
    with pytest.raises(LinkExpiredError):
        accounts.find_set_up_link(session, "geraten", now=NOW)


def test_a_new_first_link_ends_the_one_before_and_there_is_none_beside_an_administrator(session: Session) -> None:
    first, second = (accounts.create_setup_link(session, now=NOW) for _time in range(2))
    with pytest.raises(LinkExpiredError):
        accounts.find_set_up_link(session, first, now=NOW)
    accounts.set_up(session, second, name="Erika", email=EMAIL, password=PASSWORD, now=NOW)
    with pytest.raises(accounts.AdministratorExistsError):
        accounts.create_setup_link(session, now=NOW)


def test_an_invited_editor_keeps_the_invited_address_and_role(session: Session) -> None:
    token = accounts.invite(session, email="max@mid.example", name="Max", role=AccountRole.EDITOR, now=NOW)
    made = accounts.set_up(session, token, name="Max Muster", email="x@evil.example", password=PASSWORD, now=NOW)
    assert (made.email, made.role, made.name) == ("max@mid.example", AccountRole.EDITOR, "Max Muster")
    with pytest.raises(InvalidValueError):
        accounts.invite(session, email="MAX@mid.example", name="Max", role=AccountRole.ADMINISTRATOR, now=NOW)


def test_a_link_opens_only_what_it_is_for(session: Session) -> None:
    account = editor(session)
    token = account_links.new_link(session, AccountLinkPurpose.RESET_PASSWORD, account, now=NOW)
    with pytest.raises(LinkExpiredError):
        signing_in.enter_by_link(session, token, now=NOW)
    with pytest.raises(LinkExpiredError):
        accounts.find_set_up_link(session, token, now=NOW)


@pytest.mark.parametrize(
    "password",
    ["kurz", "elf Zeichen", "x" * 201, "passwort1234", "123456789012", "qwertzuiopas", "aaaaaaaaaaaa",
     "ErikaMuster1", "ozg-termine1", "Password2023"],
)  # fmt: skip
def test_a_password_is_long_and_nobody_guesses_it(session: Session, password: str) -> None:
    token = accounts.create_setup_link(session, now=NOW)
    with pytest.raises(InvalidValueError) as refusal:
        accounts.set_up(session, token, name="Erika Muster", email=EMAIL, password=password, now=NOW)
    assert refusal.value.field == "password"


def test_wrong_unknown_disabled_and_memberly_get_the_same_answer(session: Session) -> None:
    account = administrator(session)
    assert signing_in.verified(session, EMAIL, "falsch") is None
    assert signing_in.verified(session, "niemand@mid.example", PASSWORD) is None
    account.role = None
    assert signing_in.verified(session, EMAIL, PASSWORD) is None
    account.role, account.disabled_at = AccountRole.EDITOR, NOW
    session.flush()
    assert signing_in.verified(session, EMAIL, PASSWORD) is None


def tried(session: Session, times: int, *, email: str = EMAIL, address: str = "192.0.2.1", device: str = "") -> Attempt:
    attempt = Attempt(email=email, address=address, device=device)
    for _time in range(times):
        signing_in.count(session, attempt, now=NOW)
    return attempt


def is_slowed_down(session: Session, attempt: Attempt, *, later: timedelta = timedelta(0)) -> bool:
    try:
        signing_in.check(session, attempt, now=NOW + later)
    except TooManyAttemptsError:
        return True
    return False


def test_the_sixth_attempt_from_one_network_waits_and_nobody_else(session: Session) -> None:
    assert not is_slowed_down(session, tried(session, 5))
    assert is_slowed_down(session, tried(session, 1))
    assert not is_slowed_down(session, tried(session, 1, address="198.51.100.7"))
    assert not is_slowed_down(session, tried(session, 0), later=signing_in.WINDOW)


def test_ipv6_counts_by_the_network_of_a_household(session: Session) -> None:
    tried(session, 5, address="2001:db8:1:2::1")
    assert is_slowed_down(session, tried(session, 1, address="2001:db8:1:2:ffff::9"))
    assert not is_slowed_down(session, tried(session, 1, address="2001:db8:1:3::1"))


def test_strangers_from_everywhere_are_slowed_down_but_never_lock_a_known_browser_out(session: Session) -> None:
    for number in range(signing_in.MOST_OF_STRANGERS_FOR_AN_ADDRESS):
        tried(session, 1, address=f"198.51.100.{number}")
    assert is_slowed_down(session, tried(session, 1, address="203.0.113.9"))
    assert not is_slowed_down(session, tried(session, 1, device="mein-laptop"))
    tried(session, signing_in.MOST_OF_A_DEVICE, device="mein-laptop")
    assert is_slowed_down(session, tried(session, 1, device="mein-laptop"))


def test_a_network_that_guesses_many_addresses_is_slowed_down(session: Session) -> None:
    for number in range(signing_in.MOST_OF_A_NETWORK):
        tried(session, 1, email=f"{number}@mid.example")
    assert is_slowed_down(session, tried(session, 1, email="noch-eine@mid.example"))


def test_an_attempt_that_succeeded_does_not_count(session: Session) -> None:
    attempt = Attempt(email=EMAIL, address="192.0.2.1")
    for _time in range(10):
        signing_in.forgive(session, signing_in.count(session, attempt, now=NOW))
    assert not is_slowed_down(session, attempt)


def member(session: Session, *, ends_on: date | None = None) -> Person:
    person = Person(given_name="Mina", family_name="Mitglied", email="mina@stadt.example")
    session.add(person)
    session.flush()
    session.add(
        Membership(
            series=factories.series(session), person=person, role=MembershipRole.MEMBER, starts_on=None, ends_on=ends_on
        )
    )
    session.flush()
    return person


def test_who_is_in_a_group_gets_an_account_without_a_role(session: Session) -> None:
    person = member(session)
    made = accounts.member_account(session, "MINA@stadt.example", today=TODAY, now=NOW)
    assert made is not None
    assert (made.person_id, made.role, made.name) == (person.id, None, "Mina Mitglied")
    assert accounts.member_account(session, "mina@stadt.example", today=TODAY, now=NOW) is made
    assert accounts.is_in_a_group(session, made, today=TODAY)


def test_who_was_in_a_group_gets_none(session: Session) -> None:
    member(session, ends_on=TODAY - timedelta(days=1))
    assert accounts.member_account(session, "mina@stadt.example", today=TODAY, now=NOW) is None
    assert accounts.member_account(session, "niemand@stadt.example", today=TODAY, now=NOW) is None


def test_the_last_administrator_stays(session: Session) -> None:
    first = administrator(session)
    with pytest.raises(accounts.LastAdministratorError):
        accounts.disable(session, first, now=NOW)
    with pytest.raises(accounts.LastAdministratorError):
        accounts.give_role(session, first, AccountRole.EDITOR)
    second = editor(session)
    accounts.give_role(session, second, AccountRole.ADMINISTRATOR)
    session.flush()
    accounts.give_role(session, first, AccountRole.EDITOR)
    session.flush()
    with pytest.raises(accounts.LastAdministratorError):
        accounts.disable(session, second, now=NOW)


def test_an_invited_administrator_who_never_came_does_not_count(session: Session) -> None:
    first = administrator(session)
    accounts.invite(session, email="nie@mid.example", name="Nie", role=AccountRole.ADMINISTRATOR, now=NOW)
    with pytest.raises(accounts.LastAdministratorError):
        accounts.disable(session, first, now=NOW)


VAULT = Vault("only-for-tests")


def with_totp(session: Session) -> tuple[Account, str]:
    account, secret = administrator(session), second_factors.new_secret()
    code = code_at(secret, 0)
    second_factors.add_totp(account, VAULT, secret, code, now=NOW)
    return account, secret


def code_at(secret: str, steps: int) -> str:
    import pyotp

    return pyotp.TOTP(secret).at(NOW + steps * timedelta(seconds=second_factors.STEP_SECONDS))


def test_a_code_counts_once_and_one_step_early_or_late(session: Session) -> None:
    account, secret = with_totp(session)
    assert not second_factors.use_totp(account, VAULT, code_at(secret, 0), now=NOW)
    assert second_factors.use_totp(account, VAULT, code_at(secret, 1), now=NOW)
    assert not second_factors.use_totp(account, VAULT, code_at(secret, 1), now=NOW)
    assert not second_factors.use_totp(account, VAULT, code_at(secret, 3), now=NOW)
    assert second_factors.use_totp(account, VAULT, code_at(secret, 2), now=NOW + timedelta(seconds=90))


def test_the_secret_is_worth_nothing_without_the_key(session: Session) -> None:
    account, secret = with_totp(session)
    assert secret not in str(account.totp_secret)
    assert Vault("another key").open(str(account.totp_secret)) is None
    assert not second_factors.use_totp(account, Vault("another key"), code_at(secret, 1), now=NOW)


def test_a_recovery_code_counts_once_however_it_is_written(session: Session) -> None:
    account = administrator(session)
    codes = second_factors.new_recovery_codes(session, account)
    assert len(set(codes)) == second_factors.RECOVERY_CODES
    assert second_factors.use_recovery_code(account, codes[3].upper().replace("-", " "), now=NOW)
    assert not second_factors.use_recovery_code(account, codes[3], now=NOW)
    assert second_factors.codes_left(account) == second_factors.RECOVERY_CODES - 1
    second_factors.new_recovery_codes(session, account)
    assert not second_factors.use_recovery_code(account, codes[4], now=NOW)
