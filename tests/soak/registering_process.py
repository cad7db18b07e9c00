"""Eight clients in one process: confirm the addresses of a list, and now and then withdraw again.

`registering_process.py LINKS`, one link and `keep` or `leave` a line; prints what happened as JSON.
"""

import json
import os
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from flask import Flask

from ozgtermine.application import create_app
from ozgtermine.config import Settings
from ozgtermine.database import db, transaction
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.operations.answering import withdraw
from ozgtermine.operations.confirming import confirm
from tests.factories import NOW

THREADS = 8


def main(links: Path) -> None:
    settings = Settings.load(os.environ)
    app, letterhead = create_app(settings), Letterhead.of(settings)
    lines = [line.split() for line in links.read_text("ascii").splitlines()]
    print("ready", flush=True)
    sys.stdin.readline()
    with ThreadPoolExecutor(THREADS) as pool:
        done = list(pool.map(lambda line: _one(app, letterhead, *line), lines))
    outcome = {"errors": Counter(error for error, _ms in done if error), "ms": sorted(ms for _error, ms in done)}
    print(json.dumps(outcome), flush=True)


def _one(app: Flask, letterhead: Letterhead, token: str, then: str) -> tuple[str, float]:
    began = time.monotonic()
    try:
        with app.app_context():
            with transaction() as session:
                managed = confirm(session, token, letterhead=letterhead, now=NOW)
            took = (time.monotonic() - began) * 1000
            if then == "leave":
                with transaction() as session:
                    withdraw(session, managed.token, letterhead=letterhead, now=NOW)
            db.session.remove()
    except Exception as error:  # noqa: BLE001 - whatever happens is counted
        return type(error).__name__, (time.monotonic() - began) * 1000
    return "", took


if __name__ == "__main__":
    main(Path(sys.argv[1]))
