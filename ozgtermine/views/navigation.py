"""The links at the top of the pages of those who are signed in: only what the actor may open."""

from ozgtermine.rules.permissions import Action, may
from ozgtermine.views.sessions import current_actor
from ozgtermine.wording import N_, translate

WORKSPACE = (
    (Action.READ_WORKSPACE, "/verwaltung/", N_("Übersicht")),
    (Action.READ_WORKSPACE, "/verwaltung/termine", N_("Termine")),
    (Action.READ_WORKSPACE, "/verwaltung/reihen", N_("Reihen")),
    (Action.READ_WORKSPACE, "/verwaltung/unterlagen", N_("Unterlagen")),
    (Action.EDIT_DIRECTORY, "/verwaltung/personen", N_("Personen")),
    (Action.READ_OUTBOX, "/verwaltung/mails", N_("Mails")),
    (Action.MANAGE_ACCOUNTS, "/verwaltung/konten", N_("Konten")),
    (Action.CHANGE_SETTINGS, "/verwaltung/einstellungen", N_("Einstellungen")),
    (Action.READ_AUDIT, "/verwaltung/protokoll", N_("Protokoll")),
    (Action.READ_AUDIT, "/verwaltung/datenschutz", N_("Datenschutz")),
)


def workspace_links() -> list[tuple[str, str]]:
    """Return address and words of the pages of the workspace."""
    actor = current_actor()
    return [(address, translate(words)) for action, address, words in WORKSPACE if may(actor, action)]
