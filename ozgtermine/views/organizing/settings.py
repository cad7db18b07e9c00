"""Settings: a page per group, the legal texts, and what is still missing."""

from types import SimpleNamespace

from flask import Blueprint, Response, request, url_for
from wtforms import Form

from ozgtermine import clock
from ozgtermine.config import Settings
from ozgtermine.database import db, transaction
from ozgtermine.errors import Refusal, StaleEditError
from ozgtermine.forms.settings import FORMS, LegalTextForm
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models.setting import LEGAL_TEXTS, SETTINGS, Setting, SettingsGroup, legal_setting
from ozgtermine.operations import changing_settings
from ozgtermine.operations.finding_gaps import findings
from ozgtermine.operations.resending import post_test_message
from ozgtermine.queries.settings import effective_settings, find_setting, stored_legal_text, version_of
from ozgtermine.rendering.legal import TITLES, has_file, legal_text
from ozgtermine.rendering.markdown import markdown
from ozgtermine.rendering.settings import setting_name, setting_value
from ozgtermine.rules.permissions import Action
from ozgtermine.rules.retention import UNCONFIRMED_FOR
from ozgtermine.views.answers import configured, notice, page, see_other, settings
from ozgtermine.views.guards import requires
from ozgtermine.views.organizing.lookup import seen_version
from ozgtermine.views.own_account import ask_for_proof
from ozgtermine.views.refusals import show_in_form
from ozgtermine.views.sessions import current_actor
from ozgtermine.wording import N_, translate

blueprint = Blueprint("organizing_settings", __name__)

ADDRESS = "/verwaltung/einstellungen"
TITLES_OF_GROUPS = {
    SettingsGroup.ORGANISATION: (
        N_("Organisation"), N_("Wie das Angebot heißt, wer dahintersteht und an wen sich Fragen richten."),
    ),
    SettingsGroup.MAIL: (N_("Mails"), N_("Unter welchem Namen Mails hinausgehen und wie viele in der Minute.")),
    SettingsGroup.DEFAULTS: (N_("Vorgaben"), N_("Womit das Formular einer neuen Reihe beginnt.")),
    SettingsGroup.RETENTION: (N_("Aufbewahrung"), N_("Wie lange etwas bleibt, bevor es jede Nacht gelöscht wird.")),
    SettingsGroup.SIGN_IN: (N_("Anmeldung"), N_("Womit sich anmeldet, wer für alle etwas ändern darf.")),
}  # fmt: skip


@blueprint.get(ADDRESS)
@requires(Action.CHANGE_SETTINGS)
def index() -> Response:
    """Show what is missing and where to set what."""
    present = settings()
    return page(
        "organizing/settings.html",
        findings=[(each.sentence, each.page and f"{ADDRESS}/{each.page}") for each in findings(db.session(), present)],
        groups=[
            (url_for(".ask", group=group), translate(title), translate(lead))
            for group, (title, lead) in TITLES_OF_GROUPS.items()
        ],
        texts=[
            (url_for(".ask_text", name=name), translate(TITLES[name]), _origin(name, present)) for name in LEGAL_TEXTS
        ],
        operator=_operators_own(present),
    )


def _origin(name: str, present: Settings) -> str:
    """Return whose text is shown."""
    if stored_legal_text(db.session(), name):
        return translate(N_("hier geschrieben"))
    if has_file(name, present):
        return translate(N_("aus legal/%(name)s.md des Instanzordners"), name=name)
    return translate(N_("mitgelieferter Text"))


def _operators_own(present: Settings) -> list[tuple[str, str]]:
    """Return what only the operator sets, as far as administrators should know it."""
    server = f"{present.smtp_host}:{present.smtp_port}" if present.smtp_host else ""
    return [
        (translate(N_("Adresse")), present.base_url),
        (translate(N_("Betrieb")), translate(N_("Vorführung") if present.is_demo else N_("Echtbetrieb"))),
        (translate(N_("Mailserver")), server or translate(N_("keiner: Mails werden als Dateien abgelegt"))),
    ]


@requires(Action.CHANGE_SETTINGS)
def ask(group: SettingsGroup) -> Response:
    """Show the form of one group; how one signs in is shown to who has just proven who they are."""
    if proof := _proof(group):
        return proof
    version = version_of(db.session(), SETTINGS[group])  # before the values: a newer version of older ones loses some
    return _group_page(group, FORMS[group].of(effective_settings(db.session(), configured())), version)


@requires(Action.CHANGE_SETTINGS)
def change(group: SettingsGroup) -> Response:
    """Take over what was typed; if somebody else was faster, show both versions and lose nothing."""
    if proof := _proof(group):
        return proof
    form = FORMS[group].of(settings(), request.form)
    if form.validate():
        try:
            with transaction() as session:
                changing_settings.change_settings(
                    session, group, form.values(), configured=configured(), seen_version=seen_version()
                )
        except StaleEditError:
            return _conflict(group, form)
        except Refusal as refusal:
            show_in_form(form, refusal)
        else:
            notice("success", translate(N_("Die Einstellungen sind gespeichert.")))
            return see_other(".index")
    return _group_page(group, form, seen_version(), 422)


def _proof(group: SettingsGroup) -> Response | None:
    return ask_for_proof() if group is SettingsGroup.SIGN_IN else None


for _group in SettingsGroup:
    _rule, _given = f"{ADDRESS}/{_group}", {"group": _group}
    blueprint.add_url_rule(_rule, "ask", ask, methods=["GET"], defaults=_given)
    blueprint.add_url_rule(_rule, "change", change, methods=["POST"], defaults=_given)


def _group_page(group: SettingsGroup, form: Form, version: int, status: int = 200) -> Response:
    title, lead = TITLES_OF_GROUPS[group]
    present = settings()
    return page(
        "organizing/settings_group.html",
        status,
        form=form,
        group=group,
        title=translate(title),
        lead=translate(lead),
        version=version,
        fixed=[
            (setting_name(name), setting_value(name, getattr(present, name)) or "–", present.fixed[name])
            for name in SETTINGS[group]
            if name in present.fixed
        ],
        unconfirmed_hours=int(UNCONFIRMED_FOR.total_seconds() // 3600),
    )


def _conflict(group: SettingsGroup, form: Form) -> Response:
    theirs = FORMS[group].of(effective_settings(db.session(), configured()))
    return page(
        "organizing/settings_conflict.html",
        409,
        form=form,
        title=translate(TITLES_OF_GROUPS[group][0]),
        rows=_differences(form, theirs),
        thing=SimpleNamespace(version=version_of(db.session(), SETTINGS[group])),
        address=url_for(".change", group=group),
    )


def _differences(form: Form, theirs: Form) -> list[tuple[str, str, str]]:
    """Return label, what was typed and what is stored, where the two differ."""
    pairs = [(field.name, field.data, theirs[field.name].data) for field in form]
    return [
        (setting_name(name), setting_value(name, typed) or "–", setting_value(name, stored) or "–")
        for name, typed, stored in pairs
        if (typed or "") != (stored or "")
    ]


@blueprint.post(f"{ADDRESS}/mail/testmail")
@requires(Action.CHANGE_SETTINGS)
def send_test_message() -> Response:
    """Post a mail to the actor's own address."""
    account_id = current_actor().account_id or 0
    with transaction() as session:
        address = post_test_message(session, account_id, Letterhead.of(settings()), now=clock.now())
    notice(
        "info",
        translate(
            N_("Die Testmail an %(address)s ist unterwegs. Kommt sie nicht an, steht der Grund unter Mails."),
            address=address,
        ),
    )
    return see_other(".ask", group=SettingsGroup.MAIL)


@requires(Action.CHANGE_SETTINGS)
def ask_text(name: str) -> Response:
    """Show the form of a legal text, with the text that is shown now."""
    row = _row(name)
    return _text_page(name, LegalTextForm(text=_text_of(row, name)), row.version)


@requires(Action.CHANGE_SETTINGS)
def change_text(name: str) -> Response:
    """Take over a legal text, or by the other button only show what it would look like."""
    form = LegalTextForm(request.form)
    if not form.validate():
        return _text_page(name, form, seen_version(), 422)
    if "preview" in request.form:
        return _text_page(name, form, seen_version(), preview=markdown(form.text.data))
    typed = "" if form.text.data == legal_text(name, settings()).strip() else form.text.data
    try:
        with transaction() as session:
            changing_settings.change_legal_text(session, name, typed, seen_version=seen_version())
    except StaleEditError:
        return _text_conflict(name, form)
    notice("success", translate(N_("Der Text ist gespeichert und öffentlich.")))
    return see_other(".ask_text", name=name)


@requires(Action.CHANGE_SETTINGS)
def restore_text(name: str) -> Response:
    """Go back to the version before the last change."""
    with transaction() as session:
        changing_settings.restore_legal_text(session, name, seen_version=seen_version())
    notice("success", translate(N_("Die vorige Fassung gilt wieder.")))
    return see_other(".ask_text", name=name)


for _name in LEGAL_TEXTS:
    _rule, _text = f"{ADDRESS}/rechtstexte/{_name}", {"name": _name}
    blueprint.add_url_rule(_rule, "ask_text", ask_text, methods=["GET"], defaults=_text)
    blueprint.add_url_rule(_rule, "change_text", change_text, methods=["POST"], defaults=_text)
    blueprint.add_url_rule(
        f"{_rule}/wiederherstellen", "restore_text", restore_text, methods=["POST"], defaults=_text
    )


def _text_of(row: Setting, name: str) -> str:
    """Return the text that is shown: the stored one, else the operator's or ours."""
    return row.value or legal_text(name, settings()).strip()


def _text_page(
    name: str, form: LegalTextForm, version: int, status: int = 200, *, preview: str | None = None
) -> Response:
    row = _row(name)
    return page(
        "organizing/settings_text.html",
        status,
        form=form,
        name=name,
        title=translate(TITLES[name]),
        origin=_origin(name, settings()),
        version=version,
        can_restore=row.id is not None,
        had_own_text=bool(row.previous),
        preview=preview,
    )


def _text_conflict(name: str, form: LegalTextForm) -> Response:
    row = _row(name)
    return page(
        "organizing/settings_conflict.html",
        409,
        form=form,
        title=translate(TITLES[name]),
        rows=[(form.text.label.text, form.text.data or "–", _text_of(row, name))],
        thing=row,
        address=url_for(".change_text", name=name),
    )


def _row(name: str) -> Setting:
    """Return the row of a legal text, a new one where there is none yet."""
    return find_setting(db.session(), legal_setting(name)) or Setting(version=0)
