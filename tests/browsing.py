"""Pages in a real browser.

The `page` of a test fails it where a page breaks: an error of a script, a violated policy, a file that is missing, a
request to a foreign host.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from tests.living import Site

FLAGS = [
    "--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run", "--disable-gpu",
]  # fmt: skip
WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 320, "height": 700}
LANGUAGE = "de-DE"
DEADLINE_MILLISECONDS = 10_000


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Yield Debian's Chromium."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("no Chromium here")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser, live_server: Site) -> Iterator[Page]:
    """Yield an empty page of a new visitor, on which addresses like `/termine` are those of `live_server`."""
    with new_page(browser, live_server.address) as opened:
        yield opened


@contextmanager
def new_page(browser: Browser, address: str, **options: Any) -> Iterator[Page]:
    """Open a page of a new visitor (`java_script_enabled=False`, `color_scheme="dark"`, `viewport=NARROW`, …).

    At the end nothing on it may have broken.
    """
    defaults: dict[str, Any] = {
        "base_url": address,
        "locale": LANGUAGE,
        "viewport": WIDE,
        "accept_downloads": True,
    }
    context = browser.new_context(**(defaults | options))
    context.set_default_timeout(DEADLINE_MILLISECONDS)
    page = context.new_page()
    broken: list[str] = []
    context.on("console", lambda message: broken.extend(_errors(message)))
    context.on("weberror", lambda error: broken.append(str(error.error)))
    context.on("request", lambda request: broken.extend(_foreign(request, address)))
    try:
        yield page
    finally:
        context.close()
    assert broken == []


def _errors(message: ConsoleMessage) -> list[str]:
    """Take what the browser complains about; that a form came back (422, 409) is no complaint about the page."""
    if message.type not in ("error", "warning") or any(each in message.text for each in ("422 (", "409 (")):
        return []
    return [f"{message.type}: {message.text} ({message.location['url']})"]


def _foreign(request: Request, address: str) -> list[str]:
    url = urlsplit(request.url)
    foreign = url.scheme in ("http", "https") and url.netloc != urlsplit(address).netloc
    return [f"foreign: {request.url}"] if foreign else []
