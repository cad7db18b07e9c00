"""Registrations as rows of a table that people take along."""

from collections.abc import Iterable, Sequence

from ozgtermine.models import OfferQuestion, Registration
from ozgtermine.rendering.dates import short_instant
from ozgtermine.rendering.words import PARTICIPATION, REPLIES, SECTORS, STATES
from ozgtermine.wording import N_, translate

HEADER = (
    N_("Vorname"), N_("Nachname"), N_("Organisation"), N_("Bereich"), N_("E-Mail-Adresse"), N_("Teilnahme"),
    N_("Stand"), N_("Antwort"), N_("Eingang"), N_("War dabei"), N_("Frage"),
)  # fmt: skip
WAS_THERE = {True: N_("ja"), False: N_("nein"), None: ""}


def header_row(questions: Sequence[OfferQuestion] = ()) -> list[str]:
    """Return the names of the columns, the extra questions of the offer last."""
    return [translate(each) for each in HEADER] + [each.label for each in questions]


def participant_rows(
    registrations: Iterable[Registration], questions: Sequence[OfferQuestion] = ()
) -> list[list[str]]:
    """Return a row of texts per registration, under `header_row`."""
    return [
        [
            each.given_name,
            each.family_name,
            each.organisation,
            translate(SECTORS[each.sector]) if each.sector else "",
            each.email,
            translate(PARTICIPATION[each.mode]),
            translate(STATES[each.state]),
            translate(REPLIES[each.reply]) if each.reply else "",
            short_instant(each.requested_at),
            translate(WAS_THERE[each.has_attended]),
            each.question,
            *(_answer(each.answers.get(str(question.id))) for question in questions),
        ]
        for each in registrations
    ]


def _answer(given: object) -> str:
    if isinstance(given, list):
        return ", ".join(str(each) for each in given)
    return "" if given is None else str(given)
