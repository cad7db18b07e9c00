"""The editors' side."""

from ozgtermine.views.organizing import (
    accounts,
    audit,
    changes,
    documents,
    drafts,
    events,
    members,
    new_events,
    organisations,
    outbox,
    people,
    people_import,
    registrations,
    search,
    series,
    settings,
    several,
    start,
    states,
    wrapping_up,
)

BLUEPRINTS = tuple(
    module.blueprint
    for module in (
        start,
        events,
        new_events,
        several,
        states,
        changes,
        wrapping_up,
        registrations,
        search,
        documents,
        drafts,
        series,
        members,
        people,
        people_import,
        organisations,
        settings,
        accounts,
        audit,
        outbox,
    )
)
