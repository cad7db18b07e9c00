"""Which rows somebody may see or work on: `rules.permissions` as conditions of a SELECT."""

from sqlalchemy import ColumnElement, or_, true
from sqlalchemy.orm import InstrumentedAttribute

from ozgtermine.rules.permissions import Action, Actor, Visibility, may_everywhere, series_where

SeriesId = InstrumentedAttribute[int]


def is_visible(
    visibility: InstrumentedAttribute[Visibility], series_id: SeriesId, actor: Actor
) -> ColumnElement[bool]:
    """Return the condition of rows whose visibility lets `actor` see them: `may_see`, row by row.

    What cannot hold for this actor is left out: for everybody it is one comparison.
    """
    if may_everywhere(actor, Action.EDIT_EVENTS):
        return true()
    ways = [visibility == Visibility.PUBLIC]
    if actor.project_series:
        ways.append((visibility == Visibility.PROJECT) & series_id.in_(actor.project_series))
    if actor.series_roles:
        to_members = visibility.in_((Visibility.PROJECT, Visibility.SERIES))
        ways += [to_members & series_id.in_(list(actor.series_roles)), is_of(series_id, actor, Action.EDIT_EVENTS)]
    return or_(*ways)


def is_of(series_id: SeriesId, actor: Actor, action: Action) -> ColumnElement[bool]:
    """Return the condition of rows of series in which `actor` may do `action`."""
    return true() if may_everywhere(actor, action) else series_id.in_(series_where(actor, action))
