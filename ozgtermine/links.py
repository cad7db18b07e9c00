"""Absolute addresses for mails, feeds and the newsletter, which are made without a request."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Links:
    """Addresses below `base_url`, which has no trailing slash."""

    base_url: str

    def start(self) -> str:
        return f"{self.base_url}/"

    def event(self, slug: str) -> str:
        return f"{self.base_url}/termine/{slug}"

    def event_calendar(self, slug: str, language: str = "de") -> str:
        return f"{self.base_url}{_spoken(language)}/termine/{slug}.ics"

    def programme_calendar(self, slug: str, language: str = "de") -> str:
        return f"{self.base_url}{_spoken(language)}/termine/{slug}/programm.ics"

    def register(self, slug: str) -> str:
        return f"{self.base_url}/termine/{slug}/anmelden"

    def series(self, slug: str) -> str:
        return f"{self.base_url}/reihen/{slug}"

    def confirmation(self, token: str) -> str:
        return f"{self.base_url}/anmeldung/bestaetigen/{token}"

    def registration(self, token: str) -> str:
        return f"{self.base_url}/anmeldung/{token}"

    def deputy(self, token: str) -> str:
        return f"{self.base_url}/anmeldung/vertretung/{token}"

    def own_data(self, token: str) -> str:
        return f"{self.base_url}/meine-anmeldungen/{token}"

    def calendar(self, name: str, language: str = "de") -> str:
        return f"{self.base_url}{_spoken(language)}/kalender/{name}.ics"

    def personal_calendar(self, token: str) -> str:
        return f"{self.base_url}/kalender/p/{token}.ics"

    def calendars(self) -> str:
        return f"{self.base_url}/kalender"

    def archive(self) -> str:
        return f"{self.base_url}/unterlagen"

    def document(self, document_id: int, slug: str) -> str:
        return f"{self.base_url}/unterlagen/{document_id}/{slug}"

    def embed(self, name: str, style: str) -> str:
        return f"{self.base_url}/einbetten/{name}/{style}"

    def imprint(self) -> str:
        return f"{self.base_url}/impressum"

    def privacy(self) -> str:
        return f"{self.base_url}/datenschutz"

    def sign_in(self) -> str:
        return f"{self.base_url}/verwaltung/anmelden"

    def provider_answer(self) -> str:
        return f"{self.base_url}/verwaltung/anmelden/zentral/antwort"

    def enter(self, token: str) -> str:
        return f"{self.base_url}/konto/anmelden/{token}"

    def reset_password(self, token: str) -> str:
        return f"{self.base_url}/konto/passwort/{token}"

    def own_account(self) -> str:
        return f"{self.base_url}/verwaltung/konto"

    def set_up_account(self, token: str) -> str:
        return f"{self.base_url}/konto/einrichten/{token}"


def _spoken(language: str) -> str:
    """Return what an address in another language than German begins with."""
    return "" if language == "de" else f"/{language}"
