"""Why one cannot register for an event now, and the next step: pages, not field errors."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ozgtermine.models import Event, RegistrationOffer
from ozgtermine.queries.seats import counts, pool
from ozgtermine.rendering.dates import long_instant
from ozgtermine.rendering.events import modes
from ozgtermine.rules.registering import Availability, Mode, Opening, Policy, availability
from ozgtermine.wording import N_, translate

_HINTS = {
    Availability.WAITING_LIST: N_("Alle Plätze sind vergeben. Sie kommen auf die Warteliste."),
    Availability.FULL: N_("Ausgebucht"),
}


@dataclass(frozen=True, kw_only=True)
class Obstacle:
    """A heading, a sentence, and where to go on: a link with its words, or back to the event."""

    title: str
    sentence: str
    url: str = ""
    link_text: str = ""


def obstacle(session: Session, event: Event, now: datetime, *, mode: Mode | None = None) -> Obstacle | None:
    """Return what stands in the way, None where one can register; `mode` looks at the seats of one pool only."""
    offer = event.offer
    if event.is_cancelled:
        return _obstacle(N_("Dieser Termin ist abgesagt"), event.cancellation_reason or N_("Er findet nicht statt."))
    if event.is_over(now):
        return _obstacle(N_("Dieser Termin ist vorbei"), N_("Unterlagen dazu finden Sie auf der Seite des Termins."))
    if offer is None or offer.policy in (Policy.NONE, Policy.EXTERNAL, Policy.MEMBERS):
        return _no_registration_here(offer)
    stands = offer.opening(now)
    if stands is Opening.NOT_YET and offer.opens_at:
        return Obstacle(
            title=translate(N_("Die Anmeldung ist noch nicht geöffnet")),
            sentence=translate(N_("Sie können sich ab %(when)s anmelden."), when=long_instant(offer.opens_at)),
        )
    if stands is not Opening.OPEN:
        return _obstacle(
            N_("Die Anmeldung ist geschlossen"), N_("Für diesen Termin können Sie sich nicht mehr anmelden.")
        )
    return _full(session, offer, (mode,) if mode else modes(event.mode))


def _no_registration_here(offer: RegistrationOffer | None) -> Obstacle:
    if offer is not None and offer.policy is Policy.EXTERNAL:
        return Obstacle(
            title=translate(N_("Die Anmeldung läuft über den Veranstalter")),
            sentence=translate(N_("Dieser Termin wird von anderen veranstaltet. Dort melden Sie sich auch an.")),
            url=offer.external_url,
            link_text=translate(N_("Zur Anmeldung beim Veranstalter")),
        )
    if offer is not None and offer.policy is Policy.MEMBERS:
        return _obstacle(
            N_("Dieser Termin ist für Mitglieder"),
            N_("Mitglieder werden persönlich eingeladen und brauchen sich hier nicht anzumelden."),
        )
    return _obstacle(
        N_("Für diesen Termin ist keine Anmeldung nötig"),
        N_("Wie Sie teilnehmen, steht auf der Seite des Termins."),
    )


def _full(session: Session, offer: RegistrationOffer, looked_at: tuple[Mode, ...]) -> Obstacle | None:
    if offer.policy is Policy.ON_REQUEST or offer.has_waiting_list:
        return None
    counted = counts(session, [offer.id])
    seats = [availability(pool(offer, each, counted), has_waiting_list=False) for each in looked_at]
    if any(each is not Availability.FULL for each in seats):
        return None
    return _obstacle(
        N_("Alle Plätze sind vergeben"),
        N_("Für diesen Termin gibt es keine Warteliste. Vielleicht passt einer der nächsten Termine der Reihe."),
    )


def mode_hints(session: Session, event: Event) -> dict[str, str]:
    """Return what to know before choosing between on site and online, where seats are gone."""
    if event.offer is None:
        return {}
    offer, counted = event.offer, counts(session, [event.offer.id])
    words = {each: availability(pool(offer, each, counted), has_waiting_list=offer.has_waiting_list)
             for each in modes(event.mode)}
    return {mode.value: translate(_HINTS[seats]) for mode, seats in words.items() if seats in _HINTS}


def _obstacle(title: str, sentence: str) -> Obstacle:
    return Obstacle(title=translate(title), sentence=translate(sentence))
