"""What the public is told about seats, in words: the public revision rises with a new word, not with each number."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from ozgtermine.models import Registration, RegistrationOffer
from ozgtermine.queries.seats import Counts, counts
from ozgtermine.rendering.events import best_availability, modes
from ozgtermine.rules.registering import State

_OFFERS = "offers_with_other_registrations"


def note(session: Session) -> None:
    """Remember the offers whose registrations this flush has changed; an unconfirmed entry takes no seat."""
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, Registration) and row.state is not State.UNCONFIRMED:
            session.info.setdefault(_OFFERS, set()).add(row.offer_id)


def tell(session: Session) -> None:
    """Note for each of them the word that holds now; another one is a change of a public table."""
    for offer_id in sorted(session.info.pop(_OFFERS, ())):
        offer = session.get(RegistrationOffer, offer_id)
        if offer is None:
            continue
        word = best_availability(offer, _counted(session, offer)).value
        if word != offer.told_seats:
            session.execute(update(RegistrationOffer).where(RegistrationOffer.id == offer_id).values(told_seats=word))


def _counted(session: Session, offer: RegistrationOffer) -> Counts:
    """Return what the word depends on: nothing where seats are unlimited."""
    is_limited = all(offer.seats(mode) is not None for mode in modes(offer.event.mode))
    return counts(session, [offer.id]) if is_limited else {}


def forget(session: Session) -> None:
    session.info.pop(_OFFERS, None)
