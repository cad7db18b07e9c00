"""The directory through HTTP: organisations, people, groups, doubles, tables in and out."""

import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import Workbook, load_workbook
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from ozgtermine import clock
from ozgtermine.files import tables
from ozgtermine.files.tables import MOST_ROWS, read_table
from ozgtermine.models import (
    Account,
    AccountLinkPurpose,
    AccountRole,
    AuditAct,
    AuditEntry,
    Membership,
    MembershipRole,
    Organisation,
    OutgoingMail,
    PendingImport,
    Person,
    Sector,
    Series,
    SeriesKind,
)
from ozgtermine.operations import accounts
from ozgtermine.operations.account_links import new_link
from tests import factories
from tests.views.organizing.conftest import OURS
from tests.views.organizing.test_workspace import version_of

JOINING = {"given_name": "Petra", "family_name": "Beispiel", "email": "petra@stadt.example", "role": "member",
           "organisation_id": "", "starts_on": "", "ends_on": ""}  # fmt: skip
HEADER = ["Vorname", "Nachname", "E-Mail", "Organisation", "Kurzname", "Sektor", "Pilotkommune", "Reihe", "Rolle",
          "von", "bis"]  # fmt: skip


def post(client: FlaskClient, path: str, data: dict[str, object] | None = None) -> TestResponse:
    return client.post(path, data=data, headers=OURS)


def text_of(answer: TestResponse) -> str:
    return unescape(answer.get_data(as_text=True))


@pytest.fixture
def ministry(session: Session) -> Organisation:
    made = Organisation(name="Ministerium", short_name="MID", sector=Sector.STATE)
    session.add(made)
    session.commit()
    return made


@pytest.fixture
def group(session: Session, ministry: Organisation) -> Series:
    made = factories.series(
        session, slug="ag-1", title="AG 1 Kooperationsmodell", kind=SeriesKind.WORKING_GROUP, organiser=ministry
    )
    session.commit()
    return made


def person(session: Session, given: str = "Petra", family: str = "Beispiel", **values: object) -> Person:
    made = Person(given_name=given, family_name=family, **values)
    session.add(made)
    session.commit()
    return made


def member(session: Session, group: Series, who: Person, role: MembershipRole, **values: object) -> Membership:
    days: dict[str, object] = {"starts_on": None, "ends_on": None}
    made = Membership(series=group, person=who, role=role, **(days | values))
    session.add(made)
    session.commit()
    return made


SignedIn = Callable[[Person], FlaskClient]


@pytest.fixture
def signed_in(app: Flask, session: Session) -> SignedIn:
    """Return what signs a member in by a mailed link."""

    def make(who: Person) -> FlaskClient:
        account = accounts.member_account(session, who.email, today=clock.today(), now=clock.real_now())
        assert account
        session.commit()
        client = app.test_client()
        token = new_link(session, AccountLinkPurpose.SIGN_IN, account, now=clock.real_now())
        session.commit()
        assert post(client, f"/konto/anmelden/{token}").status_code == 303
        return client

    return make


# --- organisations and people


def test_an_organisation_is_entered_found_and_edited(editor: FlaskClient, session: Session) -> None:
    typed = {"name": "Stadt Köthen", "short_name": "", "sector": "municipal", "is_pilot": "y", "website": ""}
    assert post(editor, "/verwaltung/organisationen/neu", typed).status_code == 303
    again = post(editor, "/verwaltung/organisationen/neu", typed)
    assert (again.status_code, "gibt es schon" in text_of(again)) == (422, True)
    found = editor.get("/verwaltung/organisationen?q=KÖTHEN&bereich=municipal")
    [path] = re.findall(r'href="(/verwaltung/organisationen/\d+)"', text_of(found))
    version = version_of(editor, path)
    assert post(editor, path, {**typed, "name": "Stadt Köthen (Anhalt)", "version": version}).status_code == 303
    stale = post(editor, path, {**typed, "name": "Köthen", "version": version})
    assert (stale.status_code, "Stadt Köthen (Anhalt)" in text_of(stale)) == (409, True)
    assert session.query(Organisation).one().name == "Stadt Köthen (Anhalt)"


def test_only_an_organisation_that_nobody_needs_is_removed(
    editor: FlaskClient, session: Session, ministry: Organisation
) -> None:
    who, path = person(session, organisation=ministry), f"/verwaltung/organisationen/{ministry.id}"
    assert post(editor, f"{path}/entfernen").location == path
    session.delete(session.get_one(Person, who.id))
    session.commit()
    assert post(editor, f"{path}/entfernen").location == "/verwaltung/organisationen"
    session.expire_all()
    assert session.query(Organisation).count() == 0


def test_merged_organisations_lose_nobody(
    editor: FlaskClient, session: Session, ministry: Organisation, group: Series
) -> None:
    double = Organisation(name="Minsterium", sector=Sector.STATE)
    session.add(double)
    who = person(session, organisation=double)
    answer = post(editor, f"/verwaltung/organisationen/{double.id}/zusammenfuehren", {"kept": str(ministry.id)})
    assert answer.status_code == 303
    session.expire_all()
    assert (session.get_one(Person, who.id).organisation_id, session.query(Organisation).count()) == (ministry.id, 1)


def test_one_address_is_one_person(editor: FlaskClient, session: Session) -> None:
    first = person(session, email="petra@stadt.example")
    typed = {"given_name": "P.", "family_name": "Beispiel", "email": "PETRA@stadt.example", "organisation_id": ""}
    answer = post(editor, "/verwaltung/personen/neu", typed)
    assert (answer.status_code, f"hat schon {first.name}" in text_of(answer)) == (422, True)
    assert 'value="PETRA@stadt.example"' in text_of(answer)


def test_people_are_found_by_any_word_whatever_its_case(editor: FlaskClient, session: Session) -> None:
    house = Organisation(name="Stadt Mustermünde", sector=Sector.MUNICIPAL)
    session.add(house)
    person(session, "Ömer", "Müller", email="oemer@muende.example", organisation=house)
    person(session, "Karl", "Anders")
    shown = text_of(editor.get("/verwaltung/personen?q=MÜLLER+mustermünde"))
    assert ("Müller, Ömer" in shown, "Anders" in shown) == (True, False)
    assert "Niemand gefunden" in text_of(editor.get("/verwaltung/personen?q=100%25"))


def test_two_who_edit_one_person_lose_nothing(editor: FlaskClient, session: Session) -> None:
    path = f"/verwaltung/personen/{person(session).id}/bearbeiten"
    version = version_of(editor, path)
    typed = {"given_name": "Petra", "family_name": "Beispiel-Neu", "email": "", "organisation_id": ""}
    typed["version"] = version
    assert post(editor, path, typed).status_code == 303
    stale = post(editor, path, {**typed, "family_name": "Anders"})
    assert stale.status_code == 409
    assert ("Beispiel-Neu" in text_of(stale), "Anders" in text_of(stale)) == (True, True)


def test_a_list_of_people_asks_as_often_for_three_as_for_one(
    editor: FlaskClient, session: Session, group: Series
) -> None:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    def questions() -> int:
        asked.clear()
        sqlalchemy_event.listen(Engine, "before_cursor_execute", note)
        assert editor.get("/verwaltung/personen").status_code == 200
        sqlalchemy_event.remove(Engine, "before_cursor_execute", note)
        return len(asked)

    member(session, group, person(session, "A", "A"), MembershipRole.MEMBER)
    one = questions()
    for name in "BC":
        member(session, group, person(session, name, name), MembershipRole.MEMBER)
    assert questions() == one > 0


# --- groups


def test_a_lead_takes_somebody_in_and_the_person_is_told(
    session: Session, group: Series, signed_in: SignedIn
) -> None:
    lead = person(session, "Lea", "Leitung", email="lea@stadt.example")
    member(session, group, lead, MembershipRole.LEAD)
    client, path = signed_in(lead), f"/verwaltung/reihen/{group.id}/mitglieder"
    answer = post(client, path, {**JOINING, "invite": "y"})
    assert (answer.status_code, answer.location) == (303, path)
    [mail] = session.scalars(select(OutgoingMail).where(OutgoingMail.kind == "joined"))
    assert mail.recipient == "petra@stadt.example"
    again = post(client, path, {**JOINING})
    assert (again.status_code, "hat diese Rolle in dieser Zeit schon" in text_of(again)) == (422, True)
    assert session.query(Person).count() == 2


def test_a_lead_gives_no_more_than_he_may_and_only_in_the_own_group(
    session: Session, group: Series, signed_in: SignedIn
) -> None:
    lead = person(session, "Lea", "Leitung", email="lea@stadt.example")
    member(session, group, lead, MembershipRole.LEAD)
    other = factories.series(session, kind=SeriesKind.WORKING_GROUP)
    office = member(session, group, person(session, "Otto", "Office"), MembershipRole.PROJECT_OFFICE)
    client, path = signed_in(lead), f"/verwaltung/reihen/{group.id}/mitglieder"
    assert post(client, path, {**JOINING, "role": "project_office"}).status_code == 422
    assert post(client, f"{path}/{office.id}/beenden", {"last_day": "2023-01-01"}).status_code == 403
    assert client.get(f"/verwaltung/reihen/{other.id}/mitglieder").status_code == 404
    assert post(client, f"/verwaltung/reihen/{other.id}/mitglieder", JOINING).status_code == 404
    assert {each.role for each in session.query(Membership)} == {MembershipRole.LEAD, MembershipRole.PROJECT_OFFICE}
    assert client.get("/verwaltung/personen").status_code == 403


def test_a_membership_of_another_group_is_like_one_that_does_not_exist(
    editor: FlaskClient, session: Session, group: Series
) -> None:
    elsewhere = member(session, factories.series(session), person(session), MembershipRole.MEMBER)
    path = f"/verwaltung/reihen/{group.id}/mitglieder/{elsewhere.id}"
    assert editor.get(path).status_code == 404
    assert post(editor, f"{path}/beenden", {"last_day": "2023-01-01"}).status_code == 404


def test_another_role_begins_where_the_first_ends(editor: FlaskClient, session: Session, group: Series) -> None:
    made = member(session, group, person(session), MembershipRole.MEMBER, starts_on=date(2023, 1, 1))
    path = f"/verwaltung/reihen/{group.id}/mitglieder/{made.id}"
    assert "Mitgliedschaft beenden" in text_of(editor.get(path))
    refused = post(editor, f"{path}/rolle", {"role": "member", "from_day": "2023-03-01"})
    assert (refused.status_code, "Das ist schon die Rolle." in text_of(refused)) == (422, True)
    assert post(editor, f"{path}/beenden", {"last_day": ""}).status_code == 422
    assert post(editor, f"{path}/rolle", {"role": "lead", "from_day": "2023-03-01"}).status_code == 303
    session.expire_all()
    spans = [(each.role, each.starts_on, each.ends_on) for each in session.query(Membership).order_by(Membership.id)]
    assert spans == [
        (MembershipRole.MEMBER, date(2023, 1, 1), date(2023, 2, 28)),
        (MembershipRole.LEAD, date(2023, 3, 1), None),
    ]


def test_who_is_taken_out_is_out_with_the_next_request(
    editor: FlaskClient, session: Session, group: Series, signed_in: SignedIn
) -> None:
    lead = person(session, "Lea", "Leitung", email="lea@stadt.example")
    made = member(session, group, lead, MembershipRole.LEAD)
    client, path = signed_in(lead), f"/verwaltung/reihen/{group.id}/mitglieder"
    assert client.get(path).status_code == 200
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    assert post(editor, f"{path}/{made.id}/beenden", {"last_day": yesterday}).status_code == 303
    assert client.get(path).status_code == 403


def test_the_pair_of_leads_is_checked_in_words(
    editor: FlaskClient, session: Session, group: Series, ministry: Organisation
) -> None:
    path = f"/verwaltung/reihen/{group.id}/mitglieder"
    assert "Niemand leitet die Gruppe." in text_of(editor.get(path))
    member(session, group, person(session, "A", "A", organisation=ministry), MembershipRole.LEAD)
    shown = text_of(editor.get(path))
    assert ("Pilotkommune." in shown, "aus dem Ministerium." in shown) == (True, False)
    told = "AG 1 Kooperationsmodell: Es fehlt die Leitung aus einer Pilotkommune."
    assert told in text_of(editor.get("/verwaltung/"))
    pilot = Organisation(name="Stadt", sector=Sector.MUNICIPAL, is_pilot=True)
    member(session, group, person(session, "B", "B", organisation=pilot), MembershipRole.LEAD)
    assert "Doppelspitze" not in text_of(editor.get(path)) + text_of(editor.get("/verwaltung/"))


# --- doubles


def test_doubles_become_one_and_nothing_is_lost(
    editor: FlaskClient, session: Session, group: Series, ministry: Organisation
) -> None:
    first = person(session, "Petra", "Beispiel", organisation=ministry)
    second = person(session, "petra", "BEISPIEL", email="petra@stadt.example")
    member(session, group, first, MembershipRole.MEMBER, ends_on=date(2023, 3, 1))
    member(session, group, second, MembershipRole.MEMBER, starts_on=date(2023, 2, 1))
    member(session, group, second, MembershipRole.MODERATOR)
    own = {"email": second.email, "email_normalised": second.email, "person": second}
    session.add(Account(name="P", created_at=clock.now(), **own))
    session.commit()
    [path] = re.findall(r'href="(/verwaltung/personen/\d+/zusammenfuehren/\d+)"',
                        text_of(editor.get("/verwaltung/personen/doppelte")))  # fmt: skip
    assert 'value="petra@stadt.example"' in text_of(editor.get(path))
    typed = {"given_name": "Petra", "family_name": "Beispiel", "email": "petra@stadt.example",
             "organisation_id": str(ministry.id)}  # fmt: skip
    assert post(editor, path, typed).status_code == 303
    session.expire_all()
    one = session.query(Person).one()
    assert (one.id, one.email, one.organisation_id) == (first.id, "petra@stadt.example", ministry.id)
    assert sorted((each.role, each.starts_on, each.ends_on) for each in one.memberships) == [
        (MembershipRole.MEMBER, None, None), (MembershipRole.MODERATOR, None, None),
    ]  # fmt: skip
    assert session.scalars(select(Account.person_id).where(Account.email == one.email)).one() == one.id
    assert "Niemand scheint doppelt zu sein." in text_of(editor.get("/verwaltung/personen/doppelte"))


def test_two_who_only_share_a_name_are_not_proposed(editor: FlaskClient, session: Session) -> None:
    for name in ("Stadt A", "Stadt B"):
        person(session, organisation=Organisation(name=name, sector=Sector.MUNICIPAL))
    assert "Niemand scheint doppelt zu sein." in text_of(editor.get("/verwaltung/personen/doppelte"))


# --- tables


def table(*rows: list[str], delimiter: str = ";", encoding: str = "utf-8", header: list[str] | None = None) -> bytes:
    lines = [delimiter.join(row) for row in (header or HEADER, *rows)]
    return "\r\n".join(lines).encode(encoding)


def workbook(*rows: list[object]) -> bytes:
    book = Workbook()
    for row in (HEADER, *rows):
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def upload(client: FlaskClient, content: bytes, name: str = "personen.csv") -> TestResponse:
    return client.post(
        "/verwaltung/personen/import", data={"file": (io.BytesIO(content), name)}, headers=OURS
    )


PETRA = ["Petra", "Beispiel", "petra@stadt.example", "Stadt Köthen", "", "Kommune", "ja", "AG 1 Kooperationsmodell",
         "Leitung", "16.01.2023", ""]  # fmt: skip


def test_a_table_is_looked_at_first_and_taken_over_once(
    editor: FlaskClient, session: Session, group: Series
) -> None:
    sent = upload(editor, table(PETRA))
    assert sent.status_code == 303
    shown = text_of(editor.get(sent.location))
    assert "Neue Organisation: Stadt Köthen" in shown
    assert "Leitung, AG 1 Kooperationsmodell: 16.01.2023 – auf Dauer" in shown
    assert session.query(Person).count() == 0
    session.rollback()
    assert post(editor, sent.location).status_code == 303
    one = session.query(Person).one()
    assert (one.name, one.organisation.name if one.organisation else "") == ("Petra Beispiel", "Stadt Köthen")
    assert [(each.role, each.starts_on, each.series_id) for each in one.memberships] == [
        (MembershipRole.LEAD, date(2023, 1, 16), group.id)
    ]
    assert session.query(PendingImport).count() == 0
    again = upload(editor, table(PETRA))
    assert "Es gibt nichts zu übernehmen." in text_of(editor.get(again.location))


@pytest.mark.usefixtures("group")
def test_errors_name_their_row_and_the_others_are_taken_over(editor: FlaskClient, session: Session) -> None:
    bad = [
        ["", "", "x@y.example", *[""] * 8],
        ["A", "B", "keine-adresse", *[""] * 8],
        ["A", "B", "", "Neue Stadt", *[""] * 7],
        ["A", "B", "", "", "", "", "", "AG 99", "", "", ""],
        ["A", "B", "", "", "", "", "", "AG 1 Kooperationsmodell", "König", "", ""],
        ["A", "B", "", "", "", "", "", "AG 1 Kooperationsmodell", "", "31.02.2023", ""],
        ["A", "B", "", "", "", "", "", "AG 1 Kooperationsmodell", "", "02.02.2023", "01.02.2023"],
    ]
    sent = upload(editor, table(*bad, PETRA))
    shown = text_of(editor.get(sent.location))
    for sentence in (
        "Der Nachname fehlt.", "„keine-adresse“ ist keine E-Mail-Adresse.",
        "Die Organisation „Neue Stadt“ ist neu. Geben Sie ihren Sektor an.", "Eine Reihe „AG 99“ gibt es nicht.",
        "„König“ in der Spalte „Rolle“ gibt es nicht. Möglich sind: Leitung,", "„31.02.2023“ in der Spalte „von“",
        "Der letzte Tag liegt vor dem ersten.",
    ):  # fmt: skip
        assert sentence in shown
    numbers = re.findall(r'<td class="kern-table__cell">(\d+)</td>', shown)
    assert numbers == [str(number) for number in range(2, 10)]
    assert post(editor, sent.location).status_code == 303
    session.expire_all()
    assert [each.name for each in session.query(Person)] == ["Petra Beispiel"]


@pytest.mark.usefixtures("group")
@pytest.mark.parametrize(
    ("content", "name"),
    [
        (table(PETRA, delimiter=","), "a.csv"),
        (table(PETRA, delimiter="\t"), "a.txt"),
        (table(PETRA, encoding="utf-8-sig"), "a.csv"),
        (table(PETRA, encoding="cp1252"), "a.csv"),
        (table(PETRA, header=["vorname", "Name", "E-Mail-Adresse", *HEADER[3:5], "Bereich", *HEADER[6:7], "AG", "ROLLE",
                              "ab", "bis"]), "a.csv"),
        (workbook([*PETRA[:9], date(2023, 1, 16), None]), "a.xlsx"),
        (workbook(PETRA), "a.xlsx"),
    ],
    ids=["comma", "tab", "with a mark", "Windows", "other headings", "Excel with a date", "Excel with texts"],
)  # fmt: skip
def test_tables_are_read_as_people_have_them(
    editor: FlaskClient, session: Session, content: bytes, name: str
) -> None:
    sent = upload(editor, content, name)
    assert sent.status_code == 303
    assert post(editor, sent.location).status_code == 303
    one = session.query(Person).one()
    assert (one.name, one.organisation.name if one.organisation else "", one.memberships[0].starts_on) == (
        "Petra Beispiel", "Stadt Köthen", date(2023, 1, 16),
    )  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\0\1\2binary", b"%PDF-1.7 not a table", b"PK\3\4 not a workbook",
        table(*[["A", "B", *[""] * 9]] * (MOST_ROWS + 1)), b"Vorname;Nachname\r\n" + b"x" * 250_000,
        b"Vorname;Stadt\r\nA;B", b'Vorname;Nachname\r\n"offen;' + b"x" * 10,
    ],
    ids=["empty", "binary", "PDF", "broken archive", "too many rows", "too large", "no heading", "open quote"],
)  # fmt: skip
def test_what_is_no_table_gets_a_sentence(
    editor: FlaskClient, session: Session, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "MOST_BYTES", 200_000)  # larger ones make the test client leave files open
    answer = upload(editor, content)
    refused = answer.status_code == 422 and "Fehler:" in text_of(answer)
    harmless = answer.status_code == 303 and session.query(Person).count() == 0
    assert refused or (harmless and b"offen" in content)


@pytest.mark.usefixtures("group")
def test_nobody_sees_the_table_of_somebody_else(
    editor: FlaskClient, sign_in: Callable[..., FlaskClient], session: Session
) -> None:
    sent = upload(editor, table(PETRA))
    other = sign_in(AccountRole.ADMINISTRATOR)
    assert other.get(sent.location).status_code == 404
    assert post(other, sent.location).status_code == 404
    assert session.query(Person).count() == 0


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_our_own_export_changes_nothing_and_runs_nothing(
    editor: FlaskClient, session: Session, group: Series, suffix: str
) -> None:
    house = Organisation(name="=1+1", sector=Sector.MUNICIPAL)
    member(session, group, person(session, "@SUM(A1)", "-Beispiel", organisation=house), MembershipRole.LEAD)
    person(session, "Ömer", "Müller", email="oemer@stadt.example")
    answer = editor.get(f"/verwaltung/personen/alle.{suffix}")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, no-store")
    content = answer.get_data()
    if suffix == "csv":
        assert "'@SUM(A1)" in content.decode("utf-8-sig")
    else:
        sheet = load_workbook(io.BytesIO(content)).active
        assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}
    _header, rows = read_table(content)
    assert ["@SUM(A1)", "-Beispiel"] in [row[:2] for row in rows]
    sent = upload(editor, content, f"personen.{suffix}")
    assert "Es gibt nichts zu übernehmen." in text_of(editor.get(sent.location))
    noted = session.scalars(select(AuditEntry).where(AuditEntry.act == AuditAct.EXPORTED)).one()
    assert noted.note == f"Alle Personen als {suffix.upper()}"


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_the_template_is_a_table_that_we_take(editor: FlaskClient, session: Session, suffix: str) -> None:
    header, rows = read_table(editor.get(f"/verwaltung/personen/vorlage.{suffix}").get_data())
    assert (header, len(rows)) == (HEADER, 1)
