"""The record through HTTP: who reads it, what it says, and that taking it along is recorded too."""

import csv
import io
import re
from collections.abc import Callable
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine.models import AccountRole, AuditAct, AuditEntry, Event, Person
from tests import factories
from tests.views.organizing.test_workspace import questions, version_of

OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def administrator(sign_in: Callable[[AccountRole], FlaskClient]) -> FlaskClient:
    return sign_in(AccountRole.ADMINISTRATOR)


@pytest.fixture
def event(session: Session) -> Event:
    made = factories.event(session, number=30)
    session.commit()
    return made


def text_of(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return unescape(answer.get_data(as_text=True))


def sentences(client: FlaskClient, path: str) -> list[str]:
    return re.findall(r"<li>\n<h2>(.*?)</h2>", text_of(client, path))


def move(client: FlaskClient, event: Event, **typed: str) -> None:
    path = f"/verwaltung/termine/{event.id}/verlegen"
    data = {"version": version_of(client, path), "starts_on": "2023-03-01", "start_time": "10:00", "end_time": "11:30",
            "precision": "day", "reason": "Raum belegt", **typed}  # fmt: skip
    assert client.post(path, data=data, headers=OURS).status_code == 303


MOVED = (
    "Erika Muster hat den Termin „30. OZG-Sprechstunde: Authentifizierung bei der Nutzung von Online-Diensten“ "
    "verlegt: Tag 22.02.2023 → 01.03.2023"
)


def test_a_move_reads_as_a_sentence_with_before_and_after(administrator: FlaskClient, event: Event) -> None:
    move(administrator, event)
    assert sentences(administrator, "/verwaltung/protokoll")[0] == MOVED
    page = re.sub(r"\s+", " ", text_of(administrator, f"/verwaltung/termine/{event.id}/verlauf"))
    assert MOVED in page
    assert (
        '<dt>Tag</dt> <dd><span class="kern-sr-only">vorher: </span><del>22.02.2023</del></dd>'
        '<dd><span class="kern-sr-only">nachher: </span><ins>01.03.2023</ins></dd>'
    ) in page
    assert "Raum belegt" in page


def test_the_record_is_narrowed_by_what_stands_in_the_address(administrator: FlaskClient, event: Event) -> None:
    move(administrator, event)
    path = "/verwaltung/protokoll"
    assert sentences(administrator, f"{path}?was=changed&art=event") == [MOVED]
    assert sentences(administrator, f"{path}?art=event&wer=Erika+Muster&q=authentifizierung") == [MOVED]
    assert sentences(administrator, f"{path}?wer=Niemand") == []
    assert sentences(administrator, f"{path}?von=01.01.2099") == []
    assert MOVED in sentences(administrator, f"{path}?von=2000-01-01&bis=2098-12-31")
    refused = administrator.get(f"{path}?von=gestern")
    assert (refused.status_code, "Geben Sie den Tag im Format TT.MM.JJJJ ein." in refused.get_data(as_text=True)) == (
        400, True,
    )  # fmt: skip


def test_only_administrators_read_all_of_it_and_editors_what_they_work_on(editor: FlaskClient, event: Event) -> None:
    paths = ["/verwaltung/protokoll", "/verwaltung/protokoll.csv", f"/verwaltung/termine/{event.id}/verlauf",
             f"/verwaltung/reihen/{event.series_id}/verlauf", "/verwaltung/termine/999/verlauf",
             "/verwaltung/reihen/999/verlauf", "/verwaltung/personen/999/verlauf"]  # fmt: skip
    assert [editor.get(path).status_code for path in paths] == [403, 403, 200, 200, 404, 404, 404]


def test_the_export_is_a_table_and_recorded(administrator: FlaskClient, event: Event, session: Session) -> None:
    move(administrator, event, reason="=HYPERLINK(1)")
    answer = administrator.get("/verwaltung/protokoll.csv?was=changed&art=event")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    rows = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig")), delimiter=";"))
    days = next(row for row in rows if row["Angabe"] == "Tag")
    assert {name: days[name] for name in ("Wer", "Was", "Woran", "Satz", "Vorher", "Nachher")} == {
        "Wer": "Erika Muster", "Was": "Geändert", "Woran": "Termin", "Satz": MOVED, "Vorher": "22.02.2023",
        "Nachher": "01.03.2023",
    }  # fmt: skip
    assert next(row for row in rows if row["Angabe"] == "Grund der Verlegung")["Nachher"] == "'=HYPERLINK(1)"
    session.rollback()
    noted = session.scalars(select(AuditEntry).filter_by(act=AuditAct.EXPORTED)).one()
    assert (noted.author, noted.note) == ("Erika Muster", "Protokoll als CSV-Datei, Einträge: 1")


def test_what_people_typed_is_text(administrator: FlaskClient, session: Session) -> None:
    factories.event(session, topic="<script>alert(1)</script>", description="<img src=x onerror=alert(1)>")
    session.commit()
    page = administrator.get("/verwaltung/protokoll").get_data(as_text=True)
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_long_text_is_folded_away(administrator: FlaskClient, event: Event) -> None:
    path = "/verwaltung/einstellungen/rechtstexte/impressum"
    for version, text in (("0", "kurz"), ("1", "Absatz " * 200)):
        data = {"text": text, "version": version}
        assert administrator.post(path, data=data, headers=OURS).status_code == 303
    page = text_of(administrator, "/verwaltung/protokoll?art=setting")
    first, second = page.split("<li>\n<h2>")[1:]
    assert ("<details" in first, "Absatz" in first, "<details" in second, "kurz" in second) == (True, True, False, True)


def test_a_person_has_a_history(administrator: FlaskClient, session: Session) -> None:
    person = Person(given_name="Kim", family_name="Beispiel")
    session.add(person)
    session.commit()
    page = text_of(administrator, f"/verwaltung/personen/{person.id}/verlauf")
    assert "<title>Verlauf: Kim Beispiel" in page


def test_a_longer_record_asks_no_more_questions(administrator: FlaskClient, session: Session) -> None:
    administrator.get("/verwaltung/protokoll")
    factories.registration(session, factories.offer(session))
    session.commit()
    with_one = questions(administrator, "/verwaltung/protokoll")
    for _each in range(3):
        factories.registration(session, factories.offer(session))
    session.commit()
    assert questions(administrator, "/verwaltung/protokoll") == with_one


def test_a_long_record_has_pages(administrator: FlaskClient, session: Session) -> None:
    series = factories.series(session)
    for number in range(1, 61):
        factories.event(session, series=series, number=number)
    session.commit()
    path = f"/verwaltung/reihen/{series.id}/verlauf"
    first, second = sentences(administrator, path), sentences(administrator, f"{path}?seite=2")
    assert (len(first), len(second), len({*first, *second})) == (50, 11, 61)
    assert sentences(administrator, f"{path}?seite=99") == second
