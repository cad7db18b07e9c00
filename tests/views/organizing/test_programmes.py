"""The programme through HTTP: typed item by item, pasted as a table, announced; nothing typed is lost."""

import re
from collections.abc import Callable
from datetime import date, time
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from ozgtermine.models import Event, ItemKind, Programme, ProgrammeItem, ProgrammeState, Room, Venue
from ozgtermine.rules.registering import Mode
from ozgtermine.rules.schedule import when
from tests import factories
from tests.views.organizing.conftest import OURS

ITEM = {"day": "1", "start_time": "10:00", "end_time": "11:00", "kind": "panel", "title": "Nachnutzen"}
TABLE = "29.03.2023;10:00;11:00;Keynote;Eröffnung;CIO des Landes;Großer Saal\n;11:00;;;Pause\n30.03.;9;;;Ausblick"


@pytest.fixture
def event(session: Session) -> Event:
    house = Venue(name="Händel-Halle", rooms=[Room(name="Großer Saal")])
    at = when(starts_on=date(2023, 3, 29), ends_on=date(2023, 3, 30))
    made = factories.event(session, slug="kongress", at=at, mode=Mode.ON_SITE, venue=house, topic="Kongress")
    session.commit()
    return made


@pytest.fixture
def base(event: Event) -> str:
    return f"/verwaltung/termine/{event.id}/programm"


@pytest.fixture
def item(session: Session, event: Event) -> ProgrammeItem:
    made = factories.programme_item(factories.programme(event), title="Eröffnung", room_name="Zelt", track="A")
    session.commit()
    return made


@pytest.fixture
def items(session: Session) -> Callable[[], list[ProgrammeItem]]:
    """Return what reads the items of the programme as they are now."""

    def read() -> list[ProgrammeItem]:
        session.rollback()
        session.expire_all()
        programme = session.scalars(select(Programme)).one_or_none()
        return programme.items if programme else []

    return read


def post(client: FlaskClient, path: str, typed: dict[str, Any]) -> TestResponse:
    return client.post(path, data=typed, headers=OURS)


def words(answer: TestResponse) -> str:
    return unescape(answer.get_data(as_text=True))


def version_of(client: FlaskClient, path: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', words(client.get(path)))
    assert found
    return found[1]


def values(text: str) -> dict[str, str]:
    return dict(re.findall(r'name="(\w+)"[^>]*value="([^"]*)"', text))


def test_a_programme_is_typed_item_after_item_each_beginning_where_the_last_ends(
    editor: FlaskClient, base: str, items: Callable[[], list[ProgrammeItem]]
) -> None:
    assert "Noch kein Programmpunkt." in words(editor.get(base))
    assert "Mi, 29.03.2023" in words(editor.get(f"{base}/neu"))
    typed = {**ITEM, "day": "2", "room": "großer saal", "track": "A", "speakers": "Erika Muster , CIO\r\n\r\nNN"}
    answer = post(editor, f"{base}/neu", {**typed, "next": "y"})
    [made] = items()
    assert (answer.status_code, answer.location) == (303, f"{base}/neu?nach={made.id}")
    assert (made.kind, made.day, made.start_time, made.end_time, made.place, made.speakers) == (
        ItemKind.PANEL, 2, time(10), time(11), "Großer Saal", "Erika Muster, CIO\nNN"
    )  # fmt: skip
    shown = words(editor.get(answer.location))
    assert "„Nachnutzen“ steht im Programm." in shown
    assert {name: values(shown)[name] for name in ("start_time", "end_time", "room", "track", "title")} == {
        "start_time": "11:00", "end_time": "", "room": "Großer Saal", "track": "A", "title": ""
    }  # fmt: skip
    assert '<option selected value="2">' in shown
    assert '<option value="Großer Saal">' in shown
    assert post(editor, f"{base}/neu", typed).location == base
    assert len(items()) == 1  # a second click adds no second item


def test_what_is_refused_comes_back_as_it_was_typed(
    editor: FlaskClient, base: str, items: Callable[[], object]
) -> None:
    typed = {**ITEM, "end_time": "09:00", "speakers": "Erika Muster", "room": "Zelt", "description": "Langer Text"}
    answer = post(editor, f"{base}/neu", typed)
    shown = words(answer)
    assert answer.status_code == 422
    assert "<title>Fehler: " in shown
    assert 'href="#end_time">Das Ende muss nach dem Beginn liegen.' in shown
    assert all(text in shown for text in ("Nachnutzen", "Erika Muster", "Zelt", "Langer Text"))
    for wrong in ({"title": " "}, {"day": "3"}, {"day": ""}, {"kind": "ballet"}, {"start_time": "früh"},
                  {"title": "x" * 201}, {"title": "a\u202eb"}, {"speakers": "a\x00b"}, {"position": "-1"}):  # fmt: skip
        assert post(editor, f"{base}/neu", ITEM | wrong).status_code == 422, wrong
    assert items() == []


def test_an_item_is_edited_and_taken_out(
    editor: FlaskClient, base: str, item: ProgrammeItem, items: Callable[[], list[ProgrammeItem]]
) -> None:
    path = f"{base}/{item.id}"
    shown = values(words(editor.get(path)))
    assert (shown["title"], shown["start_time"], shown["room"], shown["track"]) == ("Eröffnung", "10:00", "Zelt", "A")
    answer = post(editor, path, {**ITEM, "room": "Zelt", "version": shown["version"]})
    assert (answer.status_code, answer.location) == (303, base)
    [changed] = items()
    assert (changed.title, changed.sequence) == ("Nachnutzen", 1)
    assert post(editor, f"{path}/loeschen", {"version": shown["version"]}).status_code == 409  # not what was seen
    assert post(editor, f"{path}/loeschen", {"version": changed.version}).status_code == 303
    assert items() == []
    assert editor.get(path).status_code == 404


def test_two_editors_at_once_lose_nothing(
    editor: FlaskClient, base: str, session: Session, item: ProgrammeItem, items: Callable[[], list[ProgrammeItem]]
) -> None:
    path = f"{base}/{item.id}"
    seen = version_of(editor, path)
    item.title = "Inzwischen anders"
    session.commit()
    answer = post(editor, path, {**ITEM, "speakers": "Erika", "version": seen})
    shown = words(answer)
    assert answer.status_code == 409
    told = ("Jemand war schneller", "Inzwischen anders", "Nachnutzen", "Podium", "Vortrag")
    assert all(text in shown for text in told)
    again = values(shown)
    assert post(editor, path, again).status_code == 303
    [saved] = items()
    assert (saved.title, saved.speakers, saved.kind) == ("Nachnutzen", "Erika", ItemKind.PANEL)


def test_what_somebody_has_removed_meanwhile_can_be_saved_as_new(
    editor: FlaskClient, base: str, item: ProgrammeItem, items: Callable[[], list[ProgrammeItem]]
) -> None:
    path = f"{base}/{item.id}"
    seen = version_of(editor, path)
    assert post(editor, f"{path}/loeschen", {"version": seen}).status_code == 303
    answer = post(editor, path, {**ITEM, "version": seen})
    shown = words(answer)
    assert (answer.status_code, "inzwischen gelöscht" in shown, "Nachnutzen" in shown) == (409, True, True)
    assert f'action="{base}/neu"' in shown
    assert post(editor, f"{base}/neu", ITEM).status_code == 303
    assert [each.title for each in items()] == ["Nachnutzen"]


def test_a_programme_is_announced_and_two_who_do_so_at_once_see_both(
    editor: FlaskClient, client: FlaskClient, base: str, item: ProgrammeItem, session: Session
) -> None:
    path = f"{base}/stand"
    seen = version_of(editor, path)
    typed = {"state": "final", "as_of": "06.02.2023", "note": "Änderungen sind möglich."}
    assert post(editor, path, {**typed, "version": seen}).status_code == 303
    shown = words(client.get("/termine/kongress"))
    assert "Programm, Stand: 06.02.2023" in shown
    assert "Änderungen sind möglich." in shown
    stale = post(editor, path, {**typed, "note": "Neu", "version": seen})
    assert (stale.status_code, "Jemand war schneller" in words(stale)) == (409, True)
    assert post(editor, path, values(words(stale))).status_code == 303
    session.expire_all()
    assert session.get_one(Programme, item.programme_id).note == "Neu"
    for wrong in ({"state": "secret"}, {"as_of": "gestern"}, {"note": "\u202e"}):
        assert post(editor, path, typed | wrong).status_code == 422


def test_a_new_programme_is_a_draft_until_it_is_announced(
    editor: FlaskClient, client: FlaskClient, base: str
) -> None:
    assert post(editor, f"{base}/neu", ITEM).status_code == 303
    assert "Entwurf: Dieses Programm sehen nur Sie" in words(editor.get(base))
    assert "Nachnutzen" not in words(client.get("/termine/kongress"))
    assert post(editor, f"{base}/stand", {"state": "provisional", "version": version_of(editor, f"{base}/stand")})
    assert "Nachnutzen" in words(client.get("/termine/kongress"))


def test_a_table_is_looked_at_before_it_is_taken_over(
    editor: FlaskClient, base: str, items: Callable[[], list[ProgrammeItem]]
) -> None:
    path = f"{base}/tabelle"
    preview = post(editor, path, {"table": TABLE, "version": version_of(editor, path)})
    shown = words(preview)
    assert (preview.status_code, items()) == (200, [])
    assert "3 neu, 0 geändert, 0 unverändert. Gelöscht wird nichts." in shown
    assert "Tag: Mi, 29.03.2023 · von: 10:00 · bis: 11:00 · Art: Keynote" in shown
    assert TABLE in shown
    taken = post(editor, path, {"table": TABLE, "take": "y", "version": values(shown)["version"]})
    assert (taken.status_code, taken.location) == (303, base)
    assert [(each.day, each.start_time, each.title) for each in items()] == [
        (1, time(10), "Eröffnung"), (1, time(11), "Pause"), (2, time(9), "Ausblick")
    ]  # fmt: skip
    again = post(editor, path, {"table": TABLE.replace("Keynote", "Podium"), "version": version_of(editor, path)})
    assert "0 neu, 1 geändert, 2 unverändert." in words(again)
    assert "Art: Keynote → Podium" in words(again)


def test_one_line_with_an_error_stops_the_table_and_loses_none(
    editor: FlaskClient, base: str, items: Callable[[], object]
) -> None:
    path, table = f"{base}/tabelle", f"{TABLE}\n31.03.2023;9;;;Zu spät\n;;;;<b>Ohne</b> Zeit"
    for typed in ({"table": table}, {"table": table, "take": "y"}):
        answer = post(editor, path, {**typed, "version": version_of(editor, path)})
        shown = words(answer)
        assert (answer.status_code, items()) == (422, [])
        assert "<title>Fehler: " in shown
        assert "1 Zeile hat einen Fehler." in shown
        assert "Der Tag „31.03.2023“ liegt außerhalb des Termins." in shown
        assert table in shown
        assert 'name="take"' not in shown
        assert "<b>Ohne" not in answer.get_data(as_text=True)


def test_a_table_that_was_overtaken_is_looked_at_again(
    editor: FlaskClient, base: str, items: Callable[[], list[ProgrammeItem]]
) -> None:
    path = f"{base}/tabelle"
    seen = version_of(editor, path)
    assert post(editor, f"{base}/neu", {**ITEM, "title": "Pause", "start_time": "11:00", "end_time": ""})
    answer = post(editor, path, {"table": TABLE, "take": "y", "version": seen})
    shown = words(answer)
    assert (answer.status_code, len(items())) == (409, 1)
    assert "2 neu, 1 geändert, 0 unverändert." in shown
    assert TABLE in shown
    assert post(editor, path, {"table": TABLE, "take": "y", "version": values(shown)["version"]}).status_code == 303
    assert len(items()) == 3


@pytest.mark.parametrize("table", ["", " \n;;;\n", "Tag;Titel\n", "1;;;;a\x00b", "1;;;;a\u202eb", "x" * 100_001])
def test_what_is_no_table_is_refused_in_a_sentence(editor: FlaskClient, base: str, table: str) -> None:
    answer = post(editor, f"{base}/tabelle", {"table": table, "version": "0"})
    assert (answer.status_code, "Bitte prüfen Sie Ihre Eingaben" in words(answer)) == (422, True)


def test_a_pasted_first_cell_may_be_empty(
    editor: FlaskClient, base: str, session: Session, event: Event, items: Callable[[], list[ProgrammeItem]]
) -> None:
    event.set_when(when(starts_on=date(2023, 3, 29)))
    session.commit()
    table = "\t10:00\t11:00\tKeynote\tEröffnung"
    assert post(editor, f"{base}/tabelle", {"table": table, "take": "y", "version": "0"}).status_code == 303
    assert [(each.title, each.start_time) for each in items()] == [("Eröffnung", time(10))]


def test_a_move_that_the_programme_does_not_fit_is_refused_with_its_reason(
    editor: FlaskClient, session: Session, event: Event, item: ProgrammeItem
) -> None:
    item.day = 2
    session.commit()
    path = f"/verwaltung/termine/{event.id}/verlegen"
    typed = {"starts_on": "05.04.2023", "precision": "day", "reason": "", "version": version_of(editor, path)}
    answer = post(editor, path, typed)
    assert answer.status_code == 422
    assert "Der Programmpunkt „Eröffnung“ läge außerhalb des Termins." in words(answer)
    assert post(editor, path, {**typed, "ends_on": "06.04.2023"}).status_code == 303


def test_the_page_of_the_event_says_how_its_programme_stands(
    editor: FlaskClient, event: Event, item: ProgrammeItem
) -> None:
    shown = words(editor.get(f"/verwaltung/termine/{event.id}"))
    assert "1 Programmpunkt, Vorläufig" in shown
    assert f'href="/verwaltung/termine/{event.id}/programm"' in shown


def test_an_item_of_another_event_is_not_found_under_this_one(
    editor: FlaskClient, session: Session, base: str, item: ProgrammeItem
) -> None:
    other = factories.event(session)
    session.commit()
    path = f"/verwaltung/termine/{other.id}/programm/{item.id}"
    assert editor.get(path).status_code == 404
    assert post(editor, f"{path}/loeschen", {"version": item.version}).status_code == 404


def test_the_history_says_what_was_changed_in_words(editor: FlaskClient, event: Event, base: str) -> None:
    assert post(editor, f"{base}/neu", {**ITEM, "speakers": "Erika Geheim"}).status_code == 303
    shown = words(editor.get(f"/verwaltung/termine/{event.id}/verlauf"))
    assert "den Programmpunkt „Nachnutzen“ angelegt" in shown
    assert "Erika Geheim" not in shown
    assert ProgrammeState.DRAFT not in shown
