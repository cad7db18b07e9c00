"""A provisional programme for the congress: two days, four panels; people are named by what they do, nobody is real.

What was really on stage is not told by the newsletter; its own subjects stand here.
"""

from datetime import datetime, time

from sqlalchemy.orm import Session

from ozgtermine.models import Event, ItemKind, ProgrammeState
from ozgtermine.operations.planning_programmes import ItemDetails, add_item, announce, get_programme

HALL, SMALL, FOYER = "Großer Saal", "Kleiner Saal", "Foyer"
NOTE = "Änderungen sind möglich."


def _item(
    day: int,
    start: time | None,
    end: time | None,
    kind: ItemKind,
    title: str,
    room: str,
    *speakers: str,
    track: str = "",
) -> ItemDetails:
    return ItemDetails(
        day=day, start_time=start, end_time=end, kind=kind, title=title, room=room, track=track,
        speakers="\n".join(speakers),
    )  # fmt: skip


ITEMS = (
    _item(1, time(9), time(10), ItemKind.BREAK, "Ankommen und Kaffee", FOYER),
    _item(1, time(10), time(10, 30), ItemKind.KEYNOTE, "Verwaltung digital – Mensch macht’s!", HALL,
          "CIO des Landes Sachsen-Anhalt", "Vorsitz des IT-Planungsrats"),
    _item(1, time(10, 30), time(11), ItemKind.IMPULSE, "Wo das Onlinezugangsgesetz zum Jahresbeginn steht", HALL,
          "Bundesministerium des Innern und für Heimat"),
    _item(1, time(11), time(11, 30), ItemKind.BREAK, "Pause", FOYER),
    _item(1, time(11, 30), time(12, 45), ItemKind.PANEL, "Nachnutzen statt neu bauen: Online-Dienste in die Fläche",
          HALL, "Leitung eines OZG-Themenfelds", "Digitalbeauftragte einer Pilotkommune",
          "Geschäftsführung eines IT-Dienstleisters der Kommunen"),
    _item(1, time(12, 45), time(14), ItemKind.BREAK, "Mittagspause", FOYER),
    _item(1, time(14), time(15, 15), ItemKind.PANEL, "Land und Kommunen: gemeinsam planen, gemeinsam bezahlen", HALL,
          "Projektleitung des CIO-Projekts", "Kommunaler Spitzenverband", track="Zusammenarbeit"),
    _item(1, time(14), time(15, 15), ItemKind.WORKSHOP, "Ein Formular, das jeder versteht", SMALL,
          "Redaktion für leichte Sprache", track="Werkstatt"),
    _item(1, time(15, 45), time(16, 30), ItemKind.TALK, "Die Ehrenamtskarte: eine Leistung vom Antrag bis zum Bescheid",
          HALL, "Projektleitung der Leistung", track="Zusammenarbeit"),
    _item(1, time(15, 45), time(16, 30), ItemKind.TALK, "Anmelden, ausweisen, bezahlen: die Basisdienste", SMALL,
          "AG Technik des CIO-Projekts", track="Werkstatt"),
    _item(2, time(9), time(9, 30), ItemKind.KEYNOTE, "Plattformen als Schlüssel für das OZG 2.0", HALL,
          "Lehrstuhl für Verwaltungswissenschaft"),
    _item(2, time(9, 30), time(10, 45), ItemKind.PANEL, "Menschen mitnehmen: Beschäftigte in der digitalen Verwaltung",
          HALL, "Personalrat einer Landesbehörde", "Aus- und Fortbildungsinstitut"),
    _item(2, time(10, 45), time(11, 15), ItemKind.BREAK, "Pause", FOYER),
    _item(2, time(11, 15), time(12, 30), ItemKind.PANEL, "Register, Daten, einmal fragen: Was kommt nach dem OZG?",
          HALL, "Registerführende Stelle", "Datenschutzaufsicht"),
    _item(2, time(12, 30), None, ItemKind.TALK, "Ausblick und Abschied", HALL, "CIO des Landes Sachsen-Anhalt"),
    _item(2, None, None, ItemKind.WORKSHOP, "Offene Werkstatt: Fragen an die Projekte", SMALL),
)  # fmt: skip


def add_programme(session: Session, congress: Event, *, now: datetime) -> None:
    """Give the congress its programme, provisional as of that day."""
    session.flush()
    programme = get_programme(session, congress.id, now=now)
    for each in ITEMS:
        add_item(session, programme, each, now=now)
    announce(programme, state=ProgrammeState.PROVISIONAL, as_of=now.date(), note=NOTE, now=now)
