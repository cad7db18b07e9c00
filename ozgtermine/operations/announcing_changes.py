"""Telling people that an event was moved, cancelled, restored, or got another place or way in: once, and not for typos.

A change only notes what people were told last (`note_change`, from `scheduling.tracked`). Ten minutes after the last
change the difference is mailed; what was taken back meanwhile makes no difference and so no mail.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, object_session

from ozgtermine.mail import messages, outbox
from ozgtermine.mail.composing import Invitation
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Event, EventNotice, Registration
from ozgtermine.operations.calendar_entries import calendar_removal, calendar_update
from ozgtermine.operations.registration_links import manage_link
from ozgtermine.queries.locking import lock_offer
from ozgtermine.queries.registrations import number_of_live, to_be_told
from ozgtermine.rendering.changes import EventChange, change_since
from ozgtermine.rules.mailing import REVOCABLE_FOR
from ozgtermine.rules.registering import State


def note_change(event: Event, before: dict[str, Any], *, now: datetime) -> None:
    """Note what people were told before this change, unless an earlier change that they do not know of did."""
    session = object_session(event)
    if session is None or event.id is None or event.offer is None:
        return
    if event.offer.id is None or number_of_live(session, event.offer.id) == 0:
        return
    notice = find_notice(session, event.id)
    if notice is None:
        notice = EventNotice(event_id=event.id, told=before)
        session.add(notice)
    notice.due_at = now + REVOCABLE_FOR


def find_notice(session: Session, event_id: int) -> EventNotice | None:
    return session.scalars(select(EventNotice).filter_by(event_id=event_id)).one_or_none()


@dataclass(frozen=True, kw_only=True)
class Pending:
    """What will be told, to how many, and when."""

    change: EventChange
    number: int
    due_at: datetime


def pending_notice(session: Session, event: Event) -> Pending | None:
    """Return what people will be told of the event, None where there is nothing to tell."""
    notice = find_notice(session, event.id)
    change = change_since(notice.told, event) if notice else None
    if notice is None or change is None or event.offer is None:
        return None
    told = [each for each in to_be_told(session, event.offer.id) if _concerns(each, change)]
    return Pending(change=change, number=len(told), due_at=notice.due_at)


def due_notices(now: datetime) -> Select[EventNotice]:
    """Select what is to be told now; of an event that is hidden, once it is published again."""
    due = select(EventNotice).join(EventNotice.event).where(EventNotice.due_at <= now, Event.published_at <= now)
    return due.order_by(EventNotice.due_at, EventNotice.id)


def discard_notice(session: Session, event_id: int) -> None:
    """Tell nobody: an editor says that the change is none that people need to know."""
    notice = find_notice(session, event_id)
    if notice is not None:
        session.delete(notice)


def announce(session: Session, notice: EventNotice, *, letterhead: Letterhead, now: datetime) -> int:
    """Mail the difference to everybody whom it is about, and forget the notice; return how many mails are promised.

    A confirmed participant's calendar entry follows: same UID, higher SEQUENCE; of a cancelled event it goes.
    """
    event = notice.event
    change = change_since(notice.told, event)
    session.delete(notice)
    if change is None or event.offer is None or event.is_over(now):
        return 0
    lock_offer(session, event.offer.id)
    told = [each for each in to_be_told(session, event.offer.id) if _concerns(each, change)]
    for registration in told:
        token = manage_link(session, registration)
        entry = _entry(registration, change, letterhead, now)
        mail = messages.event_changed(
            letterhead, registration, token=token, change=change, invitation=entry, now=now
        )
        outbox.post(session, mail, letterhead, now=now, registration_id=registration.id)
    return len(told)


def _concerns(registration: Registration, change: EventChange) -> bool:
    """Another way in is news for those alone who have a seat."""
    only_access = change.kind == "changed" and change.old_place is None and change.old_mode is None
    return registration.state is State.CONFIRMED or not only_access


def _entry(
    registration: Registration, change: EventChange, letterhead: Letterhead, now: datetime
) -> Invitation | None:
    if registration.state is not State.CONFIRMED:
        return None
    if change.kind == "cancelled":
        return calendar_removal(registration, letterhead)
    return calendar_update(registration, letterhead, now)
