"""An attempt to sign in is counted before anything is compared, and forgotten when it succeeds."""

from collections.abc import Callable
from typing import TypeVar

from flask import request

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.operations import signing_in
from ozgtermine.operations.signing_in import Attempt
from ozgtermine.views import known_devices

Result = TypeVar("Result")


def attempt(email: str, compare: Callable[[], Result | None]) -> Result | None:
    """Return what `compare` returns, None where it does not fit; raises TooManyAttemptsError before comparing."""
    tried = Attempt(email=email, address=request.remote_addr or "", device=known_devices.device_of(email))
    now = clock.real_now()
    with transaction() as writing:
        attempt_id = signing_in.count(writing, tried, now=now)
    signing_in.check(db.session(), tried, now=now)
    result = compare()
    if result is not None:
        with transaction() as writing:
            signing_in.forgive(writing, attempt_id)
    return result
