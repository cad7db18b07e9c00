"""What a stranger sees first, in a real browser."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import NARROW, new_page
from tests.living import Site


def test_the_start_page_shows_what_comes_next(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    expect(page.get_by_text("Authentifizierung bei der Nutzung von Online-Diensten")).to_be_visible()


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_nothing_needs_a_sideways_scroll_on_a_small_phone(
    browser: Browser, live_server: Site, color_scheme: str
) -> None:
    with new_page(browser, live_server.address, viewport=NARROW, color_scheme=color_scheme) as page:
        page.goto("/")
        assert page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]


@pytest.mark.parametrize(
    "breakage",
    ["setTimeout(() => { throw new Error('broken') })", "document.head.innerHTML += '<style>p {}</style>'",
     "fetch('https://foreign.example/').catch(() => 0)", "new Image().src = '/static/missing.svg'"],
)  # fmt: skip
def test_a_page_that_breaks_fails_its_test(browser: Browser, live_server: Site, breakage: str) -> None:
    with pytest.raises(AssertionError), new_page(browser, live_server.address) as page:  # noqa: PT012 - one walk
        page.goto("/")
        page.evaluate(breakage)
        page.wait_for_timeout(300)
