"""Series: what they are called, and what their new events begin with."""

from dataclasses import dataclass
from datetime import time

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ozgtermine.errors import InvalidValueError, StaleEditError
from ozgtermine.models import Series, SeriesKind
from ozgtermine.rules import names
from ozgtermine.rules.permissions import Visibility
from ozgtermine.rules.registering import Mode, Policy
from ozgtermine.wording import N_

RESERVED = frozenset({"alle", "sprechstunden", "arbeitsgruppen", "plenarsitzungen", "kongresse", "weitere", "p"})


@dataclass(frozen=True, kw_only=True)
class SeriesDetails:
    """What editors say about a series; durations in minutes, seats None means unlimited."""

    title: str
    singular: str
    kind: SeriesKind
    description: str
    contact_email: str
    website: str
    visibility: Visibility
    is_foreign: bool
    default_start_time: time | None
    default_duration_minutes: int | None
    default_mode: Mode
    default_venue_id: int | None
    default_policy: Policy
    default_seats_on_site: int | None
    default_seats_online: int | None


def create_series(session: Session, details: SeriesDetails) -> Series:
    """Add a series with an address made of its title; raises InvalidValueError where that is taken."""
    slug = names.slug(details.title)
    if not slug or slug in RESERVED:
        raise InvalidValueError(N_("Dieser Name ist vergeben. Wählen Sie einen anderen."), field="title")
    position = (session.scalar(select(func.max(Series.position))) or 0) + 1
    series = Series(slug=slug, position=position)
    _take_over(series, details)
    session.add(series)
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError as error:
        raise InvalidValueError(N_("Eine Reihe mit diesem Namen gibt es schon."), field="title") from error
    return series


def edit_series(series: Series, details: SeriesDetails, *, seen_version: int) -> None:
    """Take over what was typed; the address stays. Raises StaleEditError where somebody was faster."""
    if series.version != seen_version:
        raise StaleEditError
    _take_over(series, details)


def _take_over(series: Series, details: SeriesDetails) -> None:
    for name, value in vars(details).items():
        setattr(series, name, value)
