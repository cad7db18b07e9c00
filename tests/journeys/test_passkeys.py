"""Passkeys in a real browser, with an authenticator that Chromium plays (the automation part of WebAuthn)."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.browsing import new_page
from tests.living import Site, running

pytestmark = pytest.mark.browser
EMAIL, PASSWORD = "erika.muster@mid.example", "vier lange sichere Woerter"
EDITORS = "Redaktion und Administration"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Yield the product under a name: browsers make no passkeys for bare network addresses."""
    with running(tmp_path_factory.mktemp("passkeys"), name="localhost") as started:
        yield started


def authenticator(page: Page) -> tuple[CDPSession, str]:
    """Plug an authenticator in that unlocks itself, and return how to speak to it."""
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    made = devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return devices, str(made["authenticatorId"])


def test_a_passkey_is_made_and_signs_in_alone_and_as_second_factor(browser: Browser, site: Site) -> None:
    with new_page(browser, site.address) as page:
        devices, key = authenticator(page)
        page.goto(site.setup_link)
        page.get_by_label("Ihr Name").fill("Erika Muster")
        page.get_by_label("E-Mail-Adresse").fill(EMAIL)
        page.get_by_label("Passwort").fill(PASSWORD)
        page.get_by_role("button", name="Konto einrichten").click()
        page.goto("/verwaltung/konto/zweiter-faktor")
        page.get_by_label("Name des Passkeys").fill("Dienst-Laptop")
        page.get_by_role("button", name="Passkey anlegen").click()
        expect(page.get_by_role("rowheader", name="Dienst-Laptop")).to_be_visible()

        page.get_by_role("button", name="Abmelden").click()
        page.goto("/verwaltung/anmelden")
        page.get_by_role("button", name="Mit Passkey anmelden").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Übersicht")

        page.get_by_role("button", name="Abmelden").click()
        page.goto("/verwaltung/termine?stand=alle")
        form = page.get_by_role("region", name=EDITORS)
        form.get_by_label("E-Mail-Adresse").fill(EMAIL)
        form.get_by_label("Passwort").fill(PASSWORD)
        form.get_by_role("button", name="Anmelden", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Zweiter Faktor")
        devices.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False})
        page.get_by_role("button", name="Passkey benutzen").click()
        expect(page.get_by_text("Der Passkey wurde nicht angenommen oder abgebrochen.")).to_be_visible()
        devices.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": True})
        page.get_by_role("button", name="Passkey benutzen").click()
        expect(page.get_by_role("button", name="Abmelden")).to_be_visible()

        page.goto("/verwaltung/konto/zweiter-faktor")
        page.get_by_role("button", name="Entfernen").click()
        expect(page.get_by_role("rowheader", name="Dienst-Laptop")).to_have_count(0)
        page.get_by_role("button", name="Abmelden").click()
        page.goto("/verwaltung/anmelden")
        page.get_by_role("button", name="Mit Passkey anmelden").click()
        expect(page.get_by_text("nicht angenommen").first).to_be_visible()


def test_without_javascript_codes_do_the_same(browser: Browser, site: Site) -> None:
    with new_page(browser, site.address, java_script_enabled=False) as page:
        page.goto("/verwaltung/anmelden")
        expect(page.get_by_role("button", name="Mit Passkey anmelden")).to_have_count(0)
        expect(page.get_by_role("button", name="Anmelden", exact=True)).to_be_visible()
