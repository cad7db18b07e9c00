"""Where somebody goes on after signing in: only to pages of ours."""

from urllib.parse import urlsplit

from flask import Response, make_response, redirect, request, url_for

from ozgtermine.rules.permissions import Action, may
from ozgtermine.views.sessions import current_actor


def local(target: str | None) -> str:
    """Return `target` if it is a path of ours, else nothing: no other host, no `//`, backslash or control character."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return ""
    if "\\" in target or any(ord(each) < ord(" ") for each in target):
        return ""
    parts = urlsplit(target)
    return "" if parts.scheme or parts.netloc else target


def go_on() -> Response:
    """Lead to the page that was asked for, else to where this person works."""
    return make_response(redirect(local(request.values.get("next")) or home(), code=303))


def home() -> str:
    """Return the address of the page on which the present actor begins."""
    actor = current_actor()
    if actor.lacks_second_factor:
        return url_for("second_factors.show")
    if may(actor, Action.READ_WORKSPACE):
        return url_for("organizing_start.index")
    return url_for("groups.index" if may(actor, Action.READ_OWN_GROUPS) else "own_account.show")
