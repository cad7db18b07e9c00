"""Nothing that was typed is lost: the browser crashes, the session ends, the network is gone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browsing import LANGUAGE, WIDE, new_page
from tests.journeys.findings import findings
from tests.living import Site, running

pytestmark = pytest.mark.browser

PASSWORD = "vier lange sichere Woerter"
SAVED = re.compile(r"^Zwischenstand gesichert um \d\d:\d\d Uhr$")
NEW = "/verwaltung/termine/neu?reihe=1"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running(tmp_path_factory.mktemp("autosave"), require_second_factor="false") as started:
        yield started


@pytest.fixture(scope="module")
def administrator(browser: Browser, site: Site) -> None:
    with new_page(browser, site.address) as page:
        page.goto(site.setup_link)
        page.get_by_label("Ihr Name").fill("Erika Muster")
        page.get_by_label("E-Mail-Adresse").fill("erika.muster@mid.example")
        page.get_by_label("Passwort").fill(PASSWORD)
        page.get_by_role("button", name="Konto einrichten").click()
        page.get_by_role("heading", name="Übersicht").wait_for()


@pytest.fixture
def cookie(browser: Browser, site: Site, administrator: None) -> str:
    """Return the cookie of a session of this test's own."""
    with new_page(browser, site.address) as page:
        page.goto("/verwaltung/anmelden")
        sign_in(page)
        page.get_by_role("heading", name="Übersicht").wait_for()
        return next(str(each["value"]) for each in page.context.cookies() if each["name"] == "ozgtermine")


def sign_in(page: Page) -> None:
    way = page.get_by_role("region", name="Redaktion und Administration")
    way.get_by_label("E-Mail-Adresse").fill("erika.muster@mid.example")
    way.get_by_label("Passwort").fill(PASSWORD)
    way.get_by_role("button", name="Anmelden", exact=True).click()


def carry(context: BrowserContext, site: Site, cookie: str) -> None:
    context.add_cookies([{"name": "ozgtermine", "value": cookie, "url": site.address}])


@pytest.fixture
def page(browser: Browser, site: Site, cookie: str) -> Iterator[Page]:
    """Yield a page of somebody who is at work; nothing on it may break."""
    with new_page(browser, site.address) as opened:
        carry(opened.context, site, cookie)
        yield opened


def fill(page: Page, topic: str) -> None:
    """Type into a field of every kind."""
    for folded in page.locator("details").all():
        folded.evaluate("each => each.open = true")
    page.get_by_label("Thema", exact=False).first.fill(topic)
    page.locator("[name=starts_on]").fill("2023-04-05")
    page.locator("[name=start_time]").fill("10:00")
    page.locator("[name=description]").fill("Zwei Zeilen\nmit „Umlauten“: äöü <b>")
    page.locator("[name=topic_kind]").select_option("open")
    page.locator("[name=mode][value=hybrid]").check()
    page.locator("[name=has_waiting_list]").set_checked(not page.locator("[name=has_waiting_list]").is_checked())


def everything(page: Page) -> dict[str, list[str]]:
    found = page.locator("form.ozg-form").evaluate(
        """form => { const all = {};
          for (const [name, value] of new FormData(form)) (all[name] ??= []).push(value); return all; }"""
    )
    assert isinstance(found, dict)
    return {name: [str(each).replace("\r\n", "\n") for each in values] for name, values in found.items()}


def saved(page: Page) -> None:
    expect(page.locator("[data-autosave-line]")).to_have_text(SAVED)


def test_after_a_crash_every_field_is_back(browser: Browser, site: Site, cookie: str, page: Page) -> None:
    page.goto(NEW)
    fill(page, "Vor dem Absturz")
    saved(page)
    before = everything(page)
    with new_page(browser, site.address) as other:
        carry(other.context, site, cookie)
        other.goto(NEW)
        expect(other.get_by_text(re.compile("Sie haben hier am .* etwas eingegeben, das nicht"))).to_be_visible()
        assert findings(other) == []
        assert everything(other) != before
        other.get_by_role("button", name="Wiederherstellen").click()
        assert everything(other) == before
        assert other.locator("[name=has_waiting_list]").is_visible()
        assert findings(other) == []
        other.get_by_role("button", name="Als Entwurf speichern").click()
        expect(other.get_by_text("Der Entwurf ist angelegt.", exact=False)).to_be_visible()
        other.goto(NEW, wait_until="networkidle")
        expect(other.get_by_role("button", name="Wiederherstellen")).to_be_hidden()


def test_leaving_the_page_keeps_what_was_typed_a_moment_before(page: Page) -> None:
    page.goto("/verwaltung/termine/neu?reihe=2")
    page.locator("[name=topic]").fill("Gerade noch")
    page.goto("/verwaltung/")
    page.goto("/verwaltung/termine/neu?reihe=2")
    page.get_by_role("button", name="Wiederherstellen").click()
    expect(page.locator("[name=topic]")).to_have_value("Gerade noch")
    page.goto("/verwaltung/termine/neu?reihe=2")
    page.get_by_role("button", name="Verwerfen").click()
    expect(page.get_by_role("button", name="Verwerfen")).to_be_hidden()
    page.goto("/verwaltung/termine/neu?reihe=2", wait_until="networkidle")
    expect(page.get_by_role("button", name="Verwerfen")).to_be_hidden()


def test_restoring_leaves_alone_what_somebody_else_has_changed(page: Page) -> None:
    page.goto("/verwaltung/reihen/2")
    before = everything(page)
    page.locator("[name=description]").fill("Meine Beschreibung")
    saved(page)
    page.goto("/verwaltung/reihen/2")
    page.locator("[name=singular]").evaluate("(each) => { each.value = each.defaultValue = 'Treffen'; }")
    page.get_by_role("button", name="Wiederherstellen").click()
    expect(page.locator("[name=singular]")).to_have_value("Treffen")
    assert everything(page) == before | {"singular": ["Treffen"], "description": ["Meine Beschreibung"]}


def test_an_offer_nobody_has_decided_on_outlives_what_is_typed_below_it(page: Page) -> None:
    address = "/verwaltung/reihen/4"
    page.goto(address)
    page.locator("[name=description]").fill("Am Montag")
    saved(page)
    page.goto(address)
    page.get_by_role("button", name="Wiederherstellen").wait_for()
    page.locator("[name=singular]").fill("Am Dienstag")
    saved(page)
    page.goto(address)
    page.get_by_role("button", name="Wiederherstellen").click()
    expect(page.locator("[name=description]")).to_have_value("Am Montag")
    expect(page.locator("[name=singular]")).to_have_value("Am Dienstag")


def test_a_session_that_ends_while_typing_costs_nothing(browser: Browser, site: Site, cookie: str) -> None:
    context = browser.new_context(base_url=site.address, locale=LANGUAGE, viewport=WIDE)  # type: ignore[arg-type]
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    carry(context, site, cookie)
    page = context.new_page()
    page.goto(NEW)
    end_sessions(browser, site, cookie)
    fill(page, "Nach dem Ende der Sitzung")
    line = page.locator("[data-autosave-line]")
    expect(line).to_contain_text("Ihre Sitzung ist abgelaufen")
    typed = everything(page)
    assert typed["topic"] == ["Nach dem Ende der Sitzung"]
    page.get_by_role("button", name="Als Entwurf speichern").click()
    expect(page.get_by_text("Was Sie eingegeben haben, ist noch da.", exact=False)).to_be_visible()
    sign_in(page)
    page.get_by_role("button", name="Eingaben absenden").click()
    expect(page.get_by_text("Der Entwurf ist angelegt.", exact=False)).to_be_visible()
    page.get_by_role("link", name="Bearbeiten").first.click()
    stored = everything(page)
    for name in ("topic", "starts_on", "start_time", "description", "topic_kind", "mode"):
        assert stored[name] == typed[name], name
    assert stored.get("has_waiting_list") == typed.get("has_waiting_list")
    assert errors == []
    context.close()


def end_sessions(browser: Browser, site: Site, cookie: str) -> None:
    with new_page(browser, site.address) as page:
        carry(page.context, site, cookie)
        page.goto("/verwaltung/konto")
        page.get_by_role("button", name="Überall abmelden").click()


def test_without_a_network_the_line_says_so_and_catches_up(browser: Browser, site: Site, cookie: str) -> None:
    context = browser.new_context(base_url=site.address, locale=LANGUAGE)
    carry(context, site, cookie)
    page = context.new_page()
    page.goto("/verwaltung/termine/neu?reihe=4")
    context.set_offline(True)
    page.locator("[name=topic]").fill("Im Funkloch")
    line = page.locator("[data-autosave-line]")
    expect(line).to_contain_text("Keine Verbindung")
    expect(page.locator("[name=topic]")).to_have_value("Im Funkloch")
    context.set_offline(False)
    expect(line).to_have_text(SAVED)
    context.close()


def test_the_line_is_said_aloud_once_and_not_with_every_word(page: Page) -> None:
    page.goto("/verwaltung/termine/neu?reihe=5")
    line = page.locator("[data-autosave-line]")
    page.locator("[name=topic]").fill("Eins")
    saved(page)
    expect(line).to_have_attribute("aria-live", "polite")
    with page.expect_response("**/zwischenstand"):
        page.locator("[name=topic]").fill("Zwei")
    expect(line).to_have_attribute("aria-live", "off")


def test_without_script_nothing_of_it_shows(browser: Browser, site: Site, cookie: str) -> None:
    with new_page(browser, site.address, java_script_enabled=False) as page:
        carry(page.context, site, cookie)
        page.goto(NEW)
        expect(page.get_by_role("button", name="Wiederherstellen")).to_be_hidden()
        expect(page.locator("[data-autosave-line]")).to_be_hidden()
