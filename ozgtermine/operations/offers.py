"""Whether an offer can be used now, and how it says no."""

from datetime import datetime

from ozgtermine.errors import Refusal
from ozgtermine.models import RegistrationOffer
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


def check_is_open(offer: RegistrationOffer, now: datetime) -> None:
    """Raise NotOpenError unless one can register now."""
    stands = offer.opening(now)
    if stands is not Opening.OPEN:
        raise NotOpenError(stands)
