"""Events by the thousand, as rows: what a benchmark asks for must be there soon."""

from datetime import date, datetime, time, timedelta

from sqlalchemy import insert
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.models import Event, Series, SeriesKind
from ozgtermine.rules.schedule import ends_at, starts_at, when
from tests import factories


def series_of(session: Session, slug: str, events: int) -> Series:
    """Return a public series of that many coming events within two years, as early as tomorrow."""
    made = factories.series(session, slug=slug, title=f"Reihe {slug}", kind=SeriesKind.OTHER, singular="Treffen")
    tomorrow = clock.today() + timedelta(days=1)
    rows = [_row(made.id, slug, number, tomorrow + timedelta(days=number * 500 // events)) for number in range(events)]
    session.execute(insert(Event), rows)
    return made


def _row(series_id: int, slug: str, number: int, day: date) -> dict[str, object]:
    at = when(starts_on=day, start_time=time(10), end_time=time(11, 30))
    made_at: datetime = clock.now() - timedelta(days=30)
    return {
        "uid": f"{number:08d}-0000-4000-8000-{series_id:012d}", "slug": f"{slug}-{number}", "series_id": series_id,
        "number": number + 1, "topic": f"Online-Dienste für Kommunen, Teil {number}", "published_at": made_at,
        "starts_on": at.starts_on, "ends_on": at.ends_on, "start_time": at.start_time, "end_time": at.end_time,
        "precision": at.precision, "starts_at": starts_at(at), "ends_at": ends_at(at), "created_at": made_at,
        "changed_at": made_at, "version": 1,
    }  # fmt: skip
