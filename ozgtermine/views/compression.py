"""Public pages, compressed where the client asks for it.

Answers to a session stay as they are: what is secret must not share a compressed body with what somebody else can
choose (BREACH, 2013).
"""

import gzip

from flask import Flask, Response, request

from ozgtermine.views.sessions import has_session
from ozgtermine.views.sharing import is_shared

SMALLEST_BYTES = 1_000


def install(app: Flask) -> None:
    """Compress what `app` answers to everybody."""
    app.after_request(_compress_public_page)


def _compress_public_page(answer: Response) -> Response:
    if answer.mimetype != "text/html" or answer.direct_passthrough or has_session() or is_shared():
        return answer
    answer.vary.add("Accept-Encoding")
    body = answer.get_data()
    wanted = request.accept_encodings.quality("gzip") > 0
    if wanted and len(body) >= SMALLEST_BYTES and "Content-Encoding" not in answer.headers:
        answer.set_data(gzip.compress(body, 6, mtime=0))
        answer.headers["Content-Encoding"] = "gzip"
    return answer
