"""What falls due between two requests: changes to announce, seats that lapse, reminders, invitations of members.

The worker asks every few seconds. Each look is a read; only what is due takes a write transaction, one per event, so
that nobody who registers waits for long.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.config import Settings
from ozgtermine.database import db, transaction
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import EventNotice
from ozgtermine.operations import announcing_changes, inviting_members, keeping_deadlines
from ozgtermine.operations.promoting import promote
from ozgtermine.queries.locking import lock_offer
from ozgtermine.queries.registrations import claims_to_remind_of, offers_with_a_line, overdue_claims
from ozgtermine.queries.seats import first_in_line, free_seats
from ozgtermine.rules.registering import Opening

REMINDED_AT_ONCE = 200
_log = logging.getLogger(__name__)

Task = Callable[[Session], object]


def run(settings: Settings, *, now: datetime) -> int:
    """Do everything that is due at `now`, each in a transaction of its own; return how many transactions that took."""
    letterhead = Letterhead.of(settings)
    done = 0
    for find in (_notices, _lapses, _claim_reminders, _free_seats, _invitations, _reminders):
        tasks = list(find(db.session(), letterhead, now))
        db.session.rollback()
        for task in tasks:
            with transaction() as session:
                task(session)
            done += 1
    return done


def _notices(session: Session, letterhead: Letterhead, now: datetime) -> Iterable[Task]:
    for notice_id in [each.id for each in session.scalars(announcing_changes.due_notices(now))]:
        yield partial(_announce, notice_id=notice_id, letterhead=letterhead, now=now)


def _announce(session: Session, *, notice_id: int, letterhead: Letterhead, now: datetime) -> None:
    notice = session.get(EventNotice, notice_id, with_for_update=True)
    if notice is not None and notice.due_at <= now:
        number = announcing_changes.announce(session, notice, letterhead=letterhead, now=now)
        _log.info("%s mails about a change of event %s", number, notice.event_id)


def _lapses(session: Session, letterhead: Letterhead, now: datetime) -> Iterable[Task]:
    for offer_id in sorted({each.offer_id for each in session.scalars(overdue_claims(now))}):
        yield partial(keeping_deadlines.lapse_claims, offer_id=offer_id, letterhead=letterhead, now=now)


def _free_seats(session: Session, letterhead: Letterhead, now: datetime) -> Iterable[Task]:
    """Find lines that may move because time passed or an event came back, without anybody freeing a seat."""
    for offer in session.scalars(offers_with_a_line(now)).all():
        if offer.window(now) is Opening.OPEN and first_in_line(session, offer, free_seats(session, offer)):
            yield partial(_promote, offer_id=offer.id, letterhead=letterhead, now=now)


def _promote(session: Session, *, offer_id: int, letterhead: Letterhead, now: datetime) -> None:
    promote(session, lock_offer(session, offer_id), letterhead=letterhead, now=now)


def _claim_reminders(session: Session, letterhead: Letterhead, now: datetime) -> Iterable[Task]:
    for registration_id in [each.id for each in session.scalars(claims_to_remind_of(now))]:
        yield partial(
            keeping_deadlines.remind_of_claim, registration_id=registration_id, letterhead=letterhead, now=now
        )


def _invitations(session: Session, letterhead: Letterhead, now: datetime) -> Iterable[Task]:
    today = clock.berlin_day(now)
    for offer in session.scalars(inviting_members.offers_that_invite(now)).all():
        is_open = offer.window(now) is Opening.OPEN
        if is_open and inviting_members.not_invited(session, offer, today=today):
            yield partial(
                inviting_members.invite_members, offer_id=offer.id, letterhead=letterhead, today=today, now=now
            )


def _reminders(session: Session, letterhead: Letterhead, now: datetime) -> Iterable[Task]:
    for offer in keeping_deadlines.offers_to_remind_of(session, now):
        if session.scalars(keeping_deadlines.to_remind(offer).limit(1)).first() is not None:
            yield partial(
                keeping_deadlines.remind_of_event,
                offer_id=offer.id, most=REMINDED_AT_ONCE, letterhead=letterhead, now=now,
            )  # fmt: skip
