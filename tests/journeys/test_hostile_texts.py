"""What an administrator writes runs nothing in anybody's browser: legal texts, names, the record of them."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browsing import new_page
from tests.living import running
from tests.rendering.test_markdown import HOSTILE

pytestmark = pytest.mark.browser

MARK = "window.hacked = true"
NAME = f'"><svg onload="{MARK}"><script>{MARK}</script>'


def test_hostile_settings_run_nothing(browser: Browser, tmp_path: Path) -> None:
    with running(tmp_path) as site, new_page(browser, site.address) as page:
        sign_in(page, site.setup_link)
        page.goto("/verwaltung/einstellungen/rechtstexte/leichte-sprache")
        page.get_by_label("Text").fill("\n\n".join(HOSTILE).replace("alert(1)", MARK).replace("\x01", ""))
        page.get_by_role("button", name="Vorschau").click()
        assert is_harmless(page)
        page.get_by_role("button", name="Speichern und zeigen").click()
        page.goto("/verwaltung/einstellungen/organisation")
        page.get_by_label("Name des Angebots").fill(NAME[:60])
        page.get_by_label("Organisation", exact=True).fill(NAME)
        page.get_by_role("button", name="Speichern").click()
        for path in ("/", "/leichte-sprache", "/impressum", "/verwaltung/einstellungen", "/verwaltung/protokoll"):
            page.goto(path)
            assert is_harmless(page), path
        for link in page.locator("main a").all():
            assert (link.get_attribute("href") or "").startswith(("/", "http", "mailto:", "#", "?"))


def sign_in(page: Page, setup_link: str) -> None:
    page.goto(setup_link)
    page.get_by_label("Ihr Name").fill("Erika Muster")
    page.get_by_label("E-Mail-Adresse").fill("erika.muster@mid.example")
    page.get_by_label("Passwort").fill("vier lange sichere Woerter")
    page.get_by_role("button", name="Konto einrichten").click()
    page.get_by_role("heading", name="Übersicht").wait_for()


def is_harmless(page: Page) -> bool:
    """Return whether nothing ran; `new_page` besides fails on every violated policy and foreign request."""
    foreign = page.locator("main :is(script, img:not(.ozg-qr), iframe, style, form[action^='http'])")
    return not page.evaluate("Boolean(window.hacked)") and foreign.count() == 0
