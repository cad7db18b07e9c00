"""What stands before and after every view: declared actions, same-origin writes, security headers.

A route declares its action by `@requires(Action.…)`; one that declares none is refused. Writes are accepted only from
our own pages, told by Sec-Fetch-Site or Origin (Fetch Metadata, W3C; RFC 6454): no token that could expire in a form.
"""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, make_response, redirect, request, url_for

from ozgtermine.errors import NotAllowedError, NotFoundError
from ozgtermine.rules.permissions import Action, Hideable, may, may_see
from ozgtermine.views.interrupted import ask_to_sign_in_again
from ozgtermine.views.sessions import current_actor, has_session, keep_alive
from ozgtermine.wording import N_

View = TypeVar("View", bound=Callable[..., Any])

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' data:; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def requires(action: Action) -> Callable[[View], View]:
    """Declare the one action that a route does."""

    def declare(view: View) -> View:
        view.action = action  # type: ignore[attr-defined]  # the declaration lies on the function
        return view

    return declare


def declared_action(app: Flask, endpoint: str) -> Action | None:
    """Return what the route of `endpoint` declares; static files are read by everybody."""
    if endpoint == "static":
        return Action.READ_PUBLIC
    return getattr(app.view_functions[endpoint], "action", None)


def authorise(action: Action, thing: Hideable) -> None:
    """Go on only if the present actor may do `action` to `thing`.

    Raises NotFoundError where the thing is hidden, as if it did not exist; NotAllowedError where only the action is
    not allowed.
    """
    actor = current_actor()
    if not may_see(actor, thing):
        raise NotFoundError
    if not may(actor, action, thing):
        raise NotAllowedError


def actor_may(action: str, thing: Hideable | None = None) -> bool:
    """Return whether the present actor may do the action of that name; for templates, which offer only what works."""
    return may(current_actor(), Action(action), thing)


def install(app: Flask) -> None:
    """Put the guards around every request of `app`."""
    app.before_request(_find_nothing_by_unprintable_names)
    app.before_request(_refuse_foreign_writes)
    app.before_request(_refuse_undeclared_and_forbidden)
    app.before_request(keep_alive)
    app.after_request(_add_headers)


def _find_nothing_by_unprintable_names() -> None:
    """No name of ours has a NUL, and PostgreSQL takes none even to compare."""
    if "\0" in request.path or any("\0" in value for value in request.args.values()):
        raise NotFoundError


def _refuse_foreign_writes() -> None:
    if request.method in SAFE_METHODS or _comes_from_our_pages():
        return
    raise NotAllowedError(N_("Diese Eingabe kam nicht von einer unserer Seiten. Öffnen Sie die Seite bitte neu."))


def _comes_from_our_pages() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    if origin is None or (origin == "null" and not has_session()):
        return not has_session()
    own = {request.host, urlsplit(current_app.extensions["ozgtermine"].settings.base_url).netloc}
    return urlsplit(origin).netloc in own


def _refuse_undeclared_and_forbidden() -> Response | None:
    if request.endpoint is None:
        return None
    action = declared_action(current_app, request.endpoint)
    if action is None:
        raise NotAllowedError
    actor = current_actor()
    if may(actor, action):
        return None
    if actor.lacks_second_factor and request.method in SAFE_METHODS:
        return make_response(redirect(url_for("second_factors.show"), code=303))
    if actor.is_signed_in or action in (Action.READ_PUBLIC, Action.REGISTER):
        raise NotAllowedError
    if request.method not in SAFE_METHODS:
        return ask_to_sign_in_again()
    return make_response(redirect(url_for("signing_in.ask", next=request.full_path.rstrip("?")), code=303))


def _add_headers(response: Response) -> Response:
    """Say what browsers need; a calendar is shown by none, and each line costs as much as the look at the revision."""
    is_calendar = response.mimetype == "text/calendar"
    for name, value in HEADERS.items():
        if name == "X-Content-Type-Options" or not is_calendar:
            response.headers.setdefault(name, value)
    if urlsplit(current_app.extensions["ozgtermine"].settings.base_url).scheme == "https":
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if has_session() and request.endpoint != "static":
        response.headers["Cache-Control"] = "private, no-store"
    elif response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "no-cache")
    return response
