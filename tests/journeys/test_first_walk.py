"""The product's main job, end to end, as a stranger walks it: by mouse, by keyboard alone, and without script."""

import http.client
import re
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from icalendar import Calendar
from playwright.sync_api import Browser, Page, expect

from tests.browsing import NARROW, WIDE, new_page
from tests.journeys.findings import findings
from tests.journeys.hands import Keyboard, Mouse
from tests.living import Site, running
from tests.samples import slides

pytestmark = pytest.mark.browser

HOUSE_STYLE = """Termine unserer nächsten OZG-Sprechstunden:

15.02. "Offene OZG-Sprechstunde"

22.02. "Authentifizierung bei der Nutzung von Online-Diensten"

08.03. OZG-Leistung "Förderung ehrenamtlicher Tätigkeit (Ehrenamtskarte)"
"""
HOUR = "29. OZG-Sprechstunde: Offene OZG-Sprechstunde"
PASSWORD = "vier lange sichere Woerter"


@pytest.mark.parametrize(
    ("hand", "script"),
    [(Mouse, True), (Keyboard, True), (Mouse, False)],
    ids=["mouse", "keyboard alone", "without JavaScript"],
)
def test_a_stranger_walks_from_the_first_page_to_the_newsletter(
    browser: Browser, tmp_path: Path, hand: type[Mouse], *, script: bool
) -> None:
    presentation = tmp_path / "Präsentation März.pdf"
    presentation.write_bytes(slides("Offene Fragen"))
    with (
        running(tmp_path / "instance") as site,
        new_page(browser, site.address, java_script_enabled=script) as page,
    ):
        user = hand(page)
        page.goto("/")
        register(user, site)
        read_the_feed_twice(site.address)
        become_administrator(user, site)
        upload(user, presentation)
        page.goto("/unterlagen")
        expect(page.get_by_role("link", name=re.compile("Folien der offenen Sprechstunde .PDF"))).to_be_visible()
        page.goto("/newsletter?reihe=ozg-sprechstunde&anzahl=3")
        expect(page.locator("pre").first).to_contain_text(HOUSE_STYLE.strip())


def register(user: Mouse, site: Site) -> None:
    """Register by form, check page, mail and confirmation; open the calendar file of the mail."""
    page = user.page
    user.follow(HOUR)
    user.follow("Anmelden")
    user.type("Vorname", "Kim")
    user.type("Nachname", "Beispiel")
    user.type("E-Mail-Adresse", "kim.beispiel@stadt.example")
    page.wait_for_timeout(2_500)  # people need longer than that; who is faster is asked once more
    user.press("Weiter: Angaben prüfen")
    expect(page.get_by_text("kim.beispiel@stadt.example")).to_be_visible()
    user.press("Anmeldung absenden")
    expect(page.get_by_role("heading", level=1)).to_have_text("Wir haben Ihnen eine E-Mail geschickt")
    open_newest_mail(user, 1, site)
    user.act(page.locator('a[href*="/anmeldung/bestaetigen/"]').first)
    user.press("Jetzt bestätigen")
    expect(page.get_by_role("heading", level=1)).to_contain_text("angemeldet")
    open_newest_mail(user, 2, site)
    with page.expect_download() as download:
        user.follow("invite.ics")
    events = Calendar.from_ical(download.value.path().read_bytes()).walk("VEVENT")
    assert [str(event["SUMMARY"]) for event in events] == [HOUR]


def open_newest_mail(user: Mouse, number: int, site: Site) -> None:
    deadline = time.monotonic() + 20
    while len(site.mails()) < number and time.monotonic() < deadline:
        time.sleep(0.1)
    assert len(site.mails()) == number
    user.page.goto("/postfach")
    user.page.goto(str(user.page.locator("tbody a").first.get_attribute("href")))


def read_the_feed_twice(address: str) -> None:
    """Ask as calendar programs do: the second time with the ETag exactly as received."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc)
    connection.request("GET", "/kalender/ozg-sprechstunde.ics")
    first = connection.getresponse()
    assert first.status == 200
    assert first.read().startswith(b"BEGIN:VCALENDAR\r\n")
    tag = str(first.headers["ETag"])
    connection.request("GET", "/kalender/ozg-sprechstunde.ics", headers={"If-None-Match": tag})
    second = connection.getresponse()
    assert (second.status, second.headers["ETag"], second.read()) == (304, tag, b"")
    connection.close()


def become_administrator(user: Mouse, site: Site) -> None:
    page = user.page
    page.goto(site.setup_link)
    user.type("Ihr Name", "Erika Muster")
    user.type("E-Mail-Adresse", "erika.muster@mid.example")
    user.type("Passwort", PASSWORD)
    user.press("Konto einrichten")
    expect(page.get_by_role("heading", level=1)).to_have_text("Übersicht")
    user.press("Abmelden")
    expect(page.get_by_role("heading", level=1)).to_have_text("Termine rund um das OZG")
    page.goto("/verwaltung/")
    user.type("E-Mail-Adresse", "erika.muster@mid.example", region="Redaktion und Administration")
    user.type("Passwort", PASSWORD)
    user.press("Anmelden")
    expect(page.get_by_role("heading", level=1)).to_have_text("Übersicht")


def upload(user: Mouse, presentation: Path) -> None:
    page = user.page
    user.follow("29. OZG-Sprechstunde")
    user.follow("Unterlage hochladen")
    user.choose_file("Datei", presentation)
    user.type("Titel", "Folien der offenen Sprechstunde")
    user.press("Hochladen")
    expect(page.get_by_text("Die Unterlage ist hochgeladen.")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [NARROW, WIDE], ids=["320", "1280"])
def test_no_page_on_the_way_to_a_seat_has_a_defect(
    browser: Browser, live_server: Site, viewport: dict[str, int], scheme: str
) -> None:
    found = {}
    with new_page(browser, live_server.address, viewport=viewport, color_scheme=scheme) as page:
        page.goto("/termine/ozg-sprechstunde-2023-02-15/anmelden")
        page.get_by_role("button", name="Weiter: Angaben prüfen").click()
        found["errors"] = findings(page)
        address = f"{scheme}.{viewport['width']}@stadt.example"
        for label, text in (("Vorname", "Kim"), ("Nachname", "Beispiel"), ("E-Mail-Adresse", address)):
            page.get_by_label(label).fill(text)
        page.get_by_role("button", name="Weiter: Angaben prüfen").click()
        found["check"] = findings(page)
        page.get_by_role("button", name="Anmeldung absenden").click()
        if page.get_by_role("button", name="Ja, jetzt absenden").count():
            found["assure"] = findings(page)
            page.get_by_role("button", name="Ja, jetzt absenden").click()
        open_mail_to(page, address, live_server)
        found["mail"] = findings(page)
        page.locator('a[href*="/anmeldung/bestaetigen/"]').first.click()
        found["confirm"] = findings(page)
        page.get_by_role("button", name="Jetzt bestätigen").click()
        found["manage"] = findings(page)
        page.get_by_role("link", name="Abmelden").or_(page.get_by_role("button", name="Abmelden")).first.click()
        found["withdraw"] = findings(page)
    assert {step: wrong for step, wrong in found.items() if wrong} == {}
    assert {"errors", "check", "mail", "confirm", "manage", "withdraw"} <= set(found)


def open_mail_to(page: Page, address: str, site: Site) -> None:
    deadline = time.monotonic() + 20
    while not any(address in mail.recipient for mail in site.mails()) and time.monotonic() < deadline:
        time.sleep(0.1)
    page.goto("/postfach")
    page.get_by_role("row").filter(has_text=address).get_by_role("link").first.click()
