"""Hostile text in every field that people can write, on every page, in a real browser under the policy: nothing runs.

The rows are written past the forms, which refuse some of it: a page must not rely on that.
"""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine, String, Text, create_engine, func, literal, update
from sqlalchemy.orm import Session

from ozgtermine.models import (
    Access,
    Account,
    AuditEntry,
    Base,
    Document,
    DocumentVersion,
    Event,
    Membership,
    MembershipRole,
    Organisation,
    OutgoingMail,
    Person,
    Project,
    Registration,
    RegistrationOffer,
    Room,
    Series,
    Venue,
)
from tests.browsing import new_page
from tests.journeys.test_accessibility import EDITORS, PUBLIC
from tests.journeys.test_hostile_texts import is_harmless, sign_in
from tests.living import running

pytestmark = pytest.mark.browser

MARK = "window.hacked=true"
HOSTILE = (
    f'x"><script>{MARK}</script><img src=x onerror="{MARK}"><svg/onload={MARK}>\'{{{{7*7}}}}</title></textarea>'
    f'<a href="javascript:{MARK}">[b](javascript:{MARK})\u202e'
)
ADDRESS = f'https://x.example/"><script>{MARK}</script>'
ADDRESSES = {"link", "website", "external_url"}
WRITTEN = (
    Access, Account, AuditEntry, Document, DocumentVersion, Event, Organisation, OutgoingMail, Person, Project,
    Registration, RegistrationOffer, Room, Series, Venue,
)  # fmt: skip
OURS = {  # columns that no person writes: names for machines, hashes, addresses of pages
    "uid", "slug", "zone", "email_normalised", "name_normalised", "password_hash", "totp_secret", "oidc_subject",
    "language", "sha256", "media_type", "message_id", "kind", "change_id", "thing", "colour", "author",
}  # fmt: skip


def text_columns(model: type[Base]) -> list[str]:
    """Return the names of the columns of a model in which people write."""
    columns = model.__table__.columns
    return [
        column.name
        for column in columns
        if type(column.type) in (String, Text) and column.name not in OURS
    ]


def spoil(engine: Engine) -> int:
    """Write hostile text into every column of every row, and return how many columns there were."""
    number = 0
    with Session(engine) as session:
        for model in WRITTEN:
            for name in text_columns(model):
                hostile = ADDRESS if name in ADDRESSES else HOSTILE
                value = literal(hostile) + func.cast(model.id, String)  # type: ignore[attr-defined]
                session.execute(update(model).values({name: value}).execution_options(synchronize_session=False))
                number += 1
        session.commit()
    return number


def test_nothing_that_people_write_runs(browser: Browser, tmp_path: Path) -> None:
    with running(tmp_path) as site, new_page(browser, site.address) as page:
        sign_in(page, site.setup_link)
        engine = create_engine(f"sqlite:///{tmp_path / 'ozgtermine.sqlite'}", connect_args={"timeout": 30})
        join_a_group(engine)
        assert spoil(engine) > 40
        engine.dispose()
        shown = ""
        for path in (*PUBLIC, *EDITORS, "/verwaltung/suche?q=script"):
            page.goto(path)
            assert is_harmless(page), path
            shown += page.content()
        assert "&lt;script&gt;" in shown
        assert "<script>" not in page.request.get("/einbetten/alle/mail.html").text()
        assert "49" not in texts(page, "/termine/ozg-sprechstunde-2023-02-15")


def join_a_group(engine: Engine) -> None:
    """Let the administrator be somebody in a group too, so that the members' page has something to show."""
    with Session(engine) as session:
        first = session.get_one(Membership, 1)
        series_id, person_id = first.series_id, first.person_id
        session.rollback()
        session.execute(update(Account).values(person_id=person_id))
        session.add(Membership(series_id=series_id, person_id=person_id, role=MembershipRole.MODERATOR))
        session.commit()


def texts(page: Page, path: str) -> str:
    page.goto(path)
    return page.locator("main h1").inner_text()
