"""Sends the outbox: lease one mail, send one, mark one and lease the next in the same transaction.

The lease is committed before the first byte goes out and the mark after the server has answered. A worker that dies in
between leaves one lease that runs out; the mail is sent again under the same Message-ID, and the reader's side drops
the double. Any number of workers may run.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import and_, bindparam, func, or_, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.config import Settings
from ozgtermine.database import db, transaction
from ozgtermine.errors import BusyError
from ozgtermine.mail.delivery import AwayError, Delivery, PostponedError, RefusedError
from ozgtermine.models import MailState, OutgoingMail
from ozgtermine.rules.mailing import LEASE, pause_while_away, retry_after

IDLE_SECONDS = 1.0
DATABASE_AWAY_SECONDS = 5.0
REREAD_SECONDS = 3.0
CHORES_SECONDS = 5.0
_log = logging.getLogger(__name__)


class Worker:
    """Sends until it is told to stop, and then finishes the mail in hand.

    Sender and rate may change while it runs: `settings_in_force` is asked every few seconds, and `chores` are done.
    """

    def __init__(
        self,
        delivery: Delivery,
        *,
        mails_per_minute: int,
        now: Callable[[], datetime] = clock.now,
        settings_in_force: Callable[[], Settings] | None = None,
        chores: Callable[[], object] | None = None,
    ) -> None:
        self.delivery = delivery
        self.seconds_between = 60 / mails_per_minute
        self.now = now
        self._settings_in_force = settings_in_force
        self._asked_at: float | None = None
        self._chores = chores
        self._chores_at: float | None = None
        self._failures = 0
        self._leased: OutgoingMail | None = None
        self._stop = threading.Event()

    def stop(self) -> None:
        self._stop.set()

    def run(self) -> None:
        """Send what is due, look for more every second, and return after `stop`."""
        while self._goes_on():
            began = time.monotonic()
            pause = self._round()
            self._stop.wait(max(0.0, pause - (time.monotonic() - began)))
        self.delivery.rest()

    def _round(self) -> float:
        try:
            self._take_over_settings()
            self._do_chores()
            return self._step()
        except (BusyError, OperationalError) as error:
            _log.warning("the database is away: %s", error)
            db.session.remove()
            self._leased = None  # nobody knows for how long: its lease runs out
            return DATABASE_AWAY_SECONDS

    def _take_over_settings(self) -> None:
        present = time.monotonic()
        if self._settings_in_force is None or (self._asked_at and present - self._asked_at < REREAD_SECONDS):
            return
        settings = self._settings_in_force()
        self._asked_at = present
        self.seconds_between = 60 / settings.mails_per_minute
        self.delivery.use(settings)

    def _do_chores(self) -> None:
        """Do what else falls due, every few seconds: mails are promised there."""
        present = time.monotonic()
        if self._chores and (self._chores_at is None or present - self._chores_at >= CHORES_SECONDS):
            self._chores()
            self._chores_at = time.monotonic()

    def run_until_empty(self) -> int:
        """Send what is due and return how many were sent; without pauses, for tests and by hand."""
        sent = 0
        while self._goes_on() and (mail := self._take_up()) is not None:
            sent += self._send(mail)
            if self._failures:
                break
        self.delivery.rest()
        return sent

    def _step(self) -> float:
        """Send one mail if one is due; return how many seconds a round should last."""
        mail = self._take_up()
        if mail is None:
            self.delivery.rest()
            return IDLE_SECONDS
        self._send(mail)
        if self._failures:
            return pause_while_away(self._failures).total_seconds()
        return self.seconds_between

    def _goes_on(self) -> bool:
        """Return whether there is more to do: what is leased is sent before the end."""
        return self._leased is not None or not self._stop.is_set()

    def _take_up(self) -> OutgoingMail | None:
        mail, self._leased = self._leased or lease_one(self.now()), None
        return mail

    def _send(self, mail: OutgoingMail) -> bool:
        try:
            self.delivery.send(mail, sent_at=datetime.now(UTC))
        except RefusedError as error:
            _log.warning("mail %s is refused: %s", mail.message_id, error)
            self._failures = 0
            mark_failed(mail.id, str(error))
        except PostponedError as error:
            _log.info("mail %s is postponed: %s", mail.message_id, error)
            self._failures = 0
            mark_postponed(mail.id, str(error), self.now())
        except AwayError as error:
            self._failures += 1
            _log.warning("the mail server is away, all mails wait: %s", error)
            give_back(mail.id, str(error))
        else:
            self._failures = 0
            self._mark_sent(mail)
            return True
        return False

    def _mark_sent(self, mail: OutgoingMail) -> None:
        """Take the mail as sent, and lease the next unless it would lie here for long."""
        goes_on_at_once = not self._stop.is_set() and self.seconds_between <= IDLE_SECONDS
        with transaction() as session:
            mark_sent(session, mail.id, self.now())
            self._leased = _lease(session, self.now()) if goes_on_at_once else None


def lease_one(now: datetime) -> OutgoingMail | None:
    """Return the next due mail, leased for some minutes to this worker alone; the look costs no write lock.

    What a dead worker left behind counts as never sent and goes first, then confirmations before bulk.
    """
    something_is_due = db.session.scalar(_SOMETHING_IS_DUE, {"now": now})
    db.session.rollback()
    if not something_is_due:
        return None
    with transaction() as session:
        return _lease(session, now)


def _lease(session: Session, now: datetime) -> OutgoingMail | None:
    """Return the next due mail. It is no part of the session, so that no later transaction reads it anew."""
    row = session.connection().execute(_LEASE_NEXT, {"now": now, "until": now + LEASE}).one_or_none()
    return OutgoingMail(**row._asdict()) if row else None


_IS_LEFT_BEHIND = and_(OutgoingMail.state == MailState.SENDING, OutgoingMail.leased_until <= bindparam("now"))
_IS_QUEUED = and_(OutgoingMail.state == MailState.QUEUED, OutgoingMail.due_at <= bindparam("now"))
_SOMETHING_IS_DUE = select(
    or_(*(select(OutgoingMail.id).where(each).exists() for each in (_IS_LEFT_BEHIND, _IS_QUEUED)))
)
# Two looks, so that each walks its index in order and ends at the first row, however many wait.
_LEFT_BEHIND, _QUEUED = (
    select(OutgoingMail.id)
    .where(each)
    .order_by(OutgoingMail.priority, OutgoingMail.due_at, OutgoingMail.id)
    .limit(1)
    .with_for_update(skip_locked=True)
    .scalar_subquery()
    for each in (_IS_LEFT_BEHIND, _IS_QUEUED)
)
_LEASE_NEXT = (
    update(OutgoingMail)
    .where(OutgoingMail.id == func.coalesce(_LEFT_BEHIND, _QUEUED))
    .values(state=MailState.SENDING, leased_until=bindparam("until"), attempts=OutgoingMail.attempts + 1)
    .returning(OutgoingMail.__table__)
)


def mark_sent(session: Session, mail_id: int, now: datetime) -> None:
    """Take the mail as sent; whoever holds an older lease of it finds nothing to do any more."""
    session.connection().execute(_MARK_SENT, {"mail_id": mail_id, "now": now})


_MARK_SENT = (
    update(OutgoingMail)
    .where(OutgoingMail.id == bindparam("mail_id"))
    .values(state=MailState.SENT, sent_at=bindparam("now"), leased_until=None, last_error="")
)


def mark_failed(mail_id: int, error: str) -> None:
    """Give the mail up: nobody tries again."""
    with transaction() as session:
        mail = _unsent(session, mail_id)
        if mail is not None:
            mail.state, mail.leased_until, mail.last_error = MailState.FAILED, None, error


def mark_postponed(mail_id: int, error: str, now: datetime) -> None:
    """Let the mail wait for its next try, or give it up at the end of the ladder."""
    with transaction() as session:
        mail = _unsent(session, mail_id)
        if mail is None:
            return
        pause = retry_after(mail.attempts)
        mail.leased_until, mail.last_error = None, error
        if pause is None:
            mail.state = MailState.FAILED
        else:
            mail.state, mail.due_at = MailState.QUEUED, now + pause


def give_back(mail_id: int, error: str) -> None:
    """Put the mail back as it was: the try does not count, for nothing was wrong with it."""
    with transaction() as session:
        mail = _unsent(session, mail_id)
        if mail is not None:
            mail.state, mail.leased_until, mail.last_error = MailState.QUEUED, None, error
            mail.attempts -= 1


def _unsent(session: Session, mail_id: int) -> OutgoingMail | None:
    """Return the mail unless it was sent or erased meanwhile."""
    mail = session.get(OutgoingMail, mail_id)
    return None if mail is None or mail.state is MailState.SENT else mail
