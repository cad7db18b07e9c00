"""Settings: changed together where they stand together, never behind somebody's back."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from ozgtermine.config import Settings
from ozgtermine.errors import InvalidValueError, StaleEditError
from ozgtermine.models import Setting
from ozgtermine.models.setting import SETTINGS, SettingsGroup, legal_setting
from ozgtermine.queries.settings import effective_settings, find_setting, find_settings
from ozgtermine.rules.retention import PERIODS
from ozgtermine.wording import N_


def change_settings(
    session: Session, group: SettingsGroup, values: Mapping[str, Any], *, configured: Settings, seen_version: int
) -> None:
    """Have `values` in force, except those that the operator has fixed.

    Raises StaleEditError where somebody changed the group since `seen_version`, InvalidValueError where a period is
    out of its bounds.
    """
    rows = _rows(session, SETTINGS[group], seen_version)
    _check_periods(values)
    present = effective_settings(session, configured)
    for name in SETTINGS[group]:
        if name in values and name not in configured.fixed and values[name] != getattr(present, name):
            _put(session, rows, name, values[name])
    _flush(session)


def _check_periods(values: Mapping[str, Any]) -> None:
    for each in PERIODS:
        if each.setting in values and not each.holds(values[each.setting]):
            raise InvalidValueError(
                N_("Geben Sie eine Zahl von %(least)s bis %(most)s ein."),
                field=each.setting, least=each.least_days, most=each.most_days,
            )  # fmt: skip


def change_legal_text(session: Session, text: str, content: str, *, seen_version: int) -> None:
    """Have `content` shown; empty gives way to the operator's or our text. Raises StaleEditError."""
    name = legal_setting(text)
    rows = _rows(session, [name], seen_version)
    if content != ((name in rows and rows[name].value) or ""):
        _put(session, rows, name, content or None)
    _flush(session)


def restore_legal_text(session: Session, text: str, *, seen_version: int) -> None:
    """Have shown what stood there before the last change; done twice, nothing has changed. Raises StaleEditError."""
    row = find_setting(session, legal_setting(text))
    if row is None or row.version != seen_version:
        raise StaleEditError
    row.value, row.previous = row.previous, row.value
    _flush(session)


def _rows(session: Session, names: Iterable[str], seen_version: int) -> dict[str, Setting]:
    """Return the settings' rows; what is written must be these, or a change of the same moment would be lost.

    Raises StaleEditError where somebody changed one since `seen_version`.
    """
    rows = find_settings(session, names)
    if sum(row.version for row in rows.values()) != seen_version:
        raise StaleEditError
    return rows


def _put(session: Session, rows: Mapping[str, Setting], name: str, value: object) -> None:
    row = rows.get(name)
    if row is None:
        session.add(Setting(name=name, value=value))
    else:
        row.value, row.previous = value, row.value


def _flush(session: Session) -> None:
    """Write; who put the same setting there at the same time was faster."""
    try:
        with session.begin_nested():
            session.flush()
    except (IntegrityError, StaleDataError) as error:
        raise StaleEditError from error
