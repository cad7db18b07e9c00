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
from bench.load import server
from bench.posting import Flow, typed
from ozgtermine.database import db, transaction
from ozgtermine.models import Event, OutgoingMail
from tests import factories

REGISTRATIONS, BARE = 400, 300
LINK = re.compile(r"(/anmeldung/bestaetigen/[\w-]{43})")


def main() -> None:
    """Print registrations per second, CPU for each, p99 of a request, and ratios to an empty POST and bare rows."""
    with server("bench.hello:flask", {}) as (pid, port):
        empty = Flow(pid, port).of([("/", "")] * (REGISTRATIONS * 4))
    print(f"{'':34}{'per second':>12}{'CPU ms':>9}{'p99 ms':>9}{'× empty POST':>14}{'× bare rows':>13}")
    print(f"{'empty POST, Flask hello world':34}{empty.per_second:12,.0f}{empty.cpu_ms:9.2f}{empty.p99_ms:9.0f}")
    with databases() as both:
        for name, url in both:
            with installation(url) as installed:
                bare = _bare_rows(installed.slug)
                measured = registrations(installed)
            print(
                f"{'registration, ' + name:34}{measured.per_second:12,.0f}{measured.cpu_ms:9.2f}{measured.p99_ms:9.0f}"
                f"{measured.per_second / empty.per_second:14.2f}{measured.per_second / bare:13.2f}"
            )


def registrations(installed: Installation) -> Flow:
    """Return what registering takes, form and confirmation together."""
    with server("ozgtermine.application:create_app", installed.environment, factory=True) as (pid, port):
        address = f"/termine/{installed.slug}/anmelden"
        form = Flow(pid, port).of([(address, typed(each)) for each in range(REGISTRATIONS)])
        mails = db.session.scalars(select(OutgoingMail.text)).all()
        db.session.rollback()
        links = [found[1] for mail in mails if (found := LINK.search(mail))]
        confirm = Flow(pid, port).of([(link, "x=") for link in links])
    form.per_second = REGISTRATIONS / (form.seconds + confirm.seconds)
    form.cpu_ms += confirm.cpu_ms
    form.p99_ms = max(form.p99_ms, confirm.p99_ms)
    return form


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
