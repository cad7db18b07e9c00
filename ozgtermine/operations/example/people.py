"""Invented people and towns; the names say that they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ozgtermine.models import Organisation, Person, Registration, RegistrationOffer, Sector
from ozgtermine.rules.names import normalised_email, normalised_name, slug
from ozgtermine.rules.registering import Mode, State


@dataclass(frozen=True)
class Invented:
    """Somebody who does not exist, at an organisation that does not exist either."""

    given_name: str
    family_name: str
    organisation: str
    sector: Sector = Sector.MUNICIPAL

    @property
    def email(self) -> str:
        return f"{slug(self.given_name)}.{slug(self.family_name)}@{slug(self.organisation)}.example"


PILOTS = (
    "Stadt Beispielstedt",
    "Stadt Musterburg",
    "Gemeinde Probedorf",
    "Landkreis Entwurfen",
    "Stadt Mustermünde",
)

VISITORS = (
    Invented("Petra", "Beispiel", "Stadt Beispielstedt"),
    Invented("Jonas", "Muster", "Stadt Musterburg"),
    Invented("Ayşe", "Probe", "Gemeinde Probedorf"),
    Invented("Karl-Heinz", "Entwurf", "Landkreis Entwurfen"),
    Invented("Svea", "Vorlage", "Stadt Mustermünde"),
    Invented("Bernd", "Blaupause", "Amt für Beispiele", Sector.STATE),
    Invented("Thuy", "Schablone", "Landesamt Vorlagen", Sector.STATE),
    Invented("Olga", "Skizze", "Rechenzentrum Probenet", Sector.IT_PROVIDER),
    Invented("Emil", "Formular", "Verein der Mustergemeinden", Sector.MUNICIPAL_ASSOCIATION),
    Invented("Ludmila", "Konzept", "Hochschule Entwurfen", Sector.ACADEMIA),
    Invented("Fatih", "Platzhalter", "Stadt Beispielstedt"),
    Invented("Grete", "Modell", "Stadt Musterburg"),
    Invented("Ole", "Prototyp", "Rechenzentrum Probenet", Sector.IT_PROVIDER),
    Invented("Zoë", "Attrappe", "Bundesamt für Muster", Sector.FEDERAL),
)
QUESTIONS = (
    "Wie binden wir die Bezahlfunktion für kleine Gebühren ein?",
    "Gibt es eine Vorlage für den Text auf unserer Internetseite?",
    "Wer beantwortet Rückfragen der Bürgerinnen und Bürger am Telefon?",
)


def organisation(name: str, sector: Sector = Sector.MUNICIPAL) -> Organisation:
    return Organisation(name=name, short_name="", sector=sector, is_pilot=name in PILOTS)


def person(given_name: str, family_name: str, at: Organisation) -> Person:
    address = Invented(given_name, family_name, at.short_name or at.name).email
    return Person(given_name=given_name, family_name=family_name, email=address, organisation=at)


def registrations(
    offer: RegistrationOffer, states: Sequence[State], *, mode: Mode, now: datetime, skip: int = 0
) -> list[Registration]:
    """Return one registration per state, the first of the line first; nobody appears twice."""
    every = zip(VISITORS[skip:], states, strict=False)
    return [
        _registration(offer, who, state, mode=mode, number=number, now=now) for number, (who, state) in enumerate(every)
    ]


def _registration(
    offer: RegistrationOffer, who: Invented, state: State, *, mode: Mode, number: int, now: datetime
) -> Registration:
    requested_at = now - timedelta(days=2) + timedelta(hours=number)
    is_decided = state not in (State.UNCONFIRMED, State.REQUESTED, State.WAITING)
    return Registration(
        offer=offer,
        state=state,
        mode=mode,
        given_name=who.given_name,
        family_name=who.family_name,
        email=who.email,
        email_normalised=normalised_email(who.email),
        name_normalised=normalised_name(who.given_name, who.family_name),
        organisation=who.organisation,
        sector=who.sector,
        question=QUESTIONS[number // 4] if number % 4 == 0 and number // 4 < len(QUESTIONS) else "",
        requested_at=requested_at,
        address_confirmed_at=None if state is State.UNCONFIRMED else requested_at + timedelta(minutes=9),
        decided_at=requested_at + timedelta(minutes=10) if is_decided else None,
        waiting_since=requested_at + timedelta(minutes=10) if state is State.WAITING else None,
        ended_at=now - timedelta(hours=1) if state in (State.WITHDRAWN, State.DECLINED) else None,
    )
