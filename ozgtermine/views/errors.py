"""Error pages: a sentence and the next step. On paths of files the answer is plain text, never HTML."""

import logging

from flask import Flask, Response, make_response, request
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import BadRequest, HTTPException, InternalServerError, ServiceUnavailable

from ozgtermine.errors import Refusal, StaleEditError
from ozgtermine.views.answers import page
from ozgtermine.wording import N_, translate

TEXT_SUFFIXES = (".ics", ".txt", ".xml", ".md")
SENTENCES = {
    400: (N_("Diese Anfrage verstehen wir nicht"), N_("Prüfen Sie die Adresse oder gehen Sie zur Startseite.")),
    403: (N_("Hier dürfen Sie nicht hinein"), N_("Für diese Seite fehlt Ihnen die Berechtigung.")),
    404: (
        N_("Seite nicht gefunden"),
        N_("Diese Seite gibt es nicht oder nicht mehr. Prüfen Sie die Adresse oder gehen Sie zur Startseite."),
    ),
    405: (N_("So geht es hier nicht"), N_("Diese Adresse nimmt solche Anfragen nicht an.")),
    409: (N_("Jemand war schneller"), N_("Jemand hat diesen Eintrag inzwischen geändert. Laden Sie ihn neu.")),
    410: (N_("Nicht mehr vorhanden"), N_("Was hier lag, gibt es nicht mehr.")),
    413: (N_("Zu groß"), N_("Die Datei ist zu groß. Verkleinern Sie sie und versuchen Sie es noch einmal.")),
    422: (N_("Das passt noch nicht"), N_("Prüfen Sie Ihre Eingaben.")),
    429: (N_("Einen Moment bitte"), N_("Das waren sehr viele Versuche. Bitte warten Sie ein paar Minuten.")),
    500: (
        N_("Da ist uns ein Fehler unterlaufen"),
        N_("Wir haben ihn festgehalten. Versuchen Sie es bitte in ein paar Minuten noch einmal."),
    ),
    503: (N_("Gerade nicht erreichbar"), N_("Bitte versuchen Sie es in ein paar Minuten noch einmal.")),
}
RETRY_AFTER_SECONDS = 120

_log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """Answer refusals, HTTP errors, an unreachable database and defects of the program."""
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(StaleDataError, lambda _error: _refused(StaleEditError()))
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(DataError, _not_storable)
    app.register_error_handler(HTTPException, _http_error)


def _refused(refusal: Refusal) -> Response:
    return _answer(refusal.status, translate(refusal.sentence, "de", **refusal.values))


def _database_away(error: OperationalError) -> Response:
    _log.error("database not reachable: %s", error)
    return _http_error(ServiceUnavailable())


def _not_storable(error: DataError) -> Response:
    """Answer a value that the database cannot hold, like a NUL in a text, as what it is: nothing we asked for."""
    _log.warning("not storable: %s", error)
    return _http_error(BadRequest())


def _http_error(error: HTTPException) -> Response:
    if isinstance(error, InternalServerError) and error.original_exception:
        _log.error("unexpected error", exc_info=error.original_exception)
    if error.response is not None or (error.code or 500) < 400:  # noqa: PLR2004 - redirects of the router
        return make_response(error.get_response())
    answer = _answer(error.code or 500, "")
    if allowed := error.get_response().headers.get("Allow"):
        answer.headers["Allow"] = allowed
    return answer


def _answer(status: int, sentence: str) -> Response:
    title, usual = SENTENCES.get(status, SENTENCES[500 if status >= 500 else 400])  # noqa: PLR2004 - HTTP's classes
    if request.path.endswith(TEXT_SUFFIXES):
        answer = make_response(translate(sentence or usual) + "\n", status)
        answer.mimetype = "text/plain"
    else:
        answer = page("errors/error.html", status, title=translate(title), sentence=sentence or translate(usual))
    answer.headers["Cache-Control"] = "no-store"
    if status == 503:  # noqa: PLR2004 - HTTP's own number
        answer.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer
