"""What is kept about somebody, as they take it along."""

from collections.abc import Iterable
from typing import Any

from ozgtermine.models import Registration
from ozgtermine.rendering.dates import long_when, short_instant
from ozgtermine.rendering.words import PARTICIPATION, REPLIES, SECTORS, STATES
from ozgtermine.wording import N_, translate

HEADER = (
    N_("Termin"), N_("Wann"), N_("Vorname"), N_("Nachname"), N_("E-Mail-Adresse"), N_("Organisation"), N_("Bereich"),
    N_("Teilnahme"), N_("Stand"), N_("Antwort"), N_("Eingang"), N_("Adresse bestätigt am"), N_("Begründung"),
    N_("War dabei"), N_("Frage"), N_("Zusatzfragen"), N_("Einwilligungen"),
)  # fmt: skip


def facts(registration: Registration) -> dict[str, Any]:
    """Return everything that is kept of one registration, by the names of `HEADER`."""
    return dict(zip([translate(each) for each in HEADER], _values(registration), strict=True))


def rows(registrations: Iterable[Registration]) -> list[list[str]]:
    """Return a row of texts per registration, under `HEADER`."""
    return [[_text(value) for value in _values(each)] for each in registrations]


def _values(each: Registration) -> list[Any]:
    labels = {str(question.id): question.label for question in each.offer.questions}
    return [
        each.offer.event.title,
        long_when(each.offer.event.when),
        each.given_name,
        each.family_name,
        each.email,
        each.organisation,
        translate(SECTORS[each.sector]) if each.sector else "",
        translate(PARTICIPATION[each.mode]),
        translate(STATES[each.state]),
        translate(REPLIES[each.reply]) if each.reply else "",
        short_instant(each.requested_at),
        short_instant(each.address_confirmed_at) if each.address_confirmed_at else "",
        each.decision_reason,
        "" if each.has_attended is None else translate(N_("ja") if each.has_attended else N_("nein")),
        each.question,
        {labels.get(key, key): value for key, value in each.answers.items()},
        [f"{consent.wording} ({short_instant(consent.given_at)})" for consent in each.consents],
    ]


def _text(value: object) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_text(each)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return str(value)
