"""The four errands that decide whether people love the workspace, with the fewest honest steps, counted.

A click is one press of the mouse, a keystroke one key; choosing a file counts as one click. The counts are asserted
as upper bounds, so that a later change cannot make an errand longer unnoticed; how long it took is printed only.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import new_page
from tests.journeys.hands import Mouse
from tests.living import Site, running
from tests.samples import slides

pytestmark = pytest.mark.browser
PASSWORD = "vier lange sichere Woerter"


class Counting(Mouse):
    """Counts what a person would have to press."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.clicks = self.keystrokes = 0
        self.began = time.monotonic()

    def act(self, target: object) -> None:
        self.clicks += 1
        super().act(target)  # type: ignore[arg-type]

    def type(self, label: str, text: str, *, region: str = "") -> None:
        """Type into a field that is reached by the Tab key or a click: one press, and a key per character."""
        self.clicks += 1
        self.keystrokes += len(text)
        super().type(label, text, region=region)

    def choose_file(self, label: str, path: Path) -> None:
        self.clicks += 1
        super().choose_file(label, path)

    def report(self, errand: str) -> tuple[int, int]:
        seconds = time.monotonic() - self.began
        words = f"{errand}: {self.clicks} clicks, {self.keystrokes} keystrokes, {seconds:.1f} s for a script"
        print(f"\n{words}")  # noqa: T201 - what it is for
        return self.clicks, self.keystrokes


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running(tmp_path_factory.mktemp("walks")) as started:
        yield started


@pytest.fixture(scope="module")
def cookie(browser: Browser, site: Site) -> str:
    """Return the cookie of an editor who is at work."""
    with new_page(browser, site.address) as page:
        page.goto(site.setup_link)
        page.get_by_label("Ihr Name").fill("Erika Muster")
        page.get_by_label("E-Mail-Adresse").fill("erika.muster@mid.example")
        page.get_by_label("Passwort").fill(PASSWORD)
        page.get_by_role("button", name="Konto einrichten").click()
        page.get_by_role("heading", name="Übersicht").wait_for()
        return next(str(each["value"]) for each in page.context.cookies() if each["name"] == "ozgtermine")


@pytest.fixture
def editor(browser: Browser, site: Site, cookie: str) -> Iterator[Counting]:
    """Yield the hands of an editor who looks at the overview."""
    with new_page(browser, site.address) as page:
        page.context.add_cookies([{"name": "ozgtermine", "value": cookie, "url": site.address}])
        page.goto("/verwaltung/")
        yield Counting(page)


def test_a_new_hour_with_registration_is_published(editor: Counting, site: Site, browser: Browser) -> None:
    page = editor.page
    editor.follow("Neuer Termin")
    editor.follow("OZG-Sprechstunden")
    editor.type("Thema", "Digitale Bauakte")
    editor.type("Tag", "2023-04-05")
    editor.type("Beginn", "10:00")
    editor.type("Ende", "11:30")
    editor.press("Veröffentlichen")
    expect(page.get_by_text("Der Termin ist veröffentlicht.")).to_be_visible()
    assert editor.report("new hour, published") <= (7, 40)
    with new_page(browser, site.address) as visitor:
        visitor.goto("/termine/ozg-sprechstunde-2023-04-05")
        expect(visitor.get_by_role("heading", level=1)).to_have_text("Digitale Bauakte")
        expect(visitor.get_by_role("link", name="Anmelden")).to_be_visible()


def test_a_past_hour_is_closed(editor: Counting, tmp_path: Path) -> None:
    page, presentation = editor.page, tmp_path / "Folien.pdf"
    presentation.write_bytes(slides("Update OZG 2023"))
    page.goto("/verwaltung/termine?stand=alle")
    editor.began = time.monotonic()
    editor.follow("28. OZG-Sprechstunde")
    editor.follow("Abschließen")
    editor.choose_file("Präsentation", presentation)
    editor.type("Rückblick", "Wir haben den Stand der Umsetzung und die nächsten Schritte besprochen.")
    editor.type("Zahl der Teilnehmenden", "64")
    editor.press("Termin abschließen")
    expect(page.get_by_text("Der Termin ist abgeschlossen.")).to_be_visible()
    expect(page.get_by_text("64", exact=True)).to_be_visible()
    assert editor.report("past hour, closed") <= (6, 80)


LEAD = "hanna.beispielmann@mid.example"


def sign_in_by_link(lead: Counting, site: Site) -> None:
    """Ask for a link, open the mail, and enter."""
    page = lead.page
    lead.follow("Für Mitglieder und Redaktion")
    lead.type("E-Mail-Adresse", LEAD, region="Mitglieder und Leitungen")
    lead.press("Link anfordern")
    deadline = time.monotonic() + 20
    while not any(LEAD in mail.recipient for mail in site.mails()) and time.monotonic() < deadline:
        time.sleep(0.1)
    page.goto("/postfach")
    lead.act(page.get_by_role("row").filter(has_text=LEAD).first.get_by_role("link"))
    lead.act(page.locator('a[href*="/konto/anmelden/"]').first)
    lead.press("Jetzt anmelden")
    expect(page.get_by_role("heading", level=1)).to_have_text("Übersicht")


def test_a_lead_signs_in_for_the_first_time_and_moves_a_meeting(browser: Browser, site: Site) -> None:
    with new_page(browser, site.address) as page:
        lead = Counting(page)
        page.goto("/reihen/ag-1-kooperationsmodell")
        sign_in_by_link(lead, site)
        assert lead.report("first sign-in of a lead") <= (6, 40)
        lead.clicks = lead.keystrokes = 0
        lead.began = time.monotonic()
        lead.follow("3. Sitzung der AG Kooperationsmodell")
        lead.follow("Verlegen")
        lead.type("Tag", "2023-02-17")
        page.get_by_label("Wie genau steht der Tag fest?").select_option("day")
        lead.clicks += 1
        lead.type("Grund", "Der Saal ist belegt")
        lead.press("Termin verlegen")
        expect(page.get_by_text("Der Termin ist verlegt.")).to_be_visible()
        assert lead.report("AG meeting, moved by its lead") <= (6, 30)
        lead.press("Änderung zurücknehmen")
        expect(page.get_by_text("Die Änderung ist zurückgenommen.")).to_be_visible()
