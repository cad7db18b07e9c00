"""Registering under each policy in a real browser, by mouse and by keyboard; axe looks at every step."""

import os
import re
import time
from collections.abc import Iterator
from datetime import date
from datetime import time as clock_time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from ozgtermine.migrations import upgrade
from ozgtermine.models import (
    Membership,
    MembershipRole,
    OfferQuestion,
    Person,
    QuestionKind,
    RegistrationOffer,
    Series,
    SeriesKind,
)
from ozgtermine.rules.registering import Mode, Policy, Promotion
from ozgtermine.rules.schedule import when
from tests import factories
from tests.browsing import NARROW, WIDE, new_page
from tests.journeys.findings import findings
from tests.journeys.hands import Keyboard, Mouse
from tests.journeys.test_hostile_texts import sign_in
from tests.living import Site, running

pytestmark = pytest.mark.browser

LOOKS = {"mouse": (Mouse, WIDE, "light"), "keyboard": (Keyboard, NARROW, "dark")}
MAIL_DEADLINE_SECONDS = 30
PICTURES = os.environ.get("OZGTERMINE_TEST_PICTURES", "")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Yield a product with an event under each policy."""
    folder = tmp_path_factory.mktemp("policies")
    engine = create_engine(f"sqlite:///{folder / 'ozgtermine.sqlite'}")
    upgrade(engine)
    with Session(engine) as session:
        fill(session)
        session.commit()
    engine.dispose()
    with running(folder) as site:
        yield site


def fill(session: Session) -> None:
    hours = factories.series(session, slug="hours", title="OZG-Sprechstunden")
    event_with(session, hours, "claim", 22, seats_online=1, promotion=Promotion.CLAIM)
    event_with(session, hours, "open", 23, largest_group=3).questions = [
        OfferQuestion(position=0, kind=QuestionKind.SEVERAL_OF, label="Welche Themen?", choices="OZG\nEfA"),
        OfferQuestion(position=1, kind=QuestionKind.TEXT, label="Unterstützung", purpose="den Raum vorzubereiten",
                      is_sensitive=True),
        OfferQuestion(position=2, kind=QuestionKind.CONSENT, label="Fotos von mir dürfen veröffentlicht werden.",
                      purpose="über die Veranstaltung zu berichten"),
    ]  # fmt: skip
    congress = factories.series(session, slug="congress", title="Fachkongress", kind=SeriesKind.CONGRESS)
    event_with(session, congress, "request", 24, mode=Mode.HYBRID, policy=Policy.ON_REQUEST, seats_on_site=1)
    group = factories.series(session, slug="group", title="AG 1", kind=SeriesKind.WORKING_GROUP)
    member = Person(given_name="Mia", family_name="Mitglied", email="mia@stadt.example")
    session.add(Membership(series=group, person=member, role=MembershipRole.MEMBER))
    event_with(session, group, "members", 25, policy=Policy.MEMBERS)
    event_with(session, group, "external", 26, policy=Policy.EXTERNAL, external_url="https://anderswo.example/")
    event_with(session, group, "none", 28, policy=Policy.NONE)
    seats = event_with(session, hours, "calendar", 27)
    for name in ("mara", "erik"):
        factories.registration(session, seats, given_name=name, email=f"kalender.{name}@stadt.example")


def event_with(session: Session, series: Series, slug: str, day: int, **values: object) -> RegistrationOffer:
    at = when(starts_on=date(2023, 2, day), start_time=clock_time(10), end_time=clock_time(11, 30))
    mode = values.pop("mode", Mode.ONLINE)
    event = factories.event(session, series=series, slug=slug, topic=f"Thema {slug}", at=at, mode=mode)
    return factories.offer(session, event=event, **values)


@pytest.fixture(params=list(LOOKS))
def user(request: pytest.FixtureRequest, browser: Browser, site: Site) -> Iterator[Mouse]:
    hands, width, scheme = LOOKS[request.param]
    with new_page(browser, site.address, viewport=width, color_scheme=scheme) as page:
        yield hands(page)


def name_of(user: Mouse) -> str:
    """Return a name of its own for each way of using the page."""
    return "Mara" if isinstance(user, Keyboard) else "Erik"


def whole(page: Page, name: str) -> None:
    """Fail where axe finds something on this step, or it is wider than the window."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}-{page.viewport_size['width']}.png", full_page=True)  # type: ignore[index]
    assert findings(page) == [], name
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name


def sees(user: Mouse, heading: str) -> None:
    user.page.get_by_role("heading", name=heading, level=1).wait_for()
    whole(user.page, re.sub(r"\W+", "-", heading).lower())


def mail_to(site: Site, address: str, subject: str, *, path: str = "/anmeldung/") -> str:
    """Return the path of the link, one below `path`, in the newest mail of that subject, once it is there."""
    deadline = time.monotonic() + MAIL_DEADLINE_SECONDS
    while time.monotonic() < deadline:
        for kept in site.mails():
            if address in kept.recipient and subject in kept.subject:
                return re.findall(rf"{site.address}({path}\S+)", kept.text)[0]
        time.sleep(0.2)
    raise AssertionError(f"no mail {subject!r} to {address}: {[each.subject for each in site.mails()]}")


def register(user: Mouse, site: Site, slug: str, name: str) -> None:
    """Fill the form, check, confirm by the mailed link."""
    user.page.goto(f"/termine/{slug}/anmelden")
    user.type("Vorname", name)
    user.type("Nachname", "Muster")
    user.type("E-Mail-Adresse", f"{name.lower()}@stadt.example")
    user.press("Weiter: Angaben prüfen")
    user.page.wait_for_timeout(2100)  # programs are faster than people
    user.press("Anfrage absenden" if slug == "request" else "Anmeldung absenden")
    sees(user, "Wir haben Ihnen eine E-Mail geschickt")
    user.page.goto(mail_to(site, f"{name.lower()}@stadt.example", "Bitte bestätigen"))
    user.press("Jetzt bestätigen")


def test_a_seat_is_offered_claimed_and_given_to_a_deputy(user: Mouse, site: Site) -> None:
    first, second = name_of(user), f"{name_of(user)}a"
    register(user, site, "claim", first)
    sees(user, "Sie sind angemeldet")
    seat = user.page.url
    register(user, site, "claim", second)
    sees(user, "Sie stehen auf der Warteliste")
    user.page.goto(seat)
    user.follow("Abmelden")
    sees(user, "Möchten Sie sich abmelden?")
    user.press("Abmelden")
    sees(user, "Sie sind abgemeldet")
    user.page.goto(mail_to(site, f"{second.lower()}@stadt.example", "Ein Platz ist frei"))
    sees(user, "Ein Platz ist für Sie frei")
    user.press("Platz annehmen")
    sees(user, "Sie sind angemeldet")
    user.follow("Angaben ändern")
    sees(user, "Angaben ändern")
    user.type("Organisation", "Stadt Musterburg")
    user.press("Änderungen speichern")
    user.follow("Auch für weitere Termine der Reihe anmelden")
    sees(user, "Weitere Termine der Reihe")
    user.page.go_back()
    user.follow("Vertretung schicken")
    sees(user, "Vertretung schicken")
    user.type("Vorname", "Vera")
    user.type("Nachname", second)
    user.type("E-Mail-Adresse", f"vera.{second.lower()}@stadt.example")
    user.press("E-Mail an die Vertretung schicken")
    user.page.goto(mail_to(site, f"vera.{second.lower()}@stadt.example", "Vertretung: Bitte bestätigen"))
    sees(user, "Vertretung übernehmen")
    user.press("Anmeldung übernehmen")
    sees(user, "Sie sind angemeldet")
    user.follow("Abmelden")
    user.press("Abmelden")


def test_an_event_that_needs_no_registration(user: Mouse, site: Site) -> None:
    user.page.goto("/termine/none")
    sees(user, "Thema none")
    assert user.page.get_by_role("link", name="Anmelden").count() == 0
    user.page.goto("/termine/none/anmelden")
    sees(user, "Für diesen Termin ist keine Anmeldung nötig")
    user.follow("Zurück zum Termin")
    sees(user, "Thema none")


def test_a_calendar_of_ones_own(user: Mouse, site: Site) -> None:
    page, address = user.page, f"kalender.{name_of(user).lower()}@stadt.example"
    page.goto("/meine-anmeldungen")
    user.type("E-Mail-Adresse", address)
    user.press("Link anfordern")
    page.goto(mail_to(site, address, "Ihre Anmeldungen", path="/meine-anmeldungen/"))
    sees(user, "Meine Anmeldungen")
    user.press("Persönlichen Kalender einrichten")
    user.act(page.locator("summary", has_text="QR-Code"))
    page.get_by_alt_text("QR-Code mit der Adresse des Kalenders: Meine Termine").wait_for()
    whole(page, "own-calendar")
    first = page.get_by_label("Meine Termine", exact=True).input_value()
    assert "Thema calendar" in page.request.get(first).text()
    user.press("Neue Adresse; die alte gilt nicht mehr")
    expect(page.get_by_label("Meine Termine", exact=True)).not_to_have_value(first)
    assert page.request.get(first).status == 410
    page.goto("/kalender")
    user.act(page.locator("summary", has_text="QR-Code").first)
    whole(page, "calendars-qr")


def test_a_form_with_questions_and_colleagues(user: Mouse, site: Site) -> None:
    page = user.page
    page.goto("/termine/open/anmelden")
    user.act(page.locator("summary", has_text="Weitere Personen anmelden"))
    whole(page, "form-open")
    user.press("Weiter: Angaben prüfen")
    page.get_by_text("Bitte prüfen Sie Ihre Eingaben").wait_for()
    whole(page, "form-open-errors")
    address = f"gero.{name_of(user).lower()}@stadt.example"
    for label, text in (("Vorname", "Gero"), ("Nachname", name_of(user)), ("E-Mail-Adresse", address)):
        user.type(label, text)
    page.get_by_label("EfA").check()
    page.get_by_label("Fotos von mir").check()
    user.act(page.locator("summary", has_text="Weitere Personen anmelden"))
    page.get_by_role("group", name="Person 2").get_by_label("Vorname").fill("Gundula")
    page.get_by_role("group", name="Person 2").get_by_label("Nachname").fill(name_of(user))
    user.press("Weiter: Angaben prüfen")
    sees(user, "Angaben prüfen")
    page.wait_for_timeout(2100)
    user.press("Anmeldung absenden")
    page.goto(mail_to(site, address, "Bitte bestätigen"))
    user.press("Jetzt bestätigen")
    sees(user, "Sie sind angemeldet")
    whole(page, "consent-standing")
    user.press("Einwilligung widerrufen")
    page.get_by_role("button", name="Einwilligung widerrufen").wait_for(state="detached")


def test_one_form_for_a_whole_series(user: Mouse, site: Site) -> None:
    user.page.goto("/reihen/hours")
    user.follow("Für mehrere Termine anmelden")
    sees(user, "Für mehrere Termine anmelden")
    address = f"serie.{name_of(user).lower()}@stadt.example"
    for label, text in (("Vorname", "Serie"), ("Nachname", name_of(user)), ("E-Mail-Adresse", address)):
        user.type(label, text)
    user.press("Weiter: Angaben prüfen")
    sees(user, "Angaben prüfen")
    user.page.wait_for_timeout(2100)
    user.press("Anmeldung absenden")
    user.page.goto(mail_to(site, address, "Bitte bestätigen"))
    sees(user, "Anmeldung bestätigen")


def test_a_member_replies_to_the_invitation(user: Mouse, site: Site) -> None:
    user.page.goto(mail_to(site, "mia@stadt.example", "Einladung"))
    if not isinstance(user, Keyboard):
        sees(user, "Sie sind eingeladen")
    user.press("Ja")
    sees(user, "Sie sind angemeldet")
    user.press("Vielleicht")
    sees(user, "Sie sind eingeladen")


def test_registration_elsewhere_is_a_page_with_the_way_there(user: Mouse, site: Site) -> None:
    user.page.goto("/termine/external/anmelden")
    sees(user, "Die Anmeldung läuft über den Veranstalter")
    assert user.page.get_by_role("link", name="Zur Anmeldung beim Veranstalter").get_attribute("href") == (
        "https://anderswo.example/"
    )


def test_requests_are_decided_and_the_decision_taken_back(browser: Browser, site: Site) -> None:
    with new_page(browser, site.address, viewport=WIDE) as page:
        user = Mouse(page)
        page.goto("/termine/request/anmelden")
        page.get_by_label("vor Ort").check()
        for label, text in (("Vorname", "Rita"), ("Nachname", "Muster"), ("E-Mail-Adresse", "rita@stadt.example")):
            user.type(label, text)
        user.press("Weiter: Angaben prüfen")
        page.wait_for_timeout(2100)
        user.press("Anfrage absenden")
        page.goto(mail_to(site, "rita@stadt.example", "Bitte bestätigen"))
        user.press("Jetzt bestätigen")
        sees(user, "Ihre Teilnahmeanfrage ist eingegangen")
        sign_in(page, site.setup_link)
        for width in (NARROW, WIDE):
            page.set_viewport_size(width)  # type: ignore[arg-type]
            decide(user)


def decide(user: Mouse) -> None:
    """Look at the request as an editor, approve it, and take that back."""
    page = user.page
    page.goto("/verwaltung/termine?stand=alle")
    page.get_by_role("link", name="Thema request").click()
    user.follow("Anmeldungen ansehen")
    sees(user, "Anmeldungen")
    page.get_by_label("Rita Muster").check()
    user.press("Nachricht schreiben")
    sees(user, "Nachricht schreiben")
    user.type("Betreff", "Anderer Raum")
    user.type("Nachricht", "Bitte kommen Sie in Raum 3.")
    user.press("Vorschau")
    page.get_by_text("So lautet die E-Mail").wait_for()
    whole(page, "nachricht-vorschau")
    user.follow("Zurück zur Liste")
    page.get_by_label("Rita Muster").check()
    user.press("Annehmen")
    sees(user, "Anfragen annehmen")
    user.press("Anfragen annehmen")
    sees(user, "Entscheidung und Mails")
    user.press("Alles zurücknehmen")
    page.get_by_text("Zurückgenommen. Niemand hat davon erfahren.").wait_for()
    user.follow("Jemanden anmelden")
    sees(user, "Jemanden anmelden")
    page.go_back()
    page.goto("/verwaltung/termine?stand=alle")
    page.get_by_role("link", name="Thema open").click()
    user.follow("Bedingungen der Anmeldung")
    page.locator("summary", has_text="Frage 1").click()
    sees(user, "Bedingungen der Anmeldung")
