"""The settings in force: kept by every process, and looked up anew when the public revision has risen."""

import logging
from typing import NamedTuple

from flask import current_app, g
from sqlalchemy.exc import SQLAlchemyError

from ozgtermine.config import Settings
from ozgtermine.database import db
from ozgtermine.queries.settings import effective_settings

_KEPT = "ozgtermine.settings_in_force"
_log = logging.getLogger(__name__)


class _Kept(NamedTuple):
    configured: Settings
    revision: int | None
    settings: Settings


def configured() -> Settings:
    """Return the settings that the operator gave at the start; asks no database."""
    found: Settings = current_app.extensions["ozgtermine"].settings
    return found


def seen_revision() -> int | None:
    """Return the public revision as the front sees it, None while the database is away."""
    found: int | None = current_app.extensions["ozgtermine.front"].seen_revision()
    return found


def settings() -> Settings:
    """Return the settings in force.

    While the database is away the last ones that were found stand in: the page that says so shows our name too.
    """
    if "settings" not in g:
        g.settings = _at_revision(seen_revision())
    found: Settings = g.settings
    return found


def _at_revision(revision: int | None) -> Settings:
    """Return what is in force; a change of a setting is a public one."""
    given = configured()
    kept: _Kept = current_app.extensions.get(_KEPT, _Kept(given, None, given))
    if revision is not None and kept.revision == revision and kept.configured is given:
        return kept.settings
    try:
        found = effective_settings(db.session(), given)
    except SQLAlchemyError as error:
        _log.warning("settings cannot be looked up, taking the last ones: %s", error)
        return kept.settings
    current_app.extensions[_KEPT] = _Kept(given, revision, found)
    return found
