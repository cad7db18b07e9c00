"""The editors' side."""

from ozgtermine.views.organizing import documents, events, registrations, series, start, states

BLUEPRINTS = tuple(
    module.blueprint for module in (start, events, states, registrations, documents, series)
)
