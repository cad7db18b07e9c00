"""Static files by addresses that change with their content; the stylesheet in one piece, compressed once."""

import gzip
import hashlib
from functools import cache

from flask import Blueprint, Response, current_app, request, url_for

from ozgtermine.rendering.stylesheet import stylesheet
from ozgtermine.rendering.templates import resource_folder
from ozgtermine.rules.permissions import Action
from ozgtermine.views.guards import requires

STYLESHEET = "css/site.css"

blueprint = Blueprint("assets", __name__)


def address(path: str) -> str:
    """Return the address of a static file with its content's hash, so that it can be kept for a year."""
    return url_for("static", filename=path, v=_digest(path))


@blueprint.get(f"/static/{STYLESHEET}")
@requires(Action.READ_PUBLIC)
def site_stylesheet() -> Response:
    """Answer with all layers at once, instead of one request for each file."""
    answer = Response(mimetype="text/css")
    answer.vary.add("Accept-Encoding")
    answer.cache_control.public = True
    answer.cache_control.max_age = current_app.get_send_file_max_age(STYLESHEET)
    if request.accept_encodings.quality("gzip"):
        answer.set_data(_packed_stylesheet())
        answer.content_encoding = "gzip"
    else:
        answer.set_data(stylesheet())
    return answer


@cache
def _packed_stylesheet() -> bytes:
    return gzip.compress(stylesheet(), mtime=0)


@cache
def _digest(path: str) -> str:
    content = stylesheet() if path == STYLESHEET else (resource_folder("static") / path).read_bytes()
    return hashlib.sha256(content).hexdigest()[:12]
