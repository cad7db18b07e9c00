"""What a registration's own page says, by its state."""

from dataclasses import dataclass

from ozgtermine.rules.registering import State
from ozgtermine.wording import N_, translate


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Heading and sentence of a state, and how leaving it is called."""

    title: str
    sentence: str
    leaving: str = ""
    before_leaving: str = ""


_STANDINGS: dict[State, Standing] = {
    State.CONFIRMED: Standing(
        title=N_("Sie sind angemeldet"),
        sentence=N_("Die Bestätigung mit dem Kalendereintrag haben wir Ihnen per E-Mail geschickt."),
        leaving=N_("Abmelden"),
        before_leaving=N_("Ihr Platz geht dann an die nächste Person. Sie können sich später neu anmelden, solange "
                          "Plätze frei sind."),
    ),
    State.WAITING: Standing(
        title=N_("Sie stehen auf der Warteliste"),
        sentence=N_("Zurzeit an Stelle %(place)s. Wird ein Platz frei, rücken Sie von selbst nach und erhalten eine "
                    "E-Mail."),
        leaving=N_("Warteliste verlassen"),
        before_leaving=N_("Sie verlieren Ihren Platz auf der Warteliste. Melden Sie sich neu an, stehen Sie hinten."),
    ),
    State.REQUESTED: Standing(
        title=N_("Ihre Teilnahmeanfrage ist eingegangen"),
        sentence=N_("Das ist noch keine Anmeldung: Wir prüfen Ihre Anfrage und schreiben Ihnen, sobald darüber "
                    "entschieden ist."),
        leaving=N_("Anfrage zurückziehen"),
        before_leaving=N_("Ihre Anfrage wird dann nicht weiter geprüft."),
    ),
    State.WITHDRAWN: Standing(
        title=N_("Sie sind abgemeldet"),
        sentence=N_("Wir haben Ihnen das per E-Mail bestätigt. Sie möchten doch teilnehmen? Melden Sie sich neu an."),
    ),
    State.DECLINED: Standing(
        title=N_("Ihre Teilnahmeanfrage wurde abgelehnt"),
        sentence=N_("Den Grund finden Sie in der E-Mail, die wir Ihnen geschickt haben."),
    ),
    State.OFFERED: Standing(
        title=N_("Ein Platz ist für Sie frei"),
        sentence=N_("Wie Sie ihn annehmen, steht in der E-Mail, die wir Ihnen geschickt haben."),
        leaving=N_("Platz ablehnen"),
        before_leaving=N_("Der Platz geht dann an die nächste Person."),
    ),
}
_ENDED = Standing(
    title=N_("Ihre Anmeldung ist beendet"),
    sentence=N_("Sie nehmen an diesem Termin nicht teil."),
)


def standing(state: State, *, place: int | None = None) -> Standing:
    """Return the words for a state; `place` is the one in line."""
    words = _STANDINGS.get(state, _ENDED)
    return Standing(
        title=translate(words.title),
        sentence=translate(words.sentence, place=place),
        leaving=translate(words.leaving),
        before_leaving=translate(words.before_leaving),
    )
