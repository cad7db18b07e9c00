"""A registration through HTTP, form and confirmation, beside an empty POST and the bare rows, on both databases.

Pages and mails are the product's own; nothing is sent. CPU is that of the server alone.
"""

import re
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from sqlalchemy import select

from bench.installation import Installation, databases, installation
from bench.load import hello, product
from bench.posting import BEHIND_A_PROXY, CLIENTS, Flow, flow, typed
from bench.table import Budget, at_least, heading, row
from ozgtermine.database import db, transaction
from ozgtermine.models import Event, OutgoingMail
from tests import factories

REGISTRATIONS, WARM, BARE = 600, 60, 300
LINK = re.compile(r"(/anmeldung/bestaetigen/[\w-]{43})")
OF_AN_EMPTY_POST = {"SQLite": at_least(0.2), "PostgreSQL": at_least(0.12)}


def main() -> None:
    """Print what an empty POST takes, and beside it what registering takes on each database."""
    with hello("flask") as (pid, port):
        flow(pid, port, [("/", "")] * 500)
        empty = flow(pid, port, [("/", "x=")] * (REGISTRATIONS * 4))
    heading(f"empty POST to Flask, {CLIENTS} clients")
    row("per second", empty.per_second, digits=0)
    row("CPU ms", empty.cpu_ms)
    row("p99 ms", empty.p99_ms, digits=0)
    with databases() as both:
        for name, url in both:
            with installation(url) as installed:
                bare = _bare_rows(installed.slug)
                form, confirmation = registrations(installed)
            heading(f"registration, {name}, {CLIENTS} clients")
            _show(form, confirmation, empty, bare, OF_AN_EMPTY_POST[name])


def _show(form: Flow, confirmation: Flow, empty: Flow, bare: float, of_an_empty_post: Budget) -> None:
    per_second = form.posts / (form.seconds + confirmation.seconds)
    row("per second", per_second, digits=0)
    row("× empty POST", per_second / empty.per_second, of_an_empty_post)
    row("× bare rows of one writer", per_second / bare)
    row("CPU ms: form", form.cpu_ms)
    row("CPU ms: confirmation", confirmation.cpu_ms)
    row("CPU ms: together", form.cpu_ms + confirmation.cpu_ms, Budget(4))
    row("p50 ms of a request", max(form.p50_ms, confirmation.p50_ms), digits=0)
    row("p99 ms of a request", max(form.p99_ms, confirmation.p99_ms), Budget(250), digits=0)
    row("refused", form.refused + confirmation.refused, Budget(0), digits=0)


def registrations(installed: Installation) -> tuple[Flow, Flow]:
    """Return what the forms take, and what their confirmations take."""
    environment = installed.environment | BEHIND_A_PROXY
    with product(environment) as (pid, port):
        address = f"/termine/{installed.slug}/anmelden"
        flow(pid, port, [(address, typed(REGISTRATIONS + each)) for each in range(WARM)])
        flow(pid, port, [(link, "x=") for link in _links()])
        form = flow(pid, port, [(address, typed(each)) for each in range(REGISTRATIONS)])
        confirmation = flow(pid, port, [(link, "x=") for link in _links()[WARM:]])
    return form, confirmation


def _links() -> list[str]:
    """Return the links that confirm, in the order in which they were promised."""
    mails = db.session.scalars(select(OutgoingMail.text).order_by(OutgoingMail.id)).all()
    db.session.rollback()
    return [found[1] for mail in mails if (found := LINK.search(mail))]


def _bare_rows(slug: str) -> float:
    """Return how many transactions a second write one registration and one mail, without any rule or word."""
    began = time.perf_counter()
    for number in range(BARE):
        with transaction() as session:
            offer = session.scalars(select(Event).where(Event.slug == slug)).one().offer
            factories.registration(session, offer, email=f"b{number}@musterburg.example")
            factories.outgoing_mail(session, f"<{number}@b>", text="x" * 6_000)
    return BARE / (time.perf_counter() - began)


if __name__ == "__main__":
    main()
