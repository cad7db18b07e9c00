"""Settings from the environment (`OZGTERMINE_…`) and `instance/config.toml`; the environment wins.

Every setting is typed and has a safe default, but no secret has one: the secret key lies in `instance/secret_key`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, Self, get_args

from ozgtermine.errors import Refusal

Environment = Literal["production", "demo"]

PREFIX = "OZGTERMINE_"
CONFIG_FILE = "config.toml"


class ConfigurationError(Refusal):
    """A setting is missing or makes no sense; the sentence says which and what to do."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything an operator can set. Sizes in bytes, times in the unit the name says."""

    instance: Path = Path("instance")
    environment: Environment = "production"
    base_url: str = "http://127.0.0.1:8000"
    database_url: str = ""
    secret_key: str = field(default="", repr=False)
    clock_offset_days: int = 0

    name: str = "OZG-Termine"
    organisation: str = "Ministerium für Infrastruktur und Digitales des Landes Sachsen-Anhalt"
    organisation_address: str = "Turmschanzenstraße 30, 39114 Magdeburg"
    contact_email: str = "ozg@sachsen-anhalt.de"
    show_state_banner: bool = True

    smtp_host: str = ""
    smtp_port: int = 25
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_security: Literal["none", "starttls", "tls"] = "none"
    smtp_timeout_seconds: int = 30
    mail_from: str = "ozg@sachsen-anhalt.de"
    mail_from_name: str = ""
    reply_to: str = ""
    mails_per_minute: int = 300

    new_series_policy: Literal["open", "on_request", "external", "members", "none"] = "open"
    new_series_mode: Literal["online", "on_site", "hybrid"] = "online"
    new_series_duration_minutes: int = 90

    sent_mails_days: int = 14
    form_drafts_days: int = 30
    sign_in_notes_days: int = 90
    audit_days: int = 365
    people_days: int = 30

    upload_limit_bytes: int = 100_000_000
    session_minutes: int = 600
    session_idle_minutes: int = 60
    member_session_days: int = 30
    member_session_idle_days: int = 7
    require_second_factor: bool = True
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = field(default="", repr=False)
    oidc_name: str = "Mit dem Konto des Landes anmelden"
    trusted_proxies: int = 0
    mirror_hosts: str = ""

    fixed: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False, metadata={"not_set": True})
    """Name of a setting → where the operator has set it; nobody changes it on a page."""

    @property
    def is_demo(self) -> bool:
        return self.environment == "demo"

    @property
    def allowed_mirror_hosts(self) -> frozenset[str]:
        """Names of hosts, with a port where it is not 443, from which calendars of others are fetched."""
        return frozenset(self.mirror_hosts.lower().split())

    @property
    def documents_folder(self) -> Path:
        return self.instance / "documents"

    @property
    def mail_folder(self) -> Path:
        return self.instance / "mail"

    @property
    def legal_folder(self) -> Path:
        return self.instance / "legal"

    @property
    def database_address(self) -> str:
        """SQLAlchemy URL; SQLite in the instance folder unless `database_url` names another."""
        return self.database_url or f"sqlite:///{self.instance.absolute() / 'ozgtermine.sqlite'}"

    @classmethod
    def load(cls, environ: Mapping[str, str]) -> Self:
        """Return the settings of the instance folder named by `OZGTERMINE_INSTANCE`.

        Raises ConfigurationError naming the setting that is unknown or has the wrong form.
        """
        instance = Path(environ.get(f"{PREFIX}INSTANCE", "instance")).absolute()
        file, environment = read_file(instance / CONFIG_FILE), _from_environment(environ)
        values = {**file, **environment}
        known = [each for each in fields(cls) if "not_set" not in each.metadata]
        unknown = sorted(set(values) - {each.name for each in known})
        if unknown:
            raise ConfigurationError("Unbekannte Einstellung: %(names)s", names=", ".join(unknown))
        key_file = instance / "secret_key"
        if not values.get("secret_key") and key_file.is_file():
            values["secret_key"] = key_file.read_text(encoding="ascii").strip()
        typed = {
            each.name: _typed(each.name, each.type, values[each.name]) for each in known if each.name in values
        }
        fixed = dict.fromkeys(file, CONFIG_FILE) | {name: f"{PREFIX}{name.upper()}" for name in environment}
        settings = cls(**{**typed, "instance": instance, "fixed": fixed})
        settings._check()
        return settings

    def _check(self) -> None:
        if self.clock_offset_days and not self.is_demo:
            raise ConfigurationError("Ein anderer Tag (TODAY) geht nur im Vorführbetrieb (environment = 'demo').")
        if not self.base_url.startswith(("http://", "https://")):
            raise ConfigurationError("base_url muss mit https:// (oder http://) beginnen.")
        for name in ("mail_from", "reply_to", "contact_email"):
            if not getattr(self, name).isascii():
                raise ConfigurationError(
                    "In %(name)s stehen Umlaute, mit denen viele Mailserver nicht umgehen können. Nehmen Sie eine "
                    "Adresse ohne; eine Domain lässt sich in der Form mit xn-- schreiben, die Ihr Anbieter nennt.",
                    name=name,
                )  # fmt: skip


def read_file(path: Path) -> dict[str, Any]:
    """Return what a configuration file sets; nothing where there is none. Raises ConfigurationError."""
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError("%(path)s ist nicht lesbar: %(error)s", path=path, error=error) from error


def _from_environment(environ: Mapping[str, str]) -> dict[str, str]:
    return {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environ.items()
        if name.startswith(PREFIX) and name != f"{PREFIX}INSTANCE" and not name.startswith(f"{PREFIX}TEST_")
    }


def _typed(name: str, wanted: Any, value: Any) -> Any:  # noqa: ANN401 - the types of all settings meet here
    try:
        return _converted(wanted, value)
    except (TypeError, ValueError) as error:
        raise ConfigurationError(
            "Die Einstellung %(name)s hat einen falschen Wert: %(value)s", name=name, value=value
        ) from error


def _converted(wanted: Any, value: Any) -> Any:  # noqa: ANN401 - see _typed
    choices = get_args(wanted)
    if wanted is Path:
        return Path(value)
    if wanted is bool:
        if isinstance(value, bool):
            return value
        return _boolean(str(value))
    if wanted in (int, str):
        return wanted(value)
    if value not in choices:
        raise ValueError(value)
    return value


def _boolean(value: str) -> bool:
    known = {"true": True, "1": True, "false": False, "0": False}
    if value.lower() not in known:
        raise ValueError(value)
    return known[value.lower()]
