"""Registrations as rows of a table that people take along."""

from collections.abc import Iterable

from ozgtermine.models import Registration
from ozgtermine.rendering.dates import short_instant
from ozgtermine.rendering.words import PARTICIPATION, SECTORS, STATES
from ozgtermine.wording import N_, translate

HEADER = (
    N_("Vorname"), N_("Nachname"), N_("Organisation"), N_("Bereich"), N_("E-Mail-Adresse"), N_("Teilnahme"),
    N_("Stand"), N_("Eingang"), N_("Frage"),
)  # fmt: skip


def participant_rows(registrations: Iterable[Registration]) -> list[list[str]]:
    """Return a row of texts per registration, under `HEADER`."""
    return [
        [
            each.given_name,
            each.family_name,
            each.organisation,
            translate(SECTORS[each.sector]) if each.sector else "",
            each.email,
            translate(PARTICIPATION[each.mode]),
            translate(STATES[each.state]),
            short_instant(each.requested_at),
            each.question,
        ]
        for each in registrations
    ]
