"""Settings through HTTP: what is set on a page reaches everything that uses it, and nothing gets lost."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine.application import create_app
from ozgtermine.commands.checking import problems_of
from ozgtermine.config import Settings
from ozgtermine.database import db
from ozgtermine.mail.composing import compose
from ozgtermine.models import AccountRole, AccountSession, AuditEntry, OutgoingMail, Setting
from ozgtermine.operations.finding_gaps import findings
from ozgtermine.queries.settings import effective_settings
from tests import factories

OURS = {"Sec-Fetch-Site": "same-origin"}
BASE = "/verwaltung/einstellungen"
ORGANISATION = {
    "name": "Termine im Land", "organisation": "Staatskanzlei", "organisation_address": "Hegelstraße 42, Magdeburg",
    "contact_email": "fragen@land.example", "show_state_banner": "y", "version": "0",
}  # fmt: skip
MAIL = {"mail_from": "termine@land.example", "mail_from_name": "", "reply_to": "", "mails_per_minute": "60"}


@pytest.fixture
def administrator(sign_in: Callable[[AccountRole], FlaskClient]) -> FlaskClient:
    return sign_in(AccountRole.ADMINISTRATOR)


def text_of(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return unescape(answer.get_data(as_text=True))


def save(client: FlaskClient, page: str, **typed: str) -> int:
    """Send what was typed as the version that is stored now; return the status."""
    data = {"version": version_of(client, page), **typed}
    return client.post(f"{BASE}/{page}", data=data, headers=OURS).status_code


def version_of(client: FlaskClient, page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', client.get(f"{BASE}/{page}").get_data(as_text=True))
    assert found
    return found[1]


def stored(session: Session) -> dict[str, object]:
    session.rollback()
    return {row.name: row.value for row in session.execute(select(Setting.name, Setting.value))}


def test_what_is_set_reaches_pages_feeds_and_legal_texts(
    administrator: FlaskClient, client: FlaskClient, session: Session
) -> None:
    factories.event(session)
    session.commit()
    before = client.get("/kalender/alle.ics").get_data(as_text=True)
    assert "X-WR-CALNAME:OZG-Termine\r\n" in before
    assert administrator.post(f"{BASE}/organisation", data=ORGANISATION, headers=OURS).status_code == 303
    assert "X-WR-CALNAME:Termine im Land\r\n" in client.get("/kalender/alle.ics").get_data(as_text=True)
    assert "– Termine im Land</title>" in text_of(client, "/")
    imprint = text_of(client, "/impressum")
    assert [each in imprint for each in ("Hegelstraße 42", "mailto:fragen@land.example", "Staatskanzlei")] == [True] * 3


def test_only_what_was_changed_is_stored_and_recorded(administrator: FlaskClient, session: Session) -> None:
    assert administrator.post(
        f"{BASE}/organisation", data={**ORGANISATION, "organisation_address": Settings.organisation_address,
                                      "contact_email": Settings.contact_email}, headers=OURS
    ).status_code == 303  # fmt: skip
    assert stored(session) == {"name": "Termine im Land", "organisation": "Staatskanzlei"}
    entries = session.scalars(select(AuditEntry).filter_by(thing="setting").order_by(AuditEntry.title))
    assert [(each.author, each.title, each.changes["value"]) for each in entries] == [
        ("Erika Muster", "name", [None, "Termine im Land"]),
        ("Erika Muster", "organisation", [None, "Staatskanzlei"]),
    ]


def test_what_the_operator_fixed_is_shown_and_stays(settings: Settings, session: Session) -> None:
    session.add(Setting(name="name", value="Von der Seite"))
    session.flush()
    fixed = replace(settings, name="Vom Betrieb", fixed={"name": "config.toml"})
    assert effective_settings(session, fixed).name == "Vom Betrieb"
    assert effective_settings(session, settings).name == "Von der Seite"


def test_a_fixed_setting_has_no_field_and_cannot_be_sent(
    app: Flask, administrator: FlaskClient, session: Session, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    fixed = replace(settings, name="Vom Betrieb", fixed={"name": "config.toml"})
    monkeypatch.setitem(app.extensions, "ozgtermine", replace(app.extensions["ozgtermine"], settings=fixed))
    page = text_of(administrator, f"{BASE}/organisation")
    assert "in config.toml festgelegt" in page
    assert 'name="name"' not in page
    assert administrator.post(f"{BASE}/organisation", data=ORGANISATION, headers=OURS).status_code == 303
    assert "name" not in stored(session)
    assert stored(session)["organisation"] == "Staatskanzlei"


def test_a_setting_from_the_environment_is_told_apart_from_one_in_the_file(tmp_path: object) -> None:
    loaded = Settings.load({"OZGTERMINE_INSTANCE": str(tmp_path), "OZGTERMINE_NAME": "Aus der Umgebung"})
    assert (loaded.name, dict(loaded.fixed)) == ("Aus der Umgebung", {"name": "OZGTERMINE_NAME"})


@pytest.mark.parametrize(
    ("page", "typed", "sentence"),
    [
        ("organisation", {**ORGANISATION, "name": ""}, "Geben Sie den Namen des Angebots ein"),
        ("organisation", {**ORGANISATION, "contact_email": "fragen"}, "im Format name@beispiel.de"),
        ("mail", {**MAIL, "mails_per_minute": "0"}, "Geben Sie ein, wie viele Mails in der Minute hinausgehen dürfen"),
        ("mail", {**MAIL, "mail_from": "a@b.example\r\nBcc: x@y.example"}, "Steuerzeichen"),
        ("aufbewahrung", {"sent_mails_days": "999", "form_drafts_days": "1", "sign_in_notes_days": "90",
                          "audit_days": "365"}, "Geben Sie eine Zahl von 1 bis 90 ein."),
        ("vorgaben", {"new_series_mode": "telepathisch", "new_series_policy": "open",
                      "new_series_duration_minutes": "90"}, "Fehler: "),
    ],
)  # fmt: skip
def test_what_does_not_fit_comes_back_with_a_sentence(
    administrator: FlaskClient, session: Session, page: str, typed: dict[str, str], sentence: str
) -> None:
    answer = administrator.post(f"{BASE}/{page}", data={**typed, "version": "0"}, headers=OURS)
    assert answer.status_code == 422
    assert sentence in unescape(answer.get_data(as_text=True))
    assert stored(session) == {}


def test_two_administrators_at_once_lose_nothing(administrator: FlaskClient, session: Session) -> None:
    theirs, mine = {**ORGANISATION, "name": "Ihre Fassung"}, {**ORGANISATION, "name": "Meine Fassung"}
    assert administrator.post(f"{BASE}/organisation", data=theirs, headers=OURS).status_code == 303
    answer = administrator.post(f"{BASE}/organisation", data=mine, headers=OURS)
    page = answer.get_data(as_text=True)
    assert (answer.status_code, "Ihre Fassung" in page, "Meine Fassung" in page) == (409, True, True)
    assert stored(session)["name"] == "Ihre Fassung"
    again = dict(re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)">', page))
    assert administrator.post(f"{BASE}/organisation", data=again, headers=OURS).status_code == 303
    assert stored(session)["name"] == "Meine Fassung"


def test_a_typing_error_does_not_hide_that_somebody_was_faster(administrator: FlaskClient, session: Session) -> None:
    assert administrator.post(f"{BASE}/organisation", data=ORGANISATION, headers=OURS).status_code == 303
    refused = administrator.post(f"{BASE}/organisation", data={**ORGANISATION, "contact_email": "x"}, headers=OURS)
    assert (refused.status_code, 'name="version" value="0"' in refused.get_data(as_text=True)) == (422, True)
    again = {**ORGANISATION, "name": "Zu spät"}
    assert administrator.post(f"{BASE}/organisation", data=again, headers=OURS).status_code == 409
    assert stored(session)["name"] == "Termine im Land"


def test_a_new_series_begins_with_the_defaults(administrator: FlaskClient) -> None:
    typed = {"new_series_mode": "on_site", "new_series_policy": "on_request", "new_series_duration_minutes": "45"}
    assert save(administrator, "vorgaben", **typed) == 303
    form = text_of(administrator, "/verwaltung/reihen/neu")
    assert re.search(r'value="on_site" checked', form)
    assert re.search(r'value="on_request" checked', form)
    assert re.search(r'name="default_duration_minutes"[^>]* value="45"', form)


def test_a_test_message_goes_to_the_own_address_under_the_new_sender(
    administrator: FlaskClient, session: Session
) -> None:
    typed = {**MAIL, "mail_from_name": "Referat 55", "reply_to": "r55@land.example"}
    assert save(administrator, "mail", **typed) == 303
    answer = administrator.post(f"{BASE}/mail/testmail", headers=OURS)
    assert (answer.status_code, answer.location) == (303, f"{BASE}/mail")
    session.rollback()
    mail = session.scalars(select(OutgoingMail)).one()
    assert mail.recipient == "administrator@mid.example"
    assert b"From: Referat 55 <termine@land.example>" in compose(mail)
    assert b"Reply-To: r55@land.example" in compose(mail)


def test_an_own_legal_text_is_shown_and_the_one_before_comes_back(
    administrator: FlaskClient, client: FlaskClient, session: Session
) -> None:
    ours = text_of(client, "/impressum")
    page = "rechtstexte/impressum"
    assert save(administrator, page, text="## Erste Fassung") == 303
    assert save(administrator, page, text="## Zweite Fassung") == 303
    assert "<h2>Zweite Fassung</h2>" in text_of(client, "/impressum")
    assert restore(administrator, page) == 303
    assert "<h2>Erste Fassung</h2>" in text_of(client, "/impressum")
    assert save(administrator, page, text="") == 303
    assert text_of(client, "/impressum") == ours
    assert restore(administrator, page) == 303
    assert "<h2>Erste Fassung</h2>" in text_of(client, "/impressum")


def restore(client: FlaskClient, page: str) -> int:
    return client.post(
        f"{BASE}/{page}/wiederherstellen", data={"version": version_of(client, page)}, headers=OURS
    ).status_code


def test_a_legal_text_saved_as_it_was_stays_ours(administrator: FlaskClient, session: Session) -> None:
    page = administrator.get(f"{BASE}/rechtstexte/datenschutz").get_data(as_text=True)
    [typed] = re.findall(r"<textarea[^>]*>\r?\n?(.*?)</textarea>", page, re.DOTALL)
    assert save(administrator, "rechtstexte/datenschutz", text=unescape(typed)) == 303
    assert stored(session) == {}


def test_the_operators_file_gives_way_to_what_is_written_on_the_page(
    administrator: FlaskClient, client: FlaskClient, settings: Settings
) -> None:
    settings.legal_folder.mkdir()
    (settings.legal_folder / "impressum.md").write_text("Aus der Datei", encoding="utf-8")
    assert "Aus der Datei" in text_of(client, "/impressum")
    assert "aus legal/impressum.md des Instanzordners" in text_of(administrator, BASE)
    assert save(administrator, "rechtstexte/impressum", text="Von der Seite") == 303
    assert "Von der Seite" in text_of(client, "/impressum")


def test_a_preview_stores_nothing(administrator: FlaskClient, session: Session) -> None:
    data = {"text": "# Neu\n\n<script>alert(1)</script>", "preview": "1", "version": "0"}
    answer = administrator.post(f"{BASE}/rechtstexte/impressum", data=data, headers=OURS)
    page = answer.get_data(as_text=True)
    assert (answer.status_code, "<h2>Neu</h2>" in page, "<script>alert" in page) == (200, True, False)
    assert stored(session) == {}


def test_two_who_write_one_legal_text_lose_nothing(administrator: FlaskClient, session: Session) -> None:
    path = f"{BASE}/rechtstexte/impressum"
    assert administrator.post(path, data={"text": "Ihr Text", "version": "0"}, headers=OURS).status_code == 303
    answer = administrator.post(path, data={"text": "Mein Text", "version": "0"}, headers=OURS)
    page = answer.get_data(as_text=True)
    assert (answer.status_code, "Ihr Text" in page, "Mein Text" in page) == (409, True, True)
    assert stored(session) == {"legal/impressum": "Ihr Text"}


def test_the_second_factor_is_demanded_as_soon_as_it_is_set(administrator: FlaskClient) -> None:
    assert administrator.get("/verwaltung/termine").status_code == 200
    assert save(administrator, "anmeldung", require_second_factor="y") == 303
    assert administrator.get("/verwaltung/termine").status_code != 200


def test_how_one_signs_in_is_changed_only_after_the_password_was_shown_again(
    administrator: FlaskClient, session: Session
) -> None:
    session.scalars(select(AccountSession)).one().proven_at -= timedelta(hours=1)
    session.commit()
    path = f"{BASE}/anmeldung"
    answers = [administrator.get(path), administrator.post(path, data={"version": "0"}, headers=OURS)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == f"/verwaltung/konto/bestaetigen?next={path}"
    assert stored(session) == {}
    assert administrator.get(f"{BASE}/mail").status_code == 200


def test_an_editor_sees_none_of_it(editor: FlaskClient, session: Session) -> None:
    pages = [BASE, *(f"{BASE}/{each}" for each in ("organisation", "mail", "vorgaben", "aufbewahrung"))]
    pages += [f"{BASE}/rechtstexte/{each}" for each in ("impressum", "leichte-sprache")]
    assert [editor.get(path).status_code for path in pages] == [403] * len(pages)
    assert editor.post(f"{BASE}/organisation", data=ORGANISATION, headers=OURS).status_code == 403
    assert stored(session) == {}


@pytest.mark.parametrize("environment", ["demo", "production"])
def test_the_page_and_the_command_agree_on_what_is_missing(
    app: Flask, administrator: FlaskClient, settings: Settings, monkeypatch: pytest.MonkeyPatch, environment: str
) -> None:
    changed = replace(settings, environment=environment, contact_email="", audit_days=1)  # type: ignore[arg-type]
    monkeypatch.setitem(app.extensions, "ozgtermine", replace(app.extensions["ozgtermine"], settings=changed))
    monkeypatch.setattr("ozgtermine.commands.checking.is_current", lambda _engine: True)
    missing = text_of(administrator, BASE).partition("Was noch fehlt")[2].partition("</section>")[0]
    shown = re.findall(r"<li>(.*?)(?: <a [^>]*>Jetzt ändern</a>)?</li>", missing)
    told = list(problems_of(app))
    assert shown == told
    assert len(told) == len(list(findings(db.session(), changed))) > 1


def test_settings_are_looked_up_once_after_each_public_change(client: FlaskClient, session: Session) -> None:
    factories.event(session)
    session.commit()
    paths = ("/", "/", "/kalender/alle.ics", "/barrierefreiheit", "/gibt-es-nicht")

    # a legal page reads its own text besides
    assert [looks_at_settings(client, path) for path in paths] == [1, 0, 0, 1, 0]

    factories.event(session)
    session.commit()
    assert [looks_at_settings(client, path) for path in ("/gibt-es-nicht", "/")] == [1, 0]


def looks_at_settings(client: FlaskClient, path: str) -> int:
    """Return how often the table is read."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    sqlalchemy_event.listen(db.engine, "before_cursor_execute", note)
    client.get(path)
    sqlalchemy_event.remove(db.engine, "before_cursor_execute", note)
    return sum("FROM setting" in statement for statement in asked)


def test_while_the_database_is_away_the_error_page_still_has_our_name(settings: Settings) -> None:
    away = create_app(replace(settings, database_url=f"sqlite:///{settings.instance}/gibt/es/nicht.sqlite", name="Wir"))
    answer = away.test_client().get("/")
    assert (answer.status_code, "Wir</title>" in answer.get_data(as_text=True)) == (503, True)
