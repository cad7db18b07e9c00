"""What is typed is kept for its account alone, until the form is accepted, thrown away or too old."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.models import AccountRole, FormDraft
from ozgtermine.operations import keeping_drafts
from tests import factories
from tests.views.organizing.conftest import OURS, SignIn

ADDRESS = "/verwaltung/zwischenstand"
PAGE = "/verwaltung/termine/neu?reihe=1"
TYPED = {"topic": ["Ein Thema"], "mode": ["online"], "has_waiting_list": []}


def keep(client: FlaskClient, path: str = PAGE, fields: Any = TYPED, **more: Any) -> int:
    sent = {"path": path, "target": path, "fields": fields, **more}
    return client.post(ADDRESS, json=sent, headers=OURS).status_code


def kept(client: FlaskClient, path: str = PAGE) -> Any:
    answer = client.get(ADDRESS, query_string={"seite": path})
    return answer.get_json()["fields"] if answer.status_code == 200 else answer.status_code


def test_the_last_typed_is_kept_and_offered_with_its_time(editor: FlaskClient, session: Session) -> None:
    assert kept(editor) == 204
    assert keep(editor, fields={"topic": ["Ein"]}) == 200
    answer = editor.post(ADDRESS, json={"path": PAGE, "target": PAGE, "fields": TYPED}, headers=OURS)
    assert answer.get_json()["said"].startswith("Zwischenstand gesichert um ")
    assert kept(editor) == TYPED
    assert kept(editor, "/verwaltung/termine/neu?reihe=2") == 204
    offered = editor.get(ADDRESS, query_string={"seite": PAGE}).get_json()["offer"]
    assert offered.startswith("Sie haben hier am ")
    assert offered.endswith(" etwas eingegeben, das nicht gespeichert wurde.")
    assert len(session.scalars(select(FormDraft)).all()) == 1


def test_nobody_gets_the_draft_of_another(sign_in: SignIn, client: FlaskClient) -> None:
    one, other = sign_in(AccountRole.EDITOR), sign_in(AccountRole.ADMINISTRATOR)
    assert keep(one) == 200
    assert kept(other) == 204
    assert other.post(f"{ADDRESS}/verwerfen", query_string={"seite": PAGE}, headers=OURS).status_code == 204
    assert kept(one) == TYPED
    assert client.get(ADDRESS, query_string={"seite": PAGE}).status_code == 303
    assert keep(client) == 401


def test_what_is_thrown_away_is_gone(editor: FlaskClient) -> None:
    keep(editor)
    assert editor.post(f"{ADDRESS}/verwerfen", query_string={"seite": PAGE}, headers=OURS).status_code == 204
    assert kept(editor) == 204


def test_an_accepted_form_forgets_its_draft_and_a_refused_one_keeps_it(editor: FlaskClient, session: Session) -> None:
    series = factories.series(session)
    session.commit()
    target, copy = f"/verwaltung/termine/neu?reihe={series.id}", "/verwaltung/termine/neu?vorlage=7"
    keep(editor, target)
    keep(editor, copy, target=target)
    keep(editor, "/verwaltung/reihen/neu")
    typed = {"topic": "Ein Thema", "starts_on": "", "precision": "day", "mode": "online", "policy": "none",
             "topic_kind": "topic", "visibility": "public", "audience": "registered"}  # fmt: skip
    assert editor.post(target, data=typed, headers=OURS).status_code == 422
    assert [kept(editor, each) for each in (target, copy)] == [TYPED, TYPED]
    assert editor.post(target, data={**typed, "starts_on": "2027-03-01"}, headers=OURS).status_code == 303
    assert [kept(editor, each) for each in (target, copy)] == [204, 204]
    assert kept(editor, "/verwaltung/reihen/neu") == TYPED


def test_versions_and_passwords_are_never_kept(editor: FlaskClient) -> None:
    assert keep(editor, fields={**TYPED, "version": ["3"], "password": ["geheim"], "new_password": ["geheim"]}) == 200
    assert kept(editor) == TYPED


@pytest.mark.parametrize(
    "sent",
    [
        None,
        [],
        {"path": PAGE, "target": PAGE},
        {"path": PAGE, "target": PAGE, "fields": ["kein Verzeichnis"]},
        {"path": PAGE, "target": PAGE, "fields": {"topic": [1]}},
        {"path": "https://evil.example/verwaltung/", "target": PAGE, "fields": {}},
        {"path": "//evil.example", "target": PAGE, "fields": {}},
        {"path": f"/verwaltung/{'x' * 200}", "target": PAGE, "fields": {}},
        {"path": PAGE, "target": "/termine/x", "fields": {}},
        {"path": PAGE, "target": PAGE, "fields": {"topic": ["x" * 200_001]}},
        {"path": PAGE, "target": PAGE, "fields": {f"f{number}": [] for number in range(201)}},
    ],
)
def test_what_is_no_draft_is_refused_with_a_sentence(editor: FlaskClient, session: Session, sent: Any) -> None:
    answer = editor.post(ADDRESS, json=sent, headers=OURS)
    assert answer.status_code == 422
    assert answer.get_json()["said"] == "Dieser Zwischenstand lässt sich nicht sichern."
    assert session.scalars(select(FormDraft)).all() == []


def test_a_foreign_page_keeps_nothing(editor: FlaskClient, session: Session) -> None:
    sent = {"path": PAGE, "target": PAGE, "fields": TYPED}
    assert editor.post(ADDRESS, json=sent, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert session.scalars(select(FormDraft)).all() == []


def test_beyond_the_most_the_oldest_go(editor: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping_drafts, "MOST_DRAFTS", 2)
    for number in range(3):
        keep(editor, f"/verwaltung/termine/{number}/bearbeiten")
    assert [kept(editor, f"/verwaltung/termine/{each}/bearbeiten") for each in range(3)] == [204, TYPED, TYPED]


def test_an_old_draft_goes_at_night(editor: FlaskClient, session: Session) -> None:
    keep(editor)
    now = clock.now()
    assert keeping_drafts.erase_drafts(session, before=now - timedelta(days=1)) == 0
    assert keeping_drafts.erase_drafts(session, before=now + timedelta(seconds=1)) == 1


def test_a_null_byte_harms_no_database(editor: FlaskClient) -> None:
    assert keep(editor, fields={"topic": ["a\0b"]}) == 200
    assert kept(editor) == {"topic": ["ab"]}
