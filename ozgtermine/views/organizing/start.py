"""What needs doing."""

from flask import Blueprint, Response

from ozgtermine import clock
from ozgtermine.database import db
from ozgtermine.queries.organizing import all_events, coming_with_gaps, past_without_documents
from ozgtermine.rules.permissions import Action
from ozgtermine.views.answers import page
from ozgtermine.views.guards import requires

blueprint = Blueprint("organizing_start", __name__)

MOST_ROWS = 8


@blueprint.get("/verwaltung/")
@requires(Action.READ_WORKSPACE)
def index() -> Response:
    """Show what comes next, what lacks something, what is not published."""
    now = clock.now()
    return page(
        "organizing/index.html",
        coming=list(db.session.scalars(all_events(coming_after=now).limit(MOST_ROWS))),
        gaps=list(db.session.scalars(coming_with_gaps(now).limit(MOST_ROWS))),
        without_documents=list(db.session.scalars(past_without_documents(now, limit=MOST_ROWS))),
        drafts=list(db.session.scalars(all_events(drafts=True).limit(MOST_ROWS))),
        now=now,
    )
