"""What a change costs until the next answer is out, and what a page costs an editor, in CPU of the server."""

import gzip
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))

from flask import Flask
from sqlalchemy import select

from bench.filling import series_of
from bench.installation import databases, installation
from bench.load import Case, ask, cpu_seconds, hello, measure, need_programs, product
from ozgtermine.application import create_app
from ozgtermine.database import db, transaction
from ozgtermine.front.revision import remembered_seconds
from ozgtermine.models import AccountRole, Event
from tests import members

PAGE_EVENTS = 50
PAGE = f"/?reihe=bench-{PAGE_EVENTS}"
FEEDS = (300, 900, 10_000)
WARM, CHANGES = 10, 20  # the first ones warm both processes
GZIP = {"Accept-Encoding": "gzip"}
FLASK, EDITOR = "Flask hello world", "page of 50 events for an editor"
MOST_MS = {PAGE: 5.0, "/kalender/bench-10000.ics": 5.0}
LEAST_OF_FLASK = 0.3


def main() -> None:
    """Print CPU milliseconds per answer after a change, and an editor's page beside Flask hello."""
    need_programs()
    with databases() as both:
        for name, url in both:
            with _filled(url) as (pid, port, cookie):
                print(f"{name + ': after one change':50}{'CPU ms':>9}{'budget':>9}")
                for path, slug in _asked():
                    _show(path, _after_a_change(pid, port, path, slug), MOST_MS.get(path))
                _show_editor(name, pid, port, cookie)


def _asked() -> Iterator[tuple[str, str]]:
    """Yield address and the series in which something changes."""
    yield PAGE, f"bench-{PAGE_EVENTS}"
    for size in FEEDS:
        yield f"/kalender/bench-{size}.ics", f"bench-{size}"


@contextmanager
def _filled(url: str) -> Iterator[tuple[int, int, str]]:
    """Yield a server of many events, and the cookie of an editor."""
    with installation(url) as installed:
        with transaction() as session:
            for size in (PAGE_EVENTS, *FEEDS):
                series_of(session, f"bench-{size}", size)
        cookie = _editor(create_app(installed.settings))
        with product(installed.environment) as (pid, port):
            yield pid, port, cookie


def _editor(app: Flask) -> str:
    session = db.session()
    client = members.signed_in(app, session, members.account(session, role=AccountRole.EDITOR))
    session.commit()
    found = client.get_cookie("ozgtermine")
    assert found is not None
    return f"ozgtermine={found.value}"


def _after_a_change(pid: int, port: int, path: str, slug: str) -> float:
    """Return the CPU milliseconds of an answer that is made anew because one event has changed: the middle of all."""
    found = []
    for number in range(-WARM, CHANGES):
        with transaction() as session:
            event = session.scalars(select(Event).where(Event.slug == f"{slug}-{WARM + number}")).one()
            event.topic = f"Anderes Thema {number}"
        remembered = remembered_seconds(db.engine)
        db.session.remove()
        time.sleep(2 * remembered)  # else the answer is the former one
        before = cpu_seconds(pid)
        status, _headers, body = ask(port, path, GZIP)
        assert (status, f"Anderes Thema {number}".encode() in gzip.decompress(body)) == (200, True)
        found.append((cpu_seconds(pid) - before) * 1000)
    return median(found[WARM:])


def _show(path: str, milliseconds: float, most: float | None) -> None:
    verdict = "" if most is None else f"{most:9.1f}  {'met' if milliseconds <= most else 'MISSED'}"
    print(f"{path:50}{milliseconds:9.2f}{verdict}")


def _show_editor(name: str, pid: int, port: int, cookie: str) -> None:
    with ExitStack() as stack:
        flask = Case(FLASK, *stack.enter_context(hello("flask")))
        page = Case(EDITOR, pid, port, PAGE, {"Cookie": cookie})
        rounds = measure([flask, page])
    found, ratio = rounds.middle(EDITOR), rounds.ratio(EDITOR, FLASK)
    verdict = "met" if ratio >= LEAST_OF_FLASK else "MISSED"
    print(f"{name + ': ' + EDITOR:50}{found.cpu_microseconds / 1000:9.2f}{'':9}  "
          f"{found.per_second:,.0f} a second, {ratio:.2f} × Flask hello of {LEAST_OF_FLASK}  {verdict}\n")  # fmt: skip


if __name__ == "__main__":
    main()
