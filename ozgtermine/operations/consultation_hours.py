"""The series that the ministry's own consultation hours belong to."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine.models import Series, SeriesKind
from ozgtermine.rules.registering import Mode, Policy

SLUG = "ozg-sprechstunde"


def get_or_add_consultation_hours(session: Session) -> Series:
    """Return the series of the consultation hours; it is added where an instance has none yet."""
    found = session.scalars(select(Series).where(Series.slug == SLUG)).one_or_none()
    if found is not None:
        return found
    series = Series(
        slug=SLUG,
        kind=SeriesKind.CONSULTATION_HOUR,
        title="OZG-Sprechstunden",
        singular="OZG-Sprechstunde",
        description="Ein Thema, kurze Vorträge und viel Zeit für Fragen aus Kommunen und Landesbehörden.",
        colour="steelblue",
        position=10,
        default_duration_minutes=90,
        default_mode=Mode.ONLINE,
        default_policy=Policy.OPEN,
    )
    session.add(series)
    session.flush()
    return series
