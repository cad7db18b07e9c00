"""A congress gets its programme: pasted and typed without script, by keyboard alone, and read on a small screen."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import NARROW, new_page
from tests.journeys.findings import findings
from tests.journeys.hands import Keyboard, Mouse
from tests.journeys.test_hostile_texts import sign_in
from tests.living import running

pytestmark = pytest.mark.browser

TABLE = "15.02.2023;10:00;10:30;Keynote;Eröffnung;CIO des Landes Sachsen-Anhalt;Großer Saal\n;10:30;9:00;;Verdreht"


def test_a_programme_is_pasted_typed_announced_and_read(browser: Browser, tmp_path: Path) -> None:
    with running(tmp_path) as site:
        with new_page(browser, site.address, viewport=NARROW) as page:
            sign_in(page, site.setup_link)
            [cookie] = [each for each in page.context.cookies() if each["name"] == "ozgtermine"]
            programme = find_programme(page)
            paste_and_correct(Keyboard(page), programme)
        with new_page(browser, site.address, java_script_enabled=False) as page:
            page.context.add_cookies([{"name": "ozgtermine", "value": cookie["value"], "url": site.address}])
            type_two_and_announce(Mouse(page), programme)
        with new_page(browser, site.address, viewport=NARROW, color_scheme="dark") as page:
            read(page)


def find_programme(page: Page) -> str:
    """Return the address of the programme of the next consultation hour, found as an editor finds it."""
    page.goto("/verwaltung/termine")
    page.get_by_role("link", name="Offene OZG-Sprechstunde").first.click()
    page.get_by_role("link", name="Programm bearbeiten").click()
    page.get_by_role("heading", name="Programm", level=1).wait_for()
    assert_whole(page)
    return page.url


def paste_and_correct(user: Keyboard, programme: str) -> None:
    user.follow("Tabelle einfügen")
    field = user.page.get_by_label("Tabelle")
    field.fill(TABLE)
    user.press("Prüfen")
    expect(user.page.get_by_text("Das Ende muss nach dem Beginn liegen.")).to_be_visible()
    expect(field).to_have_value(TABLE)
    assert_whole(user.page)
    field.fill(TABLE.replace("9:00", "11:00").replace("Verdreht", "Fragen"))
    user.press("Prüfen")
    user.page.get_by_text("2 neu, 0 geändert, 0 unverändert.").wait_for()
    assert_whole(user.page)
    user.press("Übernehmen")
    user.page.get_by_text("Die Tabelle ist übernommen.").wait_for()
    assert user.page.url == programme
    assert_whole(user.page)


def type_two_and_announce(user: Mouse, programme: str) -> None:
    user.page.goto(programme)
    user.follow("Programmpunkt hinzufügen")
    user.type("Beginn", "11:00")
    user.type("Ende", "10:00")
    user.type("Titel", "Ausblick")
    user.press("Speichern und nächsten eingeben")
    expect(user.page).to_have_title("Fehler: Neuer Programmpunkt – OZG-Termine")
    user.type("Ende", "11:30")
    user.press("Speichern und nächsten eingeben")
    expect(user.page.get_by_label("Beginn")).to_have_value("11:30")
    user.type("Titel", "Mittag")
    user.page.get_by_label("Art").select_option("Pause")
    user.page.get_by_role("button", name="Speichern", exact=True).click()
    user.follow("Programm veröffentlichen")
    user.page.get_by_label("Vorläufig").check()
    user.type("Stand", "2023-02-06")
    user.press("Speichern")
    user.page.get_by_text("Vorläufiges Programm, Stand: 06.02.2023").wait_for()


def read(page: Page) -> None:
    page.goto("/termine/ozg-sprechstunde-2023-02-15")
    page.get_by_role("link", name="Vorläufiges Programm, Stand: 06.02.2023").click()
    titles = page.get_by_role("heading", level=4)
    expect(titles).to_have_text(["Eröffnung", "Fragen", "Ausblick", "Mittag"])
    expect(page.get_by_role("heading", name="Mittwoch, 15. Februar 2023")).to_be_visible()
    assert_whole(page)
    answer = page.request.get("/termine/ozg-sprechstunde-2023-02-15/programm.ics")
    assert answer.text().count("BEGIN:VEVENT") == 4


def assert_whole(page: Page) -> None:
    assert findings(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
