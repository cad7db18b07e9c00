"""What each mail says: one builder per mail, its words in `templates/mail/<kind>/`."""

from datetime import datetime

from ozgtermine.mail.composing import Invitation, Mail
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Registration
from ozgtermine.rendering.participation import access_for_participants, day_in_subject, place_of
from ozgtermine.rendering.templates import render


def confirm_address(letterhead: Letterhead, registration: Registration, *, token: str) -> Mail:
    """Ask whether the address is theirs. Holds no word of what was typed: anybody can type any address."""
    link = letterhead.links.confirmation(token)
    return _mail("confirm_address", letterhead, registration, greets=False, link=link)


def already_registered(letterhead: Letterhead, registration: Registration, *, token: str) -> Mail:
    """Remind somebody who registers once more of what they have, with a link to it."""
    return _mail("already_registered", letterhead, registration, link=letterhead.links.registration(token))


def registration_confirmed(
    letterhead: Letterhead, registration: Registration, *, token: str, invitation: Invitation | None, now: datetime
) -> Mail:
    """Say that the seat is theirs, how to get in, and how to leave; with the calendar entry."""
    access, link = access_for_participants(registration.offer.event, now), letterhead.links.registration(token)
    return _mail("registration_confirmed", letterhead, registration, invitation=invitation, access=access, link=link)


def promoted(
    letterhead: Letterhead, registration: Registration, *, token: str, invitation: Invitation | None, now: datetime
) -> Mail:
    """Say that a seat became free and is theirs now; with the calendar entry."""
    access, link = access_for_participants(registration.offer.event, now), letterhead.links.registration(token)
    return _mail("promoted", letterhead, registration, invitation=invitation, access=access, link=link)


def registration_waiting(letterhead: Letterhead, registration: Registration, *, token: str, place: int) -> Mail:
    """Say that they wait, at which place, and that a seat comes by itself."""
    link = letterhead.links.registration(token)
    return _mail("registration_waiting", letterhead, registration, link=link, place_in_line=place)


def requested(letterhead: Letterhead, registration: Registration, *, token: str) -> Mail:
    """Say that the request has arrived, and that it is not a booking."""
    return _mail("requested", letterhead, registration, link=letterhead.links.registration(token))


def withdrawn(letterhead: Letterhead, registration: Registration, *, invitation: Invitation | None) -> Mail:
    """Say that they are out, and where to come back; takes the entry out of the calendar if it was in."""
    link = letterhead.links.register(registration.offer.event.slug)
    return _mail("withdrawn", letterhead, registration, invitation=invitation, link=link)


def test_message(letterhead: Letterhead, *, recipient: str, recipient_name: str) -> Mail:
    """Say that mails are sent, and under whose name; goes to the administrator who asked for it."""
    values = {"letterhead": letterhead, "recipient_name": recipient_name}
    return Mail(
        kind="test_message",
        recipient=recipient,
        recipient_name=recipient_name,
        subject=render("mail/test_message/subject.txt", **values).strip(),
        text=render("mail/test_message/body.txt", **values),
        html=render("mail/test_message/body.html", **values),
    )


def _mail(
    kind: str,
    letterhead: Letterhead,
    registration: Registration,
    *,
    greets: bool = True,
    invitation: Invitation | None = None,
    **said: object,
) -> Mail:
    """Fill the templates of `kind` with the event, the registration and what is `said` in this mail alone."""
    event = registration.offer.event
    values = {
        "letterhead": letterhead,
        "event": event,
        "event_link": letterhead.links.event(event.slug),
        "day": day_in_subject(event),
        "place_name": place_of(event, registration.mode),
        "registration": registration,
        **said,
    }
    return Mail(
        kind=kind,
        recipient=registration.email,
        recipient_name=registration.name if greets else "",
        reply_to=event.series.contact_email or letterhead.contact,
        subject=render(f"mail/{kind}/subject.txt", **values).strip(),
        text=render(f"mail/{kind}/body.txt", **values),
        html=render(f"mail/{kind}/body.html", **values),
        invitation=invitation,
    )
