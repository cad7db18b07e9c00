"""Feeds and pages beside the least that WSGI and Flask can do and beside nginx with the same bytes, in one run."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.filling import series_of
from bench.installation import databases, installation
from bench.load import Case, Rounds, ask, hello, measure, need_programs, product
from bench.nginx import nginx
from ozgtermine.database import transaction

SIZES = (30, 300, 900)
PAGE_EVENTS = 50
GZIP = {"Accept-Encoding": "gzip"}
WSGI, FLASK = "WSGI hello world", "Flask hello world"
PAGE = f"/?reihe=feed-{PAGE_EVENTS}"
BUDGETS = {  # what → how many times as quick as what
    "SQLite: 300 events, 304": ((1.2, WSGI), (4, FLASK), (0.45, "nginx: 300 events, 304")),
    "SQLite: 300 events, gzip": ((0.8, WSGI), (2.5, FLASK), (0.5, "nginx: 300 events, gzip")),
    "SQLite: 900 events, gzip": ((0.6, "nginx: 900 events, gzip"),),
    "PostgreSQL: 300 events, 304": ((0.9, "SQLite: 300 events, 304"),),
    "PostgreSQL: 300 events, gzip": ((0.9, "SQLite: 300 events, gzip"),),
    "SQLite: page of 50 events": ((3.5, FLASK),),
    "SQLite: page of 50 events, 304": ((1.2, WSGI), (4, FLASK)),
}


def main() -> None:
    """Print a line for each case, and beneath it each ratio of the budget."""
    need_programs()
    with ExitStack() as stack:
        cases = list(_cases(stack))
        rounds = measure(cases)
    show(cases, rounds)


def _cases(stack: ExitStack) -> Iterator[Case]:
    """Yield all that is asked for; the servers run until `stack` ends."""
    for name, target in ((WSGI, "wsgi"), (FLASK, "flask")):
        yield Case(name, *stack.enter_context(hello(target)))
    bodies: dict[int, bytes] = {}
    for name, url in stack.enter_context(databases()):
        environment = stack.enter_context(installation(url)).environment
        with transaction() as session:
            for size in (*SIZES, PAGE_EVENTS):
                series_of(session, f"feed-{size}", size)
        pid, port = stack.enter_context(product(environment))
        bodies = {size: ask(port, _feed(size), {})[2] for size in SIZES}
        yield from _asked(name, pid, port, {size: _feed(size) for size in SIZES})
        yield Case(f"{name}: page of {PAGE_EVENTS} events", pid, port, PAGE, GZIP)
        known = {**GZIP, "If-None-Match": ask(port, PAGE, GZIP)[1]["etag"]}
        yield Case(f"{name}: page of {PAGE_EVENTS} events, 304", pid, port, PAGE, known, 304)
    files = {f"{size}.ics": body for size, body in bodies.items()}
    pid, port = stack.enter_context(nginx(files))
    yield from _asked("nginx", pid, port, {size: f"/{size}.ics" for size in SIZES})


def _asked(name: str, pid: int, port: int, paths: dict[int, str]) -> Iterator[Case]:
    known = {**GZIP, "If-None-Match": ask(port, paths[300], GZIP)[1]["etag"]}
    yield Case(f"{name}: 300 events, 304", pid, port, paths[300], known, 304)
    for size, path in paths.items():
        yield Case(f"{name}: {size} events, gzip", pid, port, path, GZIP)
        yield Case(f"{name}: {size} events, plain", pid, port, path)


def _feed(size: int) -> str:
    return f"/kalender/feed-{size}.ics"


def show(cases: Sequence[Case], rounds: Rounds) -> None:
    print(f"{'':34}{'per second':>12}{'p99 ms':>9}{'CPU µs':>9}{'× WSGI':>9}{'× Flask':>9}")
    for case in cases:
        found = rounds.middle(case.name)
        print(
            f"{case.name:34}{found.per_second:12,.0f}{found.p99_ms:9.1f}{found.cpu_microseconds:9,.0f}"
            f"{rounds.ratio(case.name, WSGI):9.2f}{rounds.ratio(case.name, FLASK):9.2f}"
        )
    print(f"\n{'':34}{'':38}{'ratio':>8}{'budget':>9}{'':8}{'by CPU':>8}")
    for name, budgets in BUDGETS.items():
        for wanted, to in budgets:
            found = rounds.ratio(name, to)
            cpu = rounds.middle(to).cpu_microseconds / rounds.middle(name).cpu_microseconds
            verdict = "met" if found >= wanted else "MISSED"
            print(f"{name:34}× {to:36}{found:8.2f}{wanted:9.2f}  {verdict:6}{cpu:8.2f}")


if __name__ == "__main__":
    main()
