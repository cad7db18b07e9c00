"""German words of the stored terms, as message ids."""

from ozgtermine.models import Sector
from ozgtermine.rules.registering import Mode, State
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
PARTICIPATION: dict[Mode, str] = {Mode.ON_SITE: N_("vor Ort"), Mode.ONLINE: N_("online, per Videokonferenz")}
STATES: dict[State, str] = {
    State.UNCONFIRMED: N_("noch nicht bestätigt"),
    State.REQUESTED: N_("Teilnahmeanfrage, noch nicht entschieden"),
    State.WAITING: N_("auf der Warteliste"),
    State.OFFERED: N_("Platz angeboten"),
    State.CONFIRMED: N_("angemeldet"),
    State.WITHDRAWN: N_("abgemeldet"),
    State.CANCELLED: N_("von der Redaktion abgemeldet"),
    State.DECLINED: N_("Teilnahmeanfrage abgelehnt"),
    State.LAPSED: N_("Platz verfallen"),
}
