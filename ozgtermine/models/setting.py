"""What administrators have set on the pages of the settings; the operator's files and our defaults are `config`."""

from enum import StrEnum
from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from ozgtermine.models.base import Base, PrimaryKey, Word


class SettingsGroup(StrEnum):
    """What is set together, on one page; the value is the page's address."""

    ORGANISATION = "organisation"
    MAIL = "mail"
    DEFAULTS = "vorgaben"
    RETENTION = "aufbewahrung"
    SIGN_IN = "anmeldung"


SETTINGS: dict[SettingsGroup, tuple[str, ...]] = {
    SettingsGroup.ORGANISATION: (
        "name", "organisation", "organisation_address", "contact_email", "show_state_banner",
    ),
    SettingsGroup.MAIL: ("mail_from", "mail_from_name", "reply_to", "mails_per_minute"),
    SettingsGroup.DEFAULTS: ("new_series_policy", "new_series_mode", "new_series_duration_minutes"),
    SettingsGroup.RETENTION: ("sent_mails_days", "form_drafts_days", "sign_in_notes_days", "audit_days",
                              "people_days"),
    SettingsGroup.SIGN_IN: ("require_second_factor",),
}  # fmt: skip
CHANGEABLE = frozenset(name for names in SETTINGS.values() for name in names)
LEGAL_TEXTS = ("impressum", "datenschutz", "barrierefreiheit", "leichte-sprache")


def legal_setting(text: str) -> str:
    """Return the name under which a legal text is stored."""
    return f"legal/{text}"


class Setting(Base):
    """One value by its name; without a row the operator's or the default counts. Never a secret.

    `previous` is what stood here before the last change, to go back to. `version` guards against two at once.
    """

    __tablename__ = "setting"
    audited = True

    id: Mapped[PrimaryKey]
    name: Mapped[Word] = mapped_column(unique=True)
    value: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))
    previous: Mapped[Any | None] = mapped_column(JSON(none_as_null=True), info={"derived": True})
    version: Mapped[int] = mapped_column(info={"derived": True})

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own way to configure
