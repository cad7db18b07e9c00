"""What the newsletter of January 2023 says, in words of our own; what it does not say stays unknown."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.orm import Session

from ozgtermine.models import Event, NewsletterIssue, RegistrationOffer, TopicKind
from ozgtermine.operations.entering_events import enter
from ozgtermine.operations.example import people
from ozgtermine.operations.example.congress_programme import add_programme
from ozgtermine.operations.example.series import GROUPS, Cast, congress_hall
from ozgtermine.operations.example.slides import Slide
from ozgtermine.rules.cadence import Group, plan
from ozgtermine.rules.registering import Mode, Policy, State
from ozgtermine.rules.schedule import Precision, when

LAST_ANNOUNCED_HOUR = date(2023, 3, 8)
LAST_DAY = date(2023, 3, 30)
FIRST_PLENARY = date(2023, 3, 2)
ANNOUNCED_AT = datetime(2023, 2, 1, 9, tzinfo=UTC)

SLIDES = (
    Slide(
        heading="Update OZG 2023",
        lines=["28. OZG-Sprechstunde", "25. Januar 2023", "", "Beispielpräsentation"],
    ),
    Slide(
        heading="Worum es geht",
        lines=[
            "Recht: Was ändert sich am OZG und am EGovG LSA?",
            "Organisation: Wer arbeitet woran?",
            "Technik: Welche Dienste stehen bereit?",
            "Finanzen: Was wird gefördert?",
        ],
    ),
    Slide(
        heading="Das CIO-Projekt",
        lines=[
            "AG 1  Kooperationsmodell",
            "AG 2  Strategie und Umsetzung",
            "AG 3  Finanzen",
            "AG 4  Kommunikation",
            "AG 5  Technik",
            "",
            "Je eine Doppelspitze aus Land und Pilotkommune",
        ],
    ),
)
_HOURS = (
    (date(2023, 2, 15), "Offene OZG-Sprechstunde", TopicKind.OPEN, 60),
    (date(2023, 2, 22), "Authentifizierung bei der Nutzung von Online-Diensten", TopicKind.TOPIC, 6),
    (LAST_ANNOUNCED_HOUR, "Förderung ehrenamtlicher Tätigkeit (Ehrenamtskarte)", TopicKind.SERVICE, 12),
)
_STATES: Sequence[Sequence[State]] = (
    [*[State.CONFIRMED] * 5, State.UNCONFIRMED, State.WITHDRAWN],
    [*[State.CONFIRMED] * 6, *[State.WAITING] * 3],
    [*[State.CONFIRMED] * 10, State.UNCONFIRMED],
)


def add_facts(session: Session, cast: Cast, *, now: datetime) -> Event:
    """Add all dates of the newsletter; return the 28th consultation hour, whose slides are known."""
    session.add(NewsletterIssue(year=2023, month=1))
    held = _update_2023(session, cast)
    _next_hours(session, cast, now)
    _federal_hour(session, cast)
    _lab(session, cast)
    _working_groups(session, cast)
    _plenary(session, cast)
    _congress(session, cast, now)
    return held


def _update_2023(session: Session, cast: Cast) -> Event:
    held = enter(
        session,
        cast.hours,
        when(starts_on=date(2023, 1, 25)),
        topic="Update OZG 2023",
        number=28,
        publish_at=_at(2023, 1, 9),
        now=_at(2023, 1, 9),
    )
    held.recap = (
        "Ein Überblick zum Jahresbeginn: welches Recht gilt, wer woran arbeitet, welche Technik bereitsteht "
        "und was gefördert wird. Im Gespräch ging es auch um den Beitritt des Landes zur KITU."
    )
    return held


def _next_hours(session: Session, cast: Cast, now: datetime) -> None:
    for number, ((day, topic, kind, seats), states) in enumerate(zip(_HOURS, _STATES, strict=True), 29):
        event = enter(
            session,
            cast.hours,
            when(starts_on=day),
            topic=topic,
            topic_kind=kind,
            number=number,
            publish_at=ANNOUNCED_AT,
            now=ANNOUNCED_AT,
        )
        event.offer = RegistrationOffer(policy=Policy.OPEN, seats_online=seats)
        earlier = min(now, event.starts_at - timedelta(days=1))
        event.offer.registrations = people.registrations(event.offer, states, mode=Mode.ONLINE, now=earlier)


def _federal_hour(session: Session, cast: Cast) -> None:
    held = enter(
        session,
        cast.federal_hours,
        when(starts_on=date(2023, 1, 12)),
        number=1,
        publish_at=_at(2023, 1, 5),
        now=_at(2023, 1, 5),
    )
    held.number_of_attendees, held.attendees_estimated = 80, True
    held.recap = (
        "Der Bund berichtete über besonders wichtige Leistungen, den Weg zu den Fördermitteln 2023 und die "
        "Pflege der Daten auf der OZG-Informationsplattform. "
        "Die meisten Fragen galten dem Geld: Anträge sind ab sofort möglich, "
        "ausgezahlt wird vorerst bis zur Hälfte."
    )


def _lab(session: Session, cast: Cast) -> None:
    held = enter(
        session,
        cast.others,
        when(starts_on=date(2023, 1, 26)),
        topic="Public Strategy Lab: Plattformen als Schlüssel für OZG 2.0",
        publish_at=_at(2023, 1, 5),
        now=_at(2023, 1, 5),
    )
    held.mode = Mode.ON_SITE
    held.website = "https://www.publicstrategylab.de/"
    held.recap = (
        "Fachleute aus vielen Verwaltungen, auch aus Sachsen-Anhalt, entwarfen in zwei Runden Plattformen "
        "für das Bauen und für die Mobilität. "
        "Impulse gaben Peter Hassenbach (BMBF), Dr. Sven Egyedy (Auswärtiges Amt), "
        "Marco Brunzel (Universität Speyer) und Jun.-Prof. Dr. Jürgen Rösch (Bauhaus-Universität Weimar)."
    )


def _working_groups(session: Session, cast: Cast) -> None:
    """Add the kick-offs, known to the week, and the meetings that the rhythm gives before the plenary."""
    rhythm = [Group(key=each.slug, kick_off_on=each.kick_off_on) for each in GROUPS]
    numbers = dict.fromkeys(cast.groups, 0)
    for meeting in plan(rhythm, until=FIRST_PLENARY).meetings:
        numbers[meeting.group] += 1
        first = numbers[meeting.group] == 1
        enter(
            session,
            cast.groups[meeting.group],
            when(starts_on=meeting.held_on, precision=Precision.WEEK),
            topic="Kick-off" if first else "",
            number=numbers[meeting.group],
            publish_at=_at(2023, 1, 9),
            now=_at(2023, 1, 9),
        )


def _plenary(session: Session, cast: Cast) -> None:
    plenary = enter(
        session,
        cast.plenary,
        when(starts_on=FIRST_PLENARY),
        number=1,
        publish_at=_at(2023, 1, 9),
        now=_at(2023, 1, 9),
    )
    plenary.description = "Die Arbeitsgruppen stellen nach ihren ersten drei Sitzungen vor, wo sie stehen."


def _congress(session: Session, cast: Cast, now: datetime) -> None:
    congress = enter(
        session,
        cast.congress,
        when(starts_on=date(2023, 3, 29), ends_on=LAST_DAY),
        topic="Verwaltung digital - Mensch macht's!",
        number=11,
        publish_at=_at(2023, 1, 9),
        now=_at(2023, 1, 9),
    )
    congress.venue = congress_hall()
    congress.website = "https://www.it-planungsrat.de/"
    congress.description = (
        "Zwei Tage Vorträge und Impulse zur Digitalisierung der Verwaltung. Das Programm ist noch vorläufig. "
        "Über die Teilnahme wird nach Ihrer Anfrage entschieden."
    )
    congress.offer = RegistrationOffer(
        policy=Policy.ON_REQUEST,
        opens_at=ANNOUNCED_AT,
        seats_on_site=500,
        eligibility="Für Beschäftigte aus Verwaltung und Wissenschaft.",
    )
    states = [*[State.REQUESTED] * 5, *[State.CONFIRMED] * 3, State.DECLINED]
    earlier = min(now, congress.starts_at - timedelta(days=1))
    congress.offer.registrations = people.registrations(congress.offer, states, mode=Mode.ON_SITE, now=earlier, skip=3)
    add_programme(session, congress, now=ANNOUNCED_AT)


def _at(year: int, month: int, day: int) -> datetime:
    return datetime.combine(date(year, month, day), time(9), UTC)
