"""The answers that all views give: a page, a redirect after a POST, a notice on the next page."""

from typing import Any

from flask import Response, current_app, flash, get_flashed_messages, make_response, redirect, render_template, url_for

from ozgtermine.links import Links
from ozgtermine.views.in_force import configured, settings
from ozgtermine.views.sessions import has_session

__all__ = ["confidential", "configured", "links", "notice", "notices", "page", "see_other", "settings"]


def links() -> Links:
    """Return the absolute addresses of the running application."""
    found: Links = current_app.extensions["ozgtermine"].links
    return found


def page(template: str, status: int = 200, /, **values: Any) -> Response:  # noqa: ANN401 - templates take anything
    """Return the rendered page."""
    return make_response(render_template(template, **values), status)


def see_other(endpoint: str, /, **values: Any) -> Response:  # noqa: ANN401 - what url_for takes
    """Return the redirect that follows every accepted POST (RFC 9110, 15.4.4)."""
    return make_response(redirect(url_for(endpoint, **values), code=303))


def confidential(response: Response) -> Response:
    """Keep a page behind a secret link out of caches, search engines and Referer headers."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def notice(kind: str, text: str) -> None:
    """Show `text` once on the next page of a signed-in person; kinds are success, info, warning and error."""
    flash(text, kind)


def notices() -> list[tuple[str, str]]:
    """Return and forget the notices that wait; none without a session."""
    waiting: list[tuple[str, str]] = get_flashed_messages(with_categories=True) if has_session() else []  # type: ignore[assignment]
    return waiting
