"""Every page: axe finds nothing, nothing is wider than the window, nothing weighs too much, no page sets a cookie."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request

from tests.browsing import NARROW, WIDE, new_page
from tests.journeys.findings import findings
from tests.living import Site

pytestmark = pytest.mark.browser

HEAVIEST_BYTES = 100_000
PUBLIC = [
    "/",
    "/?art=sprechstunden",
    "/?reihe=fachkongress-it-planungsrat",
    "/reihen/ozg-sprechstunde",
    "/reihen/ag-1-kooperationsmodell",
    "/reihen/plenum",
    "/reihen/weitere-termine",
    "/termine/ozg-sprechstunde-2023-01-25",
    "/termine/ozg-sprechstunde-2023-02-15",
    "/termine/ozg-sprechstunde-2023-02-22",
    "/termine/fachkongress-it-planungsrat-2023-03-29",
    "/termine/ozg-sprechstunde-2023-02-15/anmelden",
    "/termine/ozg-sprechstunde-2023-01-25/anmelden",
    "/termine/ozg-sprechstunde-2023-02-15/anmelden/gesendet",
    "/termine/fachkongress-it-planungsrat-2023-03-29/anmelden",
    "/reihen/ozg-sprechstunde/anmelden",
    "/meine-anmeldungen",
    "/meine-anmeldungen/gesendet",
    "/meine-anmeldungen/geloescht",
    "/unterlagen",
    "/unterlagen?q=nichts-davon",
    "/kalender",
    "/newsletter",
    "/newsletter?stil=mail.html",
    "/impressum",
    "/datenschutz",
    "/barrierefreiheit",
    "/leichte-sprache",
    "/postfach",
    "/verwaltung/anmelden",
    "/verwaltung/anmelden/gesendet",
    "/konto/passwort-vergessen",
]
EDITORS = [
    "/verwaltung/",
    "/verwaltung/termine",
    "/verwaltung/termine?stand=alle",
    "/verwaltung/termine/neu",
    "/verwaltung/termine/neu?reihe=1",
    "/verwaltung/termine/1",
    "/verwaltung/termine/1/bearbeiten",
    "/verwaltung/termine/1/verlegen",
    "/verwaltung/termine/1/absagen",
    "/verwaltung/termine/1/veroeffentlichen",
    "/verwaltung/termine/1/anmeldungen",
    "/verwaltung/termine/2/anmeldungen/neu",
    "/verwaltung/termine/2/anmeldeangebot",
    "/verwaltung/reihen/1/anmeldeangebot",
    "/verwaltung/datenschutz",
    "/verwaltung/termine/1/unterlagen",
    "/verwaltung/unterlagen",
    "/verwaltung/reihen",
    "/verwaltung/reihen/neu",
    "/verwaltung/reihen/1",
    "/verwaltung/reihen/1/kalender",
    "/verwaltung/reihen/2/kalender",
    "/verwaltung/konto",
    "/verwaltung/einstellungen",
    "/verwaltung/einstellungen/organisation",
    "/verwaltung/einstellungen/mail",
    "/verwaltung/einstellungen/vorgaben",
    "/verwaltung/einstellungen/aufbewahrung",
    "/verwaltung/einstellungen/anmeldung",
    "/verwaltung/einstellungen/rechtstexte/impressum",
    "/verwaltung/protokoll",
    "/verwaltung/protokoll?was=changed&art=event",
    "/verwaltung/termine/1/verlauf",
    "/verwaltung/reihen/1/verlauf",
    "/verwaltung/personen/1/verlauf",
    "/meine-gruppen",
    "/verwaltung/suche",
    "/verwaltung/suche?q=ozg",
    "/verwaltung/suche?q=sprechstunde&nur=termine",
    "/verwaltung/suche?q=nichts-davon",
    "/verwaltung/mails",
    "/verwaltung/mails/verwerfen?mail=1",
    "/verwaltung/termine/mehrere?termin=2&termin=3",
    "/verwaltung/termine/1/abschliessen",
    "/verwaltung/termine/1/vorschau",
    "/verwaltung/termine/1/programm",
    "/verwaltung/termine/1/programm/stand",
    "/verwaltung/termine/1/programm/neu",
    "/verwaltung/termine/1/programm/tabelle",
    "/verwaltung/termine/neu?vorlage=1",
    "/verwaltung/personen",
    "/verwaltung/personen?q=niemand-davon",
    "/verwaltung/personen/neu",
    "/verwaltung/personen/1",
    "/verwaltung/personen/1/bearbeiten",
    "/verwaltung/personen/1/zusammenfuehren/2",
    "/verwaltung/personen/doppelte",
    "/verwaltung/personen/import",
    "/verwaltung/organisationen",
    "/verwaltung/organisationen/neu",
    "/verwaltung/organisationen/1",
    "/verwaltung/reihen/4/mitglieder",
    "/verwaltung/reihen/4/mitglieder/1",
    "/verwaltung/konto/passwort",
    "/verwaltung/konto/bestaetigen",
    "/verwaltung/konto/zweiter-faktor",
    "/verwaltung/konto/zweiter-faktor/app",
    "/verwaltung/konten",
    "/verwaltung/konten/1",
]
SAMPLE = Path(__file__).parents[1] / "ical" / "samples" / "outlook.ics"
LOOKS = [(NARROW, "dark"), (WIDE, "light")]  # what is too wide and what is too pale have nothing to do with each other


@pytest.fixture(scope="session")
def session_cookie(browser: Browser, live_server: Site) -> str:
    """Return the cookie of a signed-in administrator."""
    with new_page(browser, live_server.address) as page:
        page.goto(live_server.setup_link)
        assert findings(page) == []
        page.get_by_label("Ihr Name").fill("Erika Muster")
        page.get_by_label("E-Mail-Adresse").fill("erika.muster@mid.example")
        page.get_by_label("Passwort").fill("vier lange sichere Woerter")
        page.get_by_role("button", name="Konto einrichten").click()
        page.get_by_role("heading", name="Übersicht").wait_for()
        [cookie] = [each for each in page.context.cookies() if each["name"] == "ozgtermine"]
        assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")
        return str(cookie["value"])


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0]['width']} {look[1]}")
def look(request: pytest.FixtureRequest, browser: Browser, live_server: Site) -> Iterator[Page]:
    """Yield a page of one width and colour scheme."""
    width, scheme = request.param
    with new_page(browser, live_server.address, viewport=width, color_scheme=scheme) as page:
        yield page


def defects(page: Page, path: str) -> dict[str, object]:
    """Return what is wrong with the page of `path`."""
    answer = page.goto(path, wait_until="load")
    assert answer
    wrong = {
        "axe": findings(page),
        "wider than the window": page.evaluate("document.documentElement.scrollWidth > window.innerWidth"),
        "without policy": "default-src 'none'" not in answer.headers.get("content-security-policy", ""),
    }
    return {name: value for name, value in wrong.items() if value}


def test_no_public_page_has_a_defect(look: Page) -> None:
    found = {path: defects(look, path) for path in PUBLIC}
    assert {path: wrong for path, wrong in found.items() if wrong} == {}
    assert look.context.cookies() == []


@pytest.mark.parametrize("path", ["/gibt-es-nicht", "/anmeldung/gibt-es-nicht", "/konto/einrichten/gibt-es-nicht"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_errors_have_no_defect_either(browser: Browser, live_server: Site, path: str, scheme: str) -> None:
    context = browser.new_context(base_url=live_server.address, viewport=NARROW, color_scheme=scheme)  # type: ignore[arg-type]
    assert defects(context.new_page(), path) == {}
    context.close()


@pytest.mark.parametrize("path", ["/", "/reihen/ozg-sprechstunde", "/kalender", "/newsletter", "/unterlagen"])
def test_a_first_visit_weighs_little_and_sets_no_cookie(browser: Browser, live_server: Site, path: str) -> None:
    finished: list[Request] = []
    with new_page(browser, live_server.address) as page:
        page.on("requestfinished", lambda request: finished.append(request))  # noqa: PLW0108 - Playwright wants it
        page.goto(path, wait_until="networkidle")
        sizes = [request.sizes() for request in finished]
        assert page.context.cookies() == []
    assert sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes) < HEAVIEST_BYTES


def pages_of_a_programme(page: Page) -> list[str]:
    """Return the addresses of the congress's programme and of one of its items."""
    page.goto("/verwaltung/suche?q=Fachkongress&nur=termine")
    congress = page.locator("main a[href^='/verwaltung/termine/']").first.get_attribute("href")
    page.goto(f"{congress}/programm")
    item = page.get_by_role("link", name="Nachnutzen statt neu bauen").get_attribute("href")
    assert congress
    assert item
    return [f"{congress}/programm", item]


def test_no_page_of_the_editors_has_a_defect(look: Page, live_server: Site, session_cookie: str) -> None:
    look.context.add_cookies([{"name": "ozgtermine", "value": session_cookie, "url": live_server.address}])
    found = {path: defects(look, path) for path in (*EDITORS, *pages_of_a_programme(look))}
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_what_a_calendar_would_change_has_no_defect_either(look: Page, live_server: Site, session_cookie: str) -> None:
    look.context.add_cookies([{"name": "ozgtermine", "value": session_cookie, "url": live_server.address}])
    look.goto("/verwaltung/reihen/2/kalender")
    look.get_by_label("Kalenderdatei").set_input_files(SAMPLE)
    look.get_by_role("button", name="Weiter").click()
    look.get_by_role("heading", name="Was sich ändert").wait_for()
    assert defects(look, "/verwaltung/reihen/2/kalender/ansehen") == {}
    look.goto("/verwaltung/reihen/2/kalender")
    look.get_by_label("Kalenderdatei").set_input_files(__file__)
    look.get_by_role("button", name="Weiter").click()
    look.get_by_role("heading", name="Bitte prüfen Sie Ihre Eingaben").wait_for()
    assert findings(look) == []
