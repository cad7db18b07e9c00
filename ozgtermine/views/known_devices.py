"""Browsers that have signed in before: a signed cookie that says for which addresses (OWASP, device cookies).

Strangers' failures do not count against them. The cookie holds no address, only its HMAC, and gives no right.
"""

import hmac
from hashlib import sha256
from secrets import token_urlsafe
from typing import TypedDict

from flask import Response, after_this_request, current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from ozgtermine.rules.names import normalised_email

LIFETIME_SECONDS = 365 * 24 * 3600
MOST_ADDRESSES = 5
_SALT = "ozgtermine.known-device"


def device_of(email: str) -> str:
    """Return this browser's name if it has signed in by `email` before, else nothing."""
    known = _read()
    return known["device"] if _mark(email) in known["addresses"] else ""


def is_known(email: str) -> bool:
    return bool(device_of(email))


def remember(email: str) -> None:
    """Have the answer of this request say that this browser has signed in by `email`."""
    known = _read()
    addresses = [each for each in known["addresses"] if each != _mark(email)]
    value = _serialiser().dumps(
        {"device": known["device"] or token_urlsafe(12), "addresses": [_mark(email), *addresses][:MOST_ADDRESSES]}
    )

    @after_this_request
    def set_cookie(response: Response) -> Response:
        secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
        response.set_cookie(
            _cookie_name(), value, max_age=LIFETIME_SECONDS, httponly=True, samesite="Lax", secure=secure
        )
        return response


class _Known(TypedDict):
    device: str
    addresses: list[str]


def _read() -> _Known:
    try:
        known: _Known = _serialiser().loads(request.cookies.get(_cookie_name(), ""), max_age=LIFETIME_SECONDS)
    except BadSignature:
        return {"device": "", "addresses": []}
    return known


def _mark(email: str) -> str:
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, f"{_SALT}:{normalised_email(email)}".encode(), sha256).hexdigest()[:32]


def _serialiser() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.config["SECRET_KEY"]), salt=_SALT)


def _cookie_name() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}-device"
