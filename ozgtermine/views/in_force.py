"""The settings in force, looked up once in a request."""

import logging

from flask import current_app, g
from sqlalchemy.exc import SQLAlchemyError

from ozgtermine.config import Settings
from ozgtermine.database import db
from ozgtermine.queries.settings import effective_settings

_LAST_GOOD = "ozgtermine.last_settings"
_log = logging.getLogger(__name__)


def configured() -> Settings:
    """Return the settings that the operator gave at the start; asks no database."""
    found: Settings = current_app.extensions["ozgtermine"].settings
    return found


def settings() -> Settings:
    """Return the settings in force.

    While the database is away the last ones that were found stand in: the page that says so shows our name too.
    """
    if "settings" not in g:
        try:
            g.settings = effective_settings(db.session(), configured())
        except SQLAlchemyError as error:
            _log.warning("settings cannot be looked up, taking the last ones: %s", error)
            g.settings = current_app.extensions.get(_LAST_GOOD, configured())
        current_app.extensions[_LAST_GOOD] = g.settings
    found: Settings = g.settings
    return found
