"""What mails about accounts say: one builder per mail, its words in `templates/mail/<kind>/`.

They speak the account's language, and go before all others: somebody waits for the link. A notice names what happened
and never holds a link that acts.
"""

from datetime import datetime
from enum import StrEnum

from ozgtermine.mail.composing import Mail
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Account, AccountRole
from ozgtermine.rendering.templates import render
from ozgtermine.rendering.words import ACCOUNT_ROLES
from ozgtermine.wording import N_, translate

AT_ONCE = -1


class Notice(StrEnum):
    """What the owner of an account should know at once."""

    NEW_DEVICE = "new_device"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - what happened
    FACTOR_ADDED = "factor_added"
    FACTOR_REMOVED = "factor_removed"
    RECOVERY_CODE_USED = "recovery_code_used"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    PROVIDER_LINKED = "provider_linked"
    ROLE_CHANGED = "role_changed"
    DISABLED = "disabled"
    ENABLED = "enabled"


HAPPENED = {
    Notice.NEW_DEVICE: N_("Mit Ihrem Konto hat sich jemand auf einem neuen Gerät angemeldet."),
    Notice.PASSWORD_CHANGED: N_("Das Passwort Ihres Kontos wurde geändert. Alle anderen Sitzungen sind beendet."),
    Notice.FACTOR_ADDED: N_("Ihr Konto hat einen weiteren zweiten Faktor."),
    Notice.FACTOR_REMOVED: N_("Ein zweiter Faktor Ihres Kontos wurde entfernt."),
    Notice.RECOVERY_CODE_USED: N_("Mit Ihrem Konto hat sich jemand durch einen Wiederherstellungscode angemeldet."),
    Notice.RECOVERY_CODES_MADE: N_("Ihr Konto hat neue Wiederherstellungscodes. Die alten gelten nicht mehr."),
    Notice.PROVIDER_LINKED: N_("Ihr Konto ist jetzt mit der zentralen Anmeldung verbunden."),
    Notice.ROLE_CHANGED: N_("Ihr Konto hat eine andere Rolle."),
    Notice.DISABLED: N_("Ihr Konto ist gesperrt. Alle Sitzungen sind beendet."),
    Notice.ENABLED: N_("Ihr Konto ist wieder freigeschaltet."),
}


def invited(letterhead: Letterhead, account: Account, *, token: str, role: AccountRole) -> Mail:
    """Invite somebody to set up the account that was made for them."""
    named = translate(ACCOUNT_ROLES[role], account.language)
    return _mail("invited", letterhead, account, link=letterhead.links.set_up_account(token), role=named)


def sign_in_link(letterhead: Letterhead, account: Account, *, token: str) -> Mail:
    """Bring the link that was asked for."""
    return _mail("sign_in_link", letterhead, account, link=letterhead.links.enter(token))


def sign_in_by_password(letterhead: Letterhead, account: Account) -> Mail:
    """Say that this account signs in by its password: whoever asked for a link learns nothing on the page."""
    return _mail("sign_in_by_password", letterhead, account, link=letterhead.links.sign_in())


def reset_password(letterhead: Letterhead, account: Account, *, token: str) -> Mail:
    """Bring the link on which a new password is chosen."""
    return _mail("reset_password", letterhead, account, link=letterhead.links.reset_password(token))


def security_notice(letterhead: Letterhead, account: Account, what: Notice, *, device: str, now: datetime) -> Mail:
    """Say what happened to the account, when, and on which device (empty: not on one of theirs)."""
    said = {"happened": translate(HAPPENED[what], account.language), "device": device, "at": now}
    return _mail("security_notice", letterhead, account, link=letterhead.links.own_account(), **said)


def _mail(kind: str, letterhead: Letterhead, account: Account, **said: object) -> Mail:
    language, values = account.language, {"letterhead": letterhead, "account": account, **said}
    return Mail(
        kind=kind,
        recipient=account.email,
        recipient_name=account.name,
        subject=render(f"mail/{kind}/subject.txt", language, **values).strip(),
        text=render(f"mail/{kind}/body.txt", language, **values),
        html=render(f"mail/{kind}/body.html", language, **values),
        priority=AT_ONCE,
    )
