"""Imprint, privacy, accessibility, plain language: texts of the operator, or ours until there are any.

The operator's texts lie as Markdown in `instance/legal/`; ours in `templates/legal/` take facts from the settings.
"""

from pathlib import Path

from flask import Blueprint, Response
from markdown_it import MarkdownIt
from markupsafe import Markup

from ozgtermine.rendering.templates import render
from ozgtermine.rules.permissions import Action
from ozgtermine.views.answers import page, settings
from ozgtermine.views.guards import requires
from ozgtermine.wording import N_

blueprint = Blueprint("legal", __name__)

TITLES = {
    "impressum": N_("Impressum"),
    "datenschutz": N_("Datenschutz"),
    "barrierefreiheit": N_("Barrierefreiheit"),
    "leichte-sprache": N_("Leichte Sprache"),
}
_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")


@blueprint.get("/<any(impressum, datenschutz, barrierefreiheit, 'leichte-sprache'):name>")
@requires(Action.READ_PUBLIC)
def show(name: str) -> Response:
    """Show one legal text."""
    # Raw HTML is switched off in the parser, so that its output holds only what Markdown can say.
    text = Markup(_markdown.render(_source(name)))  # noqa: S704
    return page("legal/show.html", title=TITLES[name], text=text)


def _source(name: str) -> str:
    own: Path = settings().legal_folder / f"{name}.md"
    if own.is_file():
        return own.read_text(encoding="utf-8")
    return render(f"legal/{name}.md", site=settings())
