"""The search by keyboard, and the members' page as a browser shows it."""

import re
from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from ozgtermine.models import Access, Audience, Event, MembershipRole, Series
from tests import members
from tests.browsing import NARROW, WIDE, new_page
from tests.journeys.findings import findings
from tests.living import Site, running

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running(tmp_path_factory.mktemp("keys"), require_second_factor="false") as started:
        yield started


@pytest.fixture(scope="module")
def cookie(browser: Browser, site: Site) -> str:
    with new_page(browser, site.address) as page:
        page.goto(site.setup_link)
        page.get_by_label("Ihr Name").fill("Erika Muster")
        page.get_by_label("E-Mail-Adresse").fill("erika.muster@mid.example")
        page.get_by_label("Passwort").fill("vier lange sichere Woerter")
        page.get_by_role("button", name="Konto einrichten").click()
        page.get_by_role("heading", name="Übersicht").wait_for()
        return next(str(each["value"]) for each in page.context.cookies() if each["name"] == "ozgtermine")


@pytest.fixture
def page(browser: Browser, site: Site, cookie: str) -> Iterator[Page]:
    with new_page(browser, site.address) as opened:
        opened.context.add_cookies([{"name": "ozgtermine", "value": cookie, "url": site.address}])
        opened.goto("/verwaltung/")
        yield opened


def test_a_slash_a_number_and_enter_lead_to_the_hour(page: Page) -> None:
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("29.")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Suche nach „29.“")
    expect(page.get_by_role("searchbox")).to_have_value("29.")
    first = page.locator(".ozg-hits a").first
    expect(first).to_contain_text("29. OZG-Sprechstunde")
    first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Offene OZG-Sprechstunde")


def test_a_slash_that_is_typed_into_a_field_stays_there(page: Page) -> None:
    page.goto("/verwaltung/termine/neu?reihe=1")
    page.locator("[name=topic]").focus()
    page.keyboard.type("Bund/Land")
    expect(page.locator("[name=topic]")).to_have_value("Bund/Land")
    page.locator("[name=description]").focus()
    page.keyboard.press("/")
    expect(page.locator("[name=description]")).to_be_focused()


@pytest.fixture(scope="module")
def member_cookie(site: Site) -> str:
    """Return the cookie of somebody who is in two groups, with dates that have an access."""
    engine = create_engine(f"sqlite:///{site.instance / 'ozgtermine.sqlite'}")
    with Session(engine) as session:
        session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})  # the worker writes as well
        groups = session.scalars(select(Series).where(Series.slug.like("ag-%")).order_by(Series.position)).all()
        person = members.person(session, given_name="Mia-Sophie", family_name="Mitglied-Musterfrau")
        members.membership(session, groups[0], person, MembershipRole.MEMBER, ends_on=date(2026, 12, 31))
        members.membership(session, groups[3], person, MembershipRole.DEPUTY_LEAD)
        for event in session.scalars(select(Event).where(Event.series_id == groups[0].id)):
            event.access = Access(
                link="https://konferenz.example/ag", phone="0391 567 8901", pin="123456", audience=Audience.MEMBERS
            )
        token = members.session_of(session, members.account(session, person))
        session.commit()
    engine.dispose()
    return members.cookie_of(token, (site.instance / "secret_key").read_text().strip())


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [NARROW, WIDE], ids=["narrow", "wide"])
def test_the_members_page_has_no_defect(
    browser: Browser,
    site: Site,
    member_cookie: str,
    viewport: dict[str, int],
    scheme: str,
) -> None:
    with new_page(browser, site.address, viewport=viewport, color_scheme=scheme) as page:
        page.context.add_cookies([{"name": "ozgtermine", "value": member_cookie, "url": site.address}])
        page.goto("/meine-gruppen")
        expect(page.get_by_role("link", name=re.compile("Zur Videokonferenz")).first).to_be_visible()
        expect(page.get_by_text("Sie sind Mitglied bis 31.12.2026.")).to_be_visible()
        for path in ("/meine-gruppen", "/", "/verwaltung/suche?q=ag"):
            page.goto(path)
            assert findings(page) == [], path
            assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth"), path
