"""Keeping a foreign series up to date from its own calendar: from where, when, and how that went."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine.errors import InvalidValueError
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Mirror, Series
from ozgtermine.operations.importing_calendars import Manner, Outcome, Report, take_over
from ozgtermine.queries.mirrors import mirror_of
from ozgtermine.rules.foreign_calendar import ForeignCalendar
from ozgtermine.rules.mirroring import LEASE, READ_WHOLE_EVERY, pause_after, target_of
from ozgtermine.wording import N_

MOST_UNREAD_KEPT = 50


@dataclass(frozen=True, kw_only=True)
class Question:
    """What to ask for: the address and, unless the calendar is to be read whole, the validators of the last answer."""

    mirror_id: int
    address: str
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, kw_only=True)
class Validators:
    etag: str
    last_modified: str


def mirror_from(session: Session, series: Series, address: str, *, allowed: Iterable[str], now: datetime) -> None:
    """Have the series follow the calendar of `address` from now on, or no calendar where it is empty.

    Raises InvalidValueError for the field `address`.
    """
    mirror = session.scalars(select(Mirror).filter_by(series_id=series.id).with_for_update()).one_or_none()
    if not address:
        if mirror is not None:
            session.delete(mirror)
        return
    if not series.is_foreign:
        raise InvalidValueError(
            N_("Nur eine Reihe, die jemand anderes veranstaltet, kann einem Kalender folgen."), field="address"
        )
    target = target_of(address, frozenset(allowed))
    if mirror is None:
        mirror = Mirror(series_id=series.id)
        session.add(mirror)
    elif mirror.address == target.address:
        return
    mirror.address, mirror.etag, mirror.last_modified, mirror.read_whole_at = target.address, "", "", None
    mirror.failures, mirror.last_error, mirror.unread, mirror.next_poll_at = 0, "", [], now


def ask_soon(session: Session, series: Series, *, now: datetime) -> bool:
    """Have the worker fetch the calendar next; return whether there is one."""
    mirror = mirror_of(session, series.id)
    if mirror is None:
        return False
    mirror.next_poll_at = now
    return True


def lease(session: Session, mirror_id: int, *, now: datetime) -> Question | None:
    """Take the mirror for this process, None where another was quicker; who dies with it leaves it due again later."""
    locked = select(Mirror).where(Mirror.id == mirror_id).with_for_update()
    mirror = session.scalars(locked.execution_options(populate_existing=True)).one_or_none()
    if mirror is None or mirror.next_poll_at > now or not mirror.series.is_foreign:
        return None
    mirror.next_poll_at = now + LEASE
    if mirror.read_whole_at is None or mirror.read_whole_at + READ_WHOLE_EVERY <= now:
        return Question(mirror_id=mirror.id, address=mirror.address)
    return Question(
        mirror_id=mirror.id, address=mirror.address, etag=mirror.etag, last_modified=mirror.last_modified
    )


def note_unchanged(session: Session, question: Question, *, now: datetime) -> None:
    """Note that the calendar is as it was."""
    mirror = _answered(session, question)
    if mirror is not None:
        _note_success(mirror, now)


def apply(
    session: Session,
    question: Question,
    calendar: ForeignCalendar,
    validators: Validators,
    *,
    letterhead: Letterhead,
    now: datetime,
) -> Report:
    """Let the series follow what its calendar says now; its validators count only together with that."""
    mirror = _answered(session, question)
    if mirror is None:
        return Report()
    manner = Manner(source=mirror.host, publish=True, register_at=mirror.website)
    report = take_over(session, mirror.series, calendar, manner, letterhead=letterhead, now=now)
    mirror.etag, mirror.last_modified, mirror.read_whole_at = validators.etag, validators.last_modified, now
    refused = [each for each in report.results if each.outcome is Outcome.REFUSED]
    mirror.unread = [
        {"line": each.line, "name": each.name, "sentence": each.sentence} for each in refused[:MOST_UNREAD_KEPT]
    ]
    _note_success(mirror, now)
    return report


def note_failure(session: Session, question: Question, sentence: str, *, now: datetime) -> None:
    """Note why it did not work; the next try is later with each failure in a row. Nothing else changes."""
    mirror = _answered(session, question)
    if mirror is not None:
        mirror.failures += 1
        mirror.failed_at, mirror.last_error = now, sentence
        mirror.next_poll_at = now + pause_after(mirror.failures)


def _answered(session: Session, question: Question) -> Mirror | None:
    """Return the mirror, locked, unless it has another address by now: then the answer is to nothing."""
    locked = select(Mirror).where(Mirror.id == question.mirror_id).with_for_update()
    mirror = session.scalars(locked.execution_options(populate_existing=True)).one_or_none()
    return mirror if mirror and mirror.address == question.address else None


def _note_success(mirror: Mirror, now: datetime) -> None:
    mirror.succeeded_at, mirror.failures, mirror.last_error = now, 0, ""
    mirror.next_poll_at = now + pause_after(0)
