"""German words of the stored terms, as message ids."""

from ozgtermine.models import (
    AccountRole,
    Audience,
    ItemKind,
    MembershipRole,
    ProgrammeState,
    QuestionKind,
    Reply,
    Sector,
    SeriesKind,
    SignInMethod,
    TopicKind,
)
from ozgtermine.rules.pairs import Flaw
from ozgtermine.rules.permissions import Visibility
from ozgtermine.rules.registering import Mode, Policy, Promotion, State
from ozgtermine.rules.schedule import Precision
from ozgtermine.wording import N_

SECTORS: dict[Sector, str] = {
    Sector.MUNICIPAL: N_("Kommune"),
    Sector.STATE: N_("Land"),
    Sector.FEDERAL: N_("Bund"),
    Sector.MUNICIPAL_ASSOCIATION: N_("Kommunaler Spitzenverband"),
    Sector.IT_PROVIDER: N_("IT-Dienstleister der Verwaltung"),
    Sector.ACADEMIA: N_("Wissenschaft"),
    Sector.CONSULTANCY: N_("Beratung oder Wirtschaft"),
    Sector.OTHER: N_("Andere"),
}
LANGUAGES = {"de": "Deutsch", "en": "English"}
"""Each by its own name."""
PARTICIPATION: dict[Mode, str] = {Mode.ON_SITE: N_("vor Ort"), Mode.ONLINE: N_("online, per Videokonferenz")}
STATES: dict[State, str] = {
    State.UNCONFIRMED: N_("noch nicht bestätigt"),
    State.INVITED: N_("eingeladen"),
    State.REQUESTED: N_("Teilnahmeanfrage, noch nicht entschieden"),
    State.WAITING: N_("auf der Warteliste"),
    State.OFFERED: N_("Platz angeboten"),
    State.CONFIRMED: N_("angemeldet"),
    State.WITHDRAWN: N_("abgemeldet"),
    State.CANCELLED: N_("von der Redaktion abgemeldet"),
    State.DECLINED: N_("Teilnahmeanfrage abgelehnt"),
    State.LAPSED: N_("Platz verfallen"),
}
QUESTION_KINDS: dict[QuestionKind, str] = {
    QuestionKind.TEXT: N_("Kurzer Text"),
    QuestionKind.LONG_TEXT: N_("Langer Text"),
    QuestionKind.ONE_OF: N_("Eine Antwort aus einer Liste"),
    QuestionKind.SEVERAL_OF: N_("Mehrere Antworten aus einer Liste"),
    QuestionKind.YES_NO: N_("Ja oder nein"),
    QuestionKind.NUMBER: N_("Zahl"),
    QuestionKind.CONSENT: N_("Freiwillige Einwilligung zum Ankreuzen, zum Beispiel in Fotos"),
}
REPLIES: dict[Reply, str] = {Reply.YES: N_("Ja"), Reply.MAYBE: N_("Vielleicht"), Reply.NO: N_("Nein")}
PROMOTIONS: dict[Promotion, str] = {
    Promotion.AUTOMATIC: N_("Die nächste Person der Warteliste rückt von selbst nach"),
    Promotion.CLAIM: N_("Die nächste Person bekommt ihn angeboten und nimmt ihn an"),
}
MODES: dict[Mode, str] = {
    Mode.ONLINE: N_("Online, per Videokonferenz"),
    Mode.ON_SITE: N_("Vor Ort"),
    Mode.HYBRID: N_("Vor Ort und online"),
}
TOPIC_KINDS: dict[TopicKind, str] = {
    TopicKind.TOPIC: N_("Thema"),
    TopicKind.SERVICE: N_("OZG-Leistung"),
    TopicKind.OPEN: N_("Offen, ohne festes Thema"),
}
PRECISIONS: dict[Precision, str] = {
    Precision.DAY: N_("Der Tag steht fest"),
    Precision.WEEK: N_("Nur die Woche steht fest"),
    Precision.MONTH: N_("Nur der Monat steht fest"),
}
ACCOUNT_ROLES: dict[AccountRole, str] = {
    AccountRole.EDITOR: N_("Redaktion"),
    AccountRole.ADMINISTRATOR: N_("Administration"),
}
MEMBERSHIP_ROLES: dict[MembershipRole, str] = {
    MembershipRole.LEAD: N_("Leitung"),
    MembershipRole.DEPUTY_LEAD: N_("Vertretung"),
    MembershipRole.MEMBER: N_("Mitglied"),
    MembershipRole.MODERATOR: N_("Moderation"),
    MembershipRole.PROJECT_OFFICE: N_("Projektmanagement"),
}
PAIR_FLAWS: dict[Flaw, str] = {
    Flaw.NO_LEAD: N_("Niemand leitet die Gruppe."),
    Flaw.NO_MINISTRY: N_("Es fehlt die Leitung aus dem Ministerium."),
    Flaw.NO_PILOT: N_("Es fehlt die Leitung aus einer Pilotkommune."),
    Flaw.TOO_MANY: N_("Mehr als zwei leiten die Gruppe."),
}
SIGN_IN_METHODS: dict[SignInMethod, str] = {
    SignInMethod.PASSWORD: N_("Passwort"),
    SignInMethod.PASSWORD_AND_TOTP: N_("Passwort und Code"),
    SignInMethod.PASSWORD_AND_PASSKEY: N_("Passwort und Passkey"),
    SignInMethod.PASSWORD_AND_RECOVERY_CODE: N_("Passwort und Wiederherstellungscode"),
    SignInMethod.PASSKEY: N_("Passkey"),
    SignInMethod.LINK: N_("Link per E-Mail"),
    SignInMethod.PROVIDER: N_("Konto des Landes"),
}
VISIBILITIES: dict[Visibility, str] = {
    Visibility.PUBLIC: N_("Alle"),
    Visibility.PROJECT: N_("Mitglieder des Projekts"),
    Visibility.SERIES: N_("Mitglieder der Reihe"),
    Visibility.EDITORS: N_("Nur, wer die Reihe plant"),
}
POLICIES: dict[Policy, str] = {
    Policy.OPEN: N_("Anmeldung für alle"),
    Policy.ON_REQUEST: N_("Teilnahmeanfrage, die Redaktion entscheidet"),
    Policy.EXTERNAL: N_("Anmeldung beim Veranstalter"),
    Policy.MEMBERS: N_("Für Mitglieder der Reihe"),
    Policy.NONE: N_("Ohne Anmeldung"),
}
ITEM_KINDS: dict[ItemKind, str] = {
    ItemKind.KEYNOTE: N_("Keynote"),
    ItemKind.IMPULSE: N_("Impuls"),
    ItemKind.TALK: N_("Vortrag"),
    ItemKind.WORKSHOP: N_("Workshop"),
    ItemKind.PANEL: N_("Podium"),
    ItemKind.BREAK: N_("Pause"),
}
PROGRAMME_STATES: dict[ProgrammeState, str] = {
    ProgrammeState.DRAFT: N_("Entwurf, noch nicht öffentlich"),
    ProgrammeState.PROVISIONAL: N_("Vorläufig"),
    ProgrammeState.FINAL: N_("Endgültig"),
}
AUDIENCES: dict[Audience, str] = {
    Audience.REGISTERED: N_("Angemeldete"),
    Audience.EVERYBODY: N_("Alle"),
    Audience.MEMBERS: N_("Mitglieder der Reihe"),
}
SERIES_KINDS: dict[SeriesKind, str] = {
    SeriesKind.CONSULTATION_HOUR: N_("Sprechstunde"),
    SeriesKind.WORKING_GROUP: N_("Arbeitsgruppe"),
    SeriesKind.PLENARY: N_("Plenarsitzung"),
    SeriesKind.CONGRESS: N_("Kongress"),
    SeriesKind.OTHER: N_("Weitere"),
}
