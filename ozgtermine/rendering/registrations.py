"""What a registration's own page says, by its state."""

from dataclasses import dataclass

from ozgtermine.models import Event, Registration, Reply, Series
from ozgtermine.rendering.dates import long_instant, long_when
from ozgtermine.rules.registering import Policy, Promotion, State
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
        sentence=N_("Nehmen Sie ihn bis %(until)s an. Danach geht er an die nächste Person."),
        leaving=N_("Platz ablehnen"),
        before_leaving=N_("Der Platz geht dann an die nächste Person."),
    ),
}
_STANDINGS[State.INVITED] = Standing(
    title=N_("Sie sind eingeladen"),
    sentence=N_("Nehmen Sie teil? Sie können Ihre Antwort bis zum Beginn ändern."),
)
_STANDINGS[State.LAPSED] = Standing(
    title=N_("Die Frist für Ihren Platz ist abgelaufen"),
    sentence=N_("Der Platz ist an die nächste Person gegangen. Sie möchten doch teilnehmen? Melden Sie sich neu an."),
)
_OFFERED_LATER = N_("Zurzeit an Stelle %(place)s. Wird ein Platz frei, bieten wir ihn Ihnen per E-Mail an.")
_REPLIED = {
    Reply.MAYBE: N_("Sie nehmen vielleicht teil. Einen Platz halten wir dafür nicht frei."),
    Reply.NO: N_("Sie nehmen nicht teil. Sie können Ihre Antwort bis zum Beginn ändern."),
}
_ENDED = Standing(
    title=N_("Ihre Anmeldung ist beendet"),
    sentence=N_("Sie nehmen an diesem Termin nicht teil."),
)


@dataclass(frozen=True, kw_only=True)
class About:
    """What a form registers for, as its pages say it: an event, or several of a series."""

    name: str
    title: str
    lead: str
    url: str
    form_url: str
    is_request: bool = False


def about_event(event: Event) -> About:
    """Return what the pages of one event's form say."""
    url = f"/termine/{event.slug}"
    return About(
        name=event.name,
        title=event.title,
        lead=long_when(event.when),
        url=url,
        form_url=f"{url}/anmelden",
        is_request=event.offer is not None and event.offer.policy is Policy.ON_REQUEST,
    )


def about_series(series: Series) -> About:
    """Return what the pages of a series' form say."""
    url = f"/reihen/{series.slug}"
    return About(name=series.title, title=series.title, lead="", url=url, form_url=f"{url}/anmelden")


def standing(registration: Registration, *, place: int | None = None) -> Standing:
    """Return the words for a registration; `place` is the one in line."""
    words = _STANDINGS.get(registration.state, _ENDED)
    until = long_instant(registration.claim_until) if registration.claim_until else ""
    return Standing(
        title=translate(words.title),
        sentence=translate(_sentence(registration, words), place=place, until=until),
        leaving=translate(words.leaving),
        before_leaving=translate(words.before_leaving),
    )


def _sentence(registration: Registration, words: Standing) -> str:
    if registration.state is State.WAITING and registration.offer.promotion is Promotion.CLAIM:
        return _OFFERED_LATER
    if registration.state is State.INVITED and registration.reply in _REPLIED:
        return _REPLIED[registration.reply]
    return words.sentence
