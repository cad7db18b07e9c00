"""How long is kept what holds personal data, within which bounds a ministry may choose, and why.

Registrations have clocks of their own, one for each state; what nobody confirmed goes after a fixed time, which is
promised in public.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ozgtermine.rules.registering import State
from ozgtermine.wording import N_


@dataclass(frozen=True, kw_only=True)
class Period:
    """A setting in days: what it is about, between which numbers it lies, and the reason that stands beside it."""

    setting: str
    what: str
    least_days: int
    most_days: int
    reason: str

    def holds(self, days: int) -> bool:
        return self.least_days <= days <= self.most_days


PERIODS = (
    Period(
        setting="sent_mails_days",
        what=N_("Gesendete Mails"),
        least_days=1,
        most_days=90,
        reason=N_("So lange lässt sich nachsehen, ob eine Mail hinausging. Danach braucht sie niemand mehr: Sie "
                  "enthält Namen und persönliche Links. Mails, die nicht ankamen, bleiben, bis jemand sie verwirft."),
    ),
    Period(
        setting="form_drafts_days",
        what=N_("Nicht gespeicherte Eingaben"),
        least_days=1,
        most_days=180,
        reason=N_("Was in einem Formular der Verwaltung begonnen und nie gespeichert wurde, lässt sich so lange "
                  "fortsetzen."),
    ),
    Period(
        setting="sign_in_notes_days",
        what=N_("An- und Abmeldungen im Protokoll"),
        least_days=30,
        most_days=365,
        reason=N_("Missbrauch fällt meist erst nach Wochen auf. Länger würde das Protokoll nur zeigen, wer wann "
                  "gearbeitet hat."),
    ),
    Period(
        setting="audit_days",
        what=N_("Änderungen im Protokoll"),
        least_days=90,
        most_days=3650,
        reason=N_("Wer was wann geändert hat, muss nachvollziehbar sein, bis ein Jahr mit seinen Terminen "
                  "abgeschlossen ist. Das Protokoll nennt Namen, deshalb bleibt es nicht für immer."),
    ),
    Period(
        setting="people_days",
        what=N_("Personen ohne Gruppe und ihre Konten"),
        least_days=1,
        most_days=365,
        reason=N_("So lange nach dem Ende der letzten Mitgliedschaft lässt sich jemand ohne neue Eingabe wieder "
                  "aufnehmen. Konten der Redaktion und der Administration bleiben davon unberührt."),
    ),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Clock:
    """How long a registration of some states is kept, and why; in words that people read."""

    states: tuple[State, ...]
    until: str
    reason: str


UNCONFIRMED_FOR = timedelta(hours=72)
CLOCKS = (
    Clock(
        states=(State.UNCONFIRMED,),
        until=N_("72 Stunden nach der Anfrage"),
        reason=N_("Ohne Bestätigung wissen wir nicht, wem die Adresse gehört."),
    ),
    Clock(
        states=(State.CONFIRMED,),
        until=N_("Ende des Termins und die Frist, die beim Termin eingestellt ist (sonst 30 Tage)"),
        reason=N_("Für Nachfragen, die Anwesenheit und die Teilnahmebescheinigung."),
    ),
    Clock(
        states=(State.INVITED, State.REQUESTED, State.WAITING, State.OFFERED, State.WITHDRAWN, State.CANCELLED,
                State.DECLINED, State.LAPSED),
        until=N_("Ende des Termins"),
        reason=N_("Bis dahin kann sich der Stand noch ändern; danach braucht die Angaben niemand mehr."),
    ),
)  # fmt: skip


def erased_at(state: State, *, requested_at: datetime, ends_at: datetime, retention_days: int) -> datetime:
    """Return the instant from which a registration in that state is erased."""
    if state is State.UNCONFIRMED:
        return min(requested_at + UNCONFIRMED_FOR, ends_at)
    return ends_at + timedelta(days=retention_days) if state is State.CONFIRMED else ends_at


def period(setting: str) -> Period:
    """Return the period of that setting."""
    return next(each for each in PERIODS if each.setting == setting)


def erased_before(now: datetime, days: int) -> datetime:
    """Return the instant before which everything goes."""
    return now - timedelta(days=days)
