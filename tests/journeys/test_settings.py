"""Settings in a real browser: the steps that no address leads to have no defect either."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browsing import NARROW, new_page
from tests.journeys.findings import findings
from tests.journeys.test_hostile_texts import sign_in
from tests.living import running

pytestmark = pytest.mark.browser

ORGANISATION = "/verwaltung/einstellungen/organisation"
IMPRINT = "/verwaltung/einstellungen/rechtstexte/impressum"


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_settings_are_changed_by_keyboard_and_two_at_once_lose_nothing(
    browser: Browser, tmp_path: Path, *, script: bool
) -> None:
    scheme = "dark" if script else "light"
    with (
        running(tmp_path) as site,
        new_page(browser, site.address, viewport=NARROW, color_scheme=scheme, java_script_enabled=script) as page,
    ):
        sign_in(page, site.setup_link)
        if script:
            refuse_an_empty_name(page)
        other = page.context.new_page()
        other.goto(ORGANISATION)
        page.goto(ORGANISATION)
        type_and_send(page, "Name des Angebots", "Von der einen")
        page.get_by_text("Die Einstellungen sind gespeichert.").wait_for()
        type_and_send(other, "Name des Angebots", "Von der anderen")
        other.get_by_role("heading", name="Jemand war schneller").wait_for()
        assert_whole(other, script)
        other.get_by_role("button", name="Meine Eingabe speichern").press("Enter")
        other.get_by_text("Die Einstellungen sind gespeichert.").wait_for()
        page.goto("/")
        assert page.title().endswith("Von der anderen")
        preview_and_restore(page, script)


def refuse_an_empty_name(page: Page) -> None:
    page.goto(ORGANISATION)
    type_and_send(page, "Name des Angebots", "")
    page.get_by_role("link", name="Geben Sie den Namen des Angebots ein").click()
    assert page.evaluate("document.activeElement.id") == "name"
    assert_whole(page)


def preview_and_restore(page: Page, script: bool) -> None:
    page.goto(IMPRINT)
    page.get_by_label("Text").fill("## Herausgeber\n\n| Wer | Wo |\n|--|--|\n| Wir | Hier |")
    page.get_by_role("button", name="Vorschau").press("Enter")
    page.get_by_role("heading", name="Vorschau, noch nicht gespeichert").wait_for()
    assert_whole(page, script)
    page.get_by_role("button", name="Speichern und zeigen").press("Enter")
    page.get_by_text("Der Text ist gespeichert und öffentlich.").wait_for()
    page.get_by_role("button", name="Vorige Fassung wiederherstellen").press("Enter")
    page.get_by_text("Die vorige Fassung gilt wieder.").wait_for()
    assert_whole(page, script)


def type_and_send(page: Page, label: str, text: str) -> None:
    field = page.get_by_label(label)
    field.fill(text)
    field.press("Enter")


def assert_whole(page: Page, script: bool = True) -> None:
    """Fail where axe finds something, or the page is wider than a telephone; to find out needs script."""
    if not script:
        return
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert findings(page) == []
