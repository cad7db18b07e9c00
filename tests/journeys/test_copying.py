"""Copying a block and an address, with and without JavaScript."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import new_page
from tests.living import Site

pytestmark = pytest.mark.browser
CLIPBOARD = ["clipboard-read", "clipboard-write"]
READ_KIND = """async (kind) => {
  const [item] = await navigator.clipboard.read();
  return item.types.includes(kind) ? await (await item.getType(kind)).text() : null;
}"""


def copied(page: Page, button: str, kind: str) -> str:
    page.get_by_role("button", name=button).first.click()
    expect(page.get_by_role("button", name="Kopiert")).to_be_visible()
    text = page.evaluate(READ_KIND, kind)
    assert isinstance(text, str)
    return text


def test_the_block_of_the_house_is_copied_as_it_stands(browser: Browser, live_server: Site) -> None:
    with new_page(browser, live_server.address, permissions=CLIPBOARD) as page:
        page.goto("/newsletter")
        page.get_by_label("Termine", exact=True).select_option("ozg-sprechstunde")
        page.get_by_label("Anzahl").fill("1")
        page.get_by_role("button", name="Vorschau zeigen").click()
        assert copied(page, "Block kopieren", "text/plain") == (
            "Termine unserer nächsten OZG-Sprechstunden:\n\n"
            '15.02. "Offene OZG-Sprechstunde"\n\n'
            "Link zu den Terminen und Präsentationen aller OZG-Sprechstunden: "
            f"{live_server.address}/reihen/ozg-sprechstunde"
        )


def test_the_table_is_copied_with_its_links(browser: Browser, live_server: Site) -> None:
    with new_page(browser, live_server.address, permissions=CLIPBOARD) as page:
        page.goto("/newsletter?stil=mail.html&anzahl=1")
        html = copied(page, "Block kopieren", "text/html")
        assert f'href="{live_server.address}/termine/' in html
        assert 'scope="col"' in html
        assert "Offene OZG-Sprechstunde" in page.evaluate(READ_KIND, "text/plain")


def test_the_address_of_a_calendar_is_copied(browser: Browser, live_server: Site) -> None:
    with new_page(browser, live_server.address, permissions=CLIPBOARD) as page:
        page.goto("/kalender")
        assert copied(page, "Adresse kopieren", "text/plain") == f"{live_server.address}/kalender/alle.ics"


def test_without_script_everything_can_be_selected_and_no_button_is_dead(browser: Browser, live_server: Site) -> None:
    with new_page(browser, live_server.address, java_script_enabled=False) as page:
        page.goto("/newsletter")
        page.get_by_label("Anzahl").fill("2")
        page.get_by_role("button", name="Vorschau zeigen").click()
        expect(page.locator("#block")).to_contain_text("Termine unserer nächsten OZG-Sprechstunden:")
        expect(page.get_by_role("button", name="Block kopieren")).to_have_count(0)
        page.goto("/kalender")
        expect(page.locator("#adresse-alle")).to_have_value(f"{live_server.address}/kalender/alle.ics")
        expect(page.get_by_role("button", name="Adresse kopieren")).to_have_count(0)
