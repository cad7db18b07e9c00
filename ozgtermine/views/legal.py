"""Imprint, privacy, accessibility, plain language: texts written on the settings' pages, the operator's, or ours.

The operator's texts lie as Markdown in `instance/legal/`; ours in `templates/legal/` take facts from the settings.
"""

from flask import Blueprint, Response

from ozgtermine.database import db
from ozgtermine.queries.settings import stored_legal_text
from ozgtermine.rendering.legal import TITLES, legal_text
from ozgtermine.rendering.markdown import markdown
from ozgtermine.rules.permissions import Action
from ozgtermine.views.answers import page, settings
from ozgtermine.views.guards import requires

blueprint = Blueprint("legal", __name__)


@blueprint.get("/<any(impressum, datenschutz, barrierefreiheit, 'leichte-sprache'):name>")
@requires(Action.READ_PUBLIC)
def show(name: str) -> Response:
    """Show one legal text."""
    text = stored_legal_text(db.session(), name) or legal_text(name, settings())
    return page("legal/show.html", title=TITLES[name], text=markdown(text))
