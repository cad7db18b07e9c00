"""Which rows somebody may see or work on: `rules.permissions` as conditions of a SELECT."""

from sqlalchemy import ColumnElement, or_, true
from sqlalchemy.orm import InstrumentedAttribute

from ozgtermine.rules.permissions import Action, Actor, Visibility, may_everywhere, series_where

SeriesId = InstrumentedAttribute[int]


def is_visible(
    visibility: InstrumentedAttribute[Visibility], series_id: SeriesId, actor: Actor
) -> ColumnElement[bool]:
    """Return the condition of rows whose visibility lets `actor` see them: `may_see`, row by row."""
    to_members = visibility.in_((Visibility.PROJECT, Visibility.SERIES))
    return or_(
        visibility == Visibility.PUBLIC,
        (visibility == Visibility.PROJECT) & series_id.in_(actor.project_series),
        to_members & series_id.in_(list(actor.series_roles)),
        is_of(series_id, actor, Action.EDIT_EVENTS),
    )


def is_of(series_id: SeriesId, actor: Actor, action: Action) -> ColumnElement[bool]:
    """Return the condition of rows of series in which `actor` may do `action`."""
    return true() if may_everywhere(actor, action) else series_id.in_(series_where(actor, action))
