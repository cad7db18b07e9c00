"""What an installation still lacks: the one list that `ozgtermine check` prints and the settings' page shows."""

from collections.abc import Iterator
from dataclasses import dataclass
from tempfile import TemporaryFile

from sqlalchemy.orm import Session

from ozgtermine.config import Settings
from ozgtermine.models.setting import SettingsGroup
from ozgtermine.operations.accounts import has_administrator
from ozgtermine.queries.settings import stored_legal_text
from ozgtermine.rendering.legal import TITLES, has_file
from ozgtermine.rules.retention import PERIODS
from ozgtermine.wording import N_, translate

NEEDED_TEXTS = ("impressum", "datenschutz", "barrierefreiheit")


@dataclass(frozen=True)
class Finding:
    """A sentence that says what is missing and what to do.

    `page` is the page of the settings where that is done, by the end of its address; empty where only the operator
    can do it.
    """

    sentence: str
    page: str = ""


def findings(session: Session, settings: Settings) -> Iterator[Finding]:
    """Yield everything that is missing under `settings`, those in force."""
    yield from on_the_server(settings)
    yield from in_the_settings(session, settings)


def on_the_server(settings: Settings) -> Iterator[Finding]:
    """Yield what only the operator can set right; needs no database."""
    is_production = settings.environment == "production"
    if is_production and not settings.base_url.startswith("https://"):
        yield Finding(translate(N_(
            "base_url beginnt nicht mit https://. Anmeldungen würden unverschlüsselt übertragen."
        )))  # fmt: skip
    key = settings.instance / "secret_key"
    if key.is_file() and key.stat().st_mode & 0o077:
        yield Finding(translate(N_(
            "Den geheimen Schlüssel dürfen auch andere lesen. Rufen Sie auf: chmod 600 %(path)s"
        ), path=key))  # fmt: skip
    yield from _folders(settings)
    if is_production and not settings.smtp_host:
        yield Finding(translate(N_(
            "smtp_host fehlt: Mails werden nur als Dateien abgelegt, niemand bekommt sie."
        )))  # fmt: skip


def _folders(settings: Settings) -> Iterator[Finding]:
    for folder in (settings.instance, settings.documents_folder, settings.mail_folder):
        try:
            with TemporaryFile(dir=folder):
                pass
        except OSError:
            yield Finding(translate(N_("In den Ordner %(folder)s lässt sich nicht schreiben."), folder=folder))


def in_the_settings(session: Session, settings: Settings) -> Iterator[Finding]:
    """Yield what an administrator can set right on a page."""
    for name, sentence in _NEEDED.items():
        if not getattr(settings, name):
            yield Finding(translate(sentence), _page_of(SettingsGroup.ORGANISATION, name, settings))
    for text in NEEDED_TEXTS if settings.environment == "production" else ():
        if not stored_legal_text(session, text) and not has_file(text, settings):
            yield Finding(translate(_OURS, title=translate(TITLES[text]), name=text), f"rechtstexte/{text}")
    for period in PERIODS:
        if not period.holds(getattr(settings, period.setting)):
            sentence = translate(
                _OUT_OF_BOUNDS, what=translate(period.what), days=getattr(settings, period.setting),
                least=period.least_days, most=period.most_days, name=period.setting,
            )  # fmt: skip
            yield Finding(sentence, _page_of(SettingsGroup.RETENTION, period.setting, settings))
    if not has_administrator(session):
        yield Finding(translate(N_("Es gibt noch kein Administrationskonto. Rufen Sie auf: ozgtermine invite")))


_NEEDED = {
    "name": N_("Der Name des Angebots fehlt: Er steht über jeder Seite und in jeder Mail. Tragen Sie ihn ein (name)."),
    "organisation": N_("Der Name der Organisation fehlt: Er steht im Impressum. Tragen Sie ihn ein (organisation)."),
    "organisation_address": N_(
        "Die Anschrift fehlt: Sie steht im Impressum und unter jeder Mail. Tragen Sie sie ein (organisation_address)."
    ),
    "contact_email": N_(
        "Die Kontaktadresse fehlt: Im Impressum steht dann keine E-Mail-Adresse. Tragen Sie sie ein (contact_email)."
    ),
}
_OURS = N_(
    "Für „%(title)s“ gilt der mitgelieferte Text. Schreiben Sie Ihren unter Einstellungen, Rechtstexte, oder legen Sie "
    "ihn als legal/%(name)s.md in den Instanzordner."
)
_OUT_OF_BOUNDS = N_(
    "%(what)s werden %(days)s Tage aufbewahrt. Wählen Sie eine Zahl von %(least)s bis %(most)s (%(name)s)."
)


def _page_of(group: SettingsGroup, name: str, settings: Settings) -> str:
    return "" if name in settings.fixed else group.value
