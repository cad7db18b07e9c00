"""What is in force: the operator's settings, else what was set on a page, else the default."""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ozgtermine.config import Settings
from ozgtermine.models import Setting
from ozgtermine.models.setting import CHANGEABLE, legal_setting
from ozgtermine.queries.plain import rows


def effective_settings(session: Session, configured: Settings) -> Settings:
    """Return `configured` with what was set on a page, in one query; what the operator has fixed stays."""
    found = rows(session, _CHANGED)
    changed = {name: value for name, value in found if value is not None and name not in configured.fixed}
    return replace(configured, **changed)


_CHANGED = select(Setting.name, Setting.value).where(Setting.name.in_(sorted(CHANGEABLE)))


def version_of(session: Session, names: Iterable[str]) -> int:
    """Return a number that rises with each change of one of these settings; rows are never deleted."""
    return session.scalar(select(func.coalesce(func.sum(Setting.version), 0)).where(Setting.name.in_(names))) or 0


def find_setting(session: Session, name: str) -> Setting | None:
    return find_settings(session, [name]).get(name)


def find_settings(session: Session, names: Iterable[str]) -> dict[str, Setting]:
    """Return the rows of those of the settings that were ever set on a page."""
    return {row.name: row for row in session.scalars(select(Setting).where(Setting.name.in_(names)))}


def stored_legal_text(session: Session, text: str) -> str:
    """Return what was written on a page for that legal text, nothing where ours or the operator's counts."""
    return session.scalar(select(Setting.value).where(Setting.name == legal_setting(text))) or ""
