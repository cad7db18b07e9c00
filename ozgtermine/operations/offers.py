"""Whether an offer can be used now, and how it says no."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from ozgtermine.errors import Refusal
from ozgtermine.models import Event, RegistrationOffer
from ozgtermine.rules.registering import Opening
from ozgtermine.wording import N_


class NotOpenError(Refusal):
    """One cannot register now; `opening` says why."""

    message = N_("Eine Anmeldung ist zurzeit nicht möglich.")
    status = 409

    def __init__(self, why: Opening) -> None:
        super().__init__()
        self.opening = why


class FullError(Refusal):
    message = N_("Alle Plätze sind vergeben.")
    status = 409


class TooLateError(Refusal):
    message = N_("Der Termin hat schon stattgefunden. Eine Abmeldung ist nicht mehr nötig.")
    status = 409


class ClaimLapsedError(Refusal):
    message = N_("Die Frist für diesen Platz ist abgelaufen. Er ist an die nächste Person gegangen.")
    status = 409


class WrongDomainError(Refusal):
    """The address does not belong to one of the domains that may register."""

    message = N_("Zu diesem Termin melden Sie sich bitte mit einer dienstlichen Adresse an: %(domains)s.")


def check_address(offer: RegistrationOffer, email: str) -> None:
    """Raise WrongDomainError unless the address belongs to a domain that may register; subdomains count."""
    domain = email.rpartition("@")[2].casefold()
    allowed = [each.casefold() for each in offer.allowed_domains]
    if allowed and not any(domain == each or domain.endswith(f".{each}") for each in allowed):
        raise WrongDomainError(field="email", domains=", ".join(offer.allowed_domains))


def joinable(events: Iterable[Event], now: datetime) -> Iterator[Event]:
    """Yield the events that one can register for together with others: open, and no answer is required."""
    for each in events:
        if each.offer is None or each.offer.opening(now) is not Opening.OPEN:
            continue
        if not any(question.is_required for question in each.offer.questions):
            yield each


def check_is_open(offer: RegistrationOffer, now: datetime) -> None:
    """Raise NotOpenError unless anybody can register now."""
    _check(offer.opening(now))


def check_is_running(offer: RegistrationOffer, now: datetime) -> None:
    """Raise NotOpenError unless who is registered or invited can still change it."""
    _check(offer.window(now))


def _check(stands: Opening) -> None:
    if stands is not Opening.OPEN:
        raise NotOpenError(stands)
