"""What each mail says: one builder per mail, its words in `templates/mail/<kind>/`."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from ozgtermine.mail.composing import Invitation, Mail
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Account, Deputy, Event, Registration
from ozgtermine.rendering.changes import EventChange
from ozgtermine.rendering.participation import access_for_participants, day_in_subject, place_of
from ozgtermine.rendering.templates import render
from ozgtermine.rules.mailing import BULK, FIRST
from ozgtermine.rules.registering import State


def confirm_address(
    letterhead: Letterhead, registration: Registration, *, token: str, events: Sequence[Event] = ()
) -> Mail:
    """Ask whether the address is theirs. Holds no word of what was typed: anybody can type any address.

    `events` are all that the link confirms, where there are several.
    """
    link = letterhead.links.confirmation(token)
    others = [each for each in events if each is not registration.offer.event]
    return _mail("confirm_address", letterhead, registration, greets=False, link=link, others=others)


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


def approved(
    letterhead: Letterhead, registration: Registration, *, token: str, invitation: Invitation | None, now: datetime
) -> Mail:
    """Say that the request is granted and the seat theirs; with the calendar entry."""
    access, link = access_for_participants(registration.offer.event, now), letterhead.links.registration(token)
    return _mail("approved", letterhead, registration, invitation=invitation, access=access, link=link)


def approved_waiting(letterhead: Letterhead, registration: Registration, *, token: str, place: int) -> Mail:
    """Say that the request is granted, but all seats are taken: they wait, at which place."""
    link = letterhead.links.registration(token)
    return _mail("approved_waiting", letterhead, registration, link=link, place_in_line=place)


def declined(letterhead: Letterhead, registration: Registration, *, invitation: Invitation | None) -> Mail:
    """Say that the request is not granted, with the reason; takes the entry out of the calendar if it was in."""
    link = letterhead.links.event(registration.offer.event.slug)
    return _mail("declined", letterhead, registration, invitation=invitation, link=link)


def removed(letterhead: Letterhead, registration: Registration, *, invitation: Invitation | None) -> Mail:
    """Say that the editors have ended the registration, with the reason."""
    link = letterhead.links.event(registration.offer.event.slug)
    return _mail("removed", letterhead, registration, invitation=invitation, link=link)


def seat_offered(letterhead: Letterhead, registration: Registration, *, token: str) -> Mail:
    """Offer a free seat, which is theirs if they take it in time."""
    return _mail("seat_offered", letterhead, registration, link=letterhead.links.registration(token))


def claim_reminder(letterhead: Letterhead, registration: Registration, *, token: str) -> Mail:
    """Remind once of an offered seat before it lapses."""
    return _mail("claim_reminder", letterhead, registration, link=letterhead.links.registration(token))


def seat_lapsed(letterhead: Letterhead, registration: Registration) -> Mail:
    """Say that the offered seat went to the next, and where to begin anew."""
    return _mail("seat_lapsed", letterhead, registration, link=letterhead.links.register(registration.offer.event.slug))


def mode_changed(
    letterhead: Letterhead, registration: Registration, *, token: str, invitation: Invitation | None, now: datetime
) -> Mail:
    """Say that they now take part on site instead of online, or the other way round."""
    access, link = access_for_participants(registration.offer.event, now), letterhead.links.registration(token)
    return _mail("mode_changed", letterhead, registration, invitation=invitation, access=access, link=link)


def member_invited(letterhead: Letterhead, registration: Registration, *, token: str) -> Mail:
    """Invite a member, who answers yes, maybe or no on the registration's page."""
    link = letterhead.links.registration(token)
    return _mail("member_invited", letterhead, registration, link=link, priority=BULK)


def reply_noted(
    letterhead: Letterhead, registration: Registration, *, token: str, invitation: Invitation | None
) -> Mail:
    """Say which answer of a member is noted; takes the entry out of the calendar if it was in."""
    link = letterhead.links.registration(token)
    return _mail("reply_noted", letterhead, registration, invitation=invitation, link=link)


def deputy_asked(letterhead: Letterhead, deputy: Deputy, *, token: str) -> Mail:
    """Ask a deputy whether the address is theirs and whether they take the seat. Holds no word of what was typed."""
    link = letterhead.links.deputy(token)
    mail = _mail("deputy_asked", letterhead, deputy.registration, greets=False, link=link)
    return replace(mail, recipient=deputy.email)


def deputy_took_over(
    letterhead: Letterhead, registration: Registration, *, recipient: str, recipient_name: str,
    invitation: Invitation | None,
) -> Mail:  # fmt: skip
    """Tell the one who was registered before that the deputy has the seat; takes the entry out of their calendar."""
    mail = _mail("deputy_took_over", letterhead, registration, invitation=invitation, former=recipient_name,
                 link=letterhead.links.event(registration.offer.event.slug))  # fmt: skip
    return replace(mail, recipient=recipient, recipient_name=recipient_name)


def event_reminder(letterhead: Letterhead, registration: Registration, *, token: str, now: datetime) -> Mail:
    """Remind of an event that comes, and of how to get in or out."""
    access, link = access_for_participants(registration.offer.event, now), letterhead.links.registration(token)
    return _mail("event_reminder", letterhead, registration, access=access, link=link, priority=BULK)


def event_changed(
    letterhead: Letterhead,
    registration: Registration,
    *,
    token: str,
    change: EventChange,
    invitation: Invitation | None,
    now: datetime,
) -> Mail:
    """Say what has changed: cancelled, taking place again, moved from where to where, another way in."""
    kind = f"event_{change.kind}"
    access = access_for_participants(registration.offer.event, now) if registration.state is State.CONFIRMED else None
    return _mail(
        kind, letterhead, registration, invitation=invitation, access=access, change=change,
        link=letterhead.links.registration(token), priority=BULK,
    )  # fmt: skip


def to_participants(letterhead: Letterhead, registration: Registration, *, subject: str, text: str, token: str) -> Mail:
    """Say what an editor has written to a chosen group."""
    link = letterhead.links.registration(token)
    return _mail("to_participants", letterhead, registration, subject=subject, message=text, link=link, priority=BULK)


def my_registrations(letterhead: Letterhead, *, recipient: str, token: str, language: str) -> Mail:
    """Give a link to all that is kept about an address. Holds nothing else: anybody can ask for any address."""
    values = {"letterhead": letterhead, "link": letterhead.links.own_data(token)}
    return Mail(
        kind="my_registrations",
        recipient=recipient,
        subject=render("mail/my_registrations/subject.txt", language, **values).strip(),
        text=render("mail/my_registrations/body.txt", language, **values),
        html=render("mail/my_registrations/body.html", language, **values),
    )


def test_message(letterhead: Letterhead, account: Account) -> Mail:
    """Say that mails are sent, and under whose name; goes to the administrator who asked for it."""
    language, values = account.language, {"letterhead": letterhead, "account": account}
    return Mail(
        kind="test_message",
        recipient=account.email,
        recipient_name=account.name,
        subject=render("mail/test_message/subject.txt", language, **values).strip(),
        text=render("mail/test_message/body.txt", language, **values),
        html=render("mail/test_message/body.html", language, **values),
    )


def _mail(
    kind: str,
    letterhead: Letterhead,
    registration: Registration,
    *,
    greets: bool = True,
    invitation: Invitation | None = None,
    priority: int = FIRST,
    **said: object,
) -> Mail:
    """Fill the templates of `kind`, in the registration's language, with its event and what is `said` here alone."""
    event, language = registration.offer.event, registration.language
    values = {
        "letterhead": letterhead,
        "event": event,
        "event_link": letterhead.links.event(event.slug),
        "day": day_in_subject(event, language),
        "place_name": place_of(event, registration.mode, language),
        "registration": registration,
        **said,
    }
    return Mail(
        kind=kind,
        recipient=registration.email,
        recipient_name=registration.name if greets else "",
        reply_to=event.series.contact_email or letterhead.contact,
        subject=render(f"mail/{kind}/subject.txt", language, **values).strip(),
        text=render(f"mail/{kind}/body.txt", language, **values),
        html=render(f"mail/{kind}/body.html", language, **values),
        invitation=invitation,
        priority=priority,
    )
