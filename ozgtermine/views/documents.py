"""Documents for everybody: the permalink that serves the current version, and the archive."""

from itertools import groupby
from typing import Any

from flask import Blueprint, Response, request, send_file, url_for

from ozgtermine import clock
from ozgtermine.database import db
from ozgtermine.errors import NotFoundError
from ozgtermine.files.receiving import safe_name
from ozgtermine.files.store import DocumentStore
from ozgtermine.forms.archive import ArchiveFilter
from ozgtermine.models import Document
from ozgtermine.queries.archive import Wanted, search
from ozgtermine.queries.documents import find_document
from ozgtermine.rendering.documents import KIND_NAMES
from ozgtermine.rules.permissions import Action
from ozgtermine.views.answers import page, see_other, settings
from ozgtermine.views.guards import requires
from ozgtermine.views.sessions import current_actor

blueprint = Blueprint("documents", __name__)

FILTERS = ("q", "reihe", "art", "jahr")
POLICY = (
    "default-src 'none'; img-src 'self'; object-src 'self'; style-src 'unsafe-inline'; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


@blueprint.get("/unterlagen")
@requires(Action.READ_PUBLIC)
def archive() -> Response:
    """Show a page of the archive: documents by year and series."""
    form = ArchiveFilter(request.args)
    number = request.args.get("seite", 1, type=int)
    found = search(db.session(), form.wanted, page=number, actor=current_actor(), now=clock.now())
    form.offer(found)
    return page(
        "documents/archive.html",
        form=form,
        found=found,
        years=_by_year_and_series(found.documents),
        is_narrowed=form.wanted != Wanted(),
        kinds=KIND_NAMES,
        url_of=_address_of_page,
    )


def _by_year_and_series(found: list[Document]) -> list[tuple[int, list[tuple[str, list[Document]]]]]:
    """Return the documents, which are in this order already, under their headings."""
    return [
        (
            year,
            [
                (title, list(of_series))
                for title, of_series in groupby(of_year, lambda one: one.event.series.title)
            ],
        )
        for year, of_year in groupby(found, lambda one: one.event.starts_on.year)
    ]


def _address_of_page(number: int) -> str:
    kept: dict[str, Any] = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    return url_for("documents.archive", **kept, seite=number)


@blueprint.get("/unterlagen/<int:document_id>/<name>")
@requires(Action.READ_PUBLIC)
def download(document_id: int, name: str) -> Response:
    """Send the current version: in parts, or not at all to whom has it already (RFC 9110, 13 and 14)."""
    document = find_document(db.session(), document_id, actor=current_actor(), now=clock.now())
    if document is None:
        raise NotFoundError
    if name != document.slug:
        return see_other("documents.download", document_id=document.id, name=document.slug)
    return _file(document)


def _file(document: Document) -> Response:
    version = document.current
    response = send_file(
        DocumentStore(settings().documents_folder).path(version.sha256),
        mimetype=version.media_type,
        as_attachment=not version.file_type.inline,
        download_name=safe_name(document.title) + version.file_type.suffix,
        etag=version.sha256,
        last_modified=version.uploaded_at,
        max_age=0,
    )
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "no-cache"
    return response
