"""The table of rights, played through HTTP: every route, every role, own things, foreign ones, and none at all."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from ozgtermine import clock
from ozgtermine.models import (
    Account,
    AccountRole,
    Event,
    Membership,
    MembershipRole,
    Person,
    Project,
    Series,
    SeriesKind,
    SignInMethod,
)
from ozgtermine.operations import account_sessions
from ozgtermine.operations.account_sessions import Lifetime
from ozgtermine.rules import permissions
from ozgtermine.rules.permissions import ALLOWED, Action, Role, Visibility
from ozgtermine.views.guards import declared_action
from tests import factories
from tests.views.addresses import NOWHERE, filled
from tests.views.organizing.conftest import OURS, Visitor

EVERYBODY = {Action.READ_PUBLIC, Action.REGISTER, Action.READ_MAILBOX, Action.SIGN_IN}
ENDS_THE_SESSION = {"/verwaltung/konto/ueberall-abmelden"}
OF_A_SERIES = ("event_id", "series_id", "document_id", "change_id")


@dataclass
class Cast:
    """A client per role, and a series of their own and one of others, each with an event, a document, a change."""

    own: dict[str, object] = field(default_factory=dict)
    foreign: dict[str, object] = field(default_factory=dict)
    clients: dict[Role, FlaskClient] = field(default_factory=dict)


@pytest.fixture
def cast(app: Flask, session: Session) -> Cast:
    app.test_client_class = Visitor
    project = Project(slug="cio", title="CIO-Projekt")
    session.add(project)
    made = Cast(own=things(session, "AG 1", project=project), foreign=things(session, "AG 9"))
    plenary = factories.series(session, title="Plenum", kind=SeriesKind.PLENARY, project=project)
    for role in Role:
        if role is not Role.SIGNED_IN:
            made.clients[role] = client_of(app, session, role, made.own["series_id"], plenary)
    session.commit()
    return made


def things(session: Session, title: str, **values: object) -> dict[str, object]:
    """Add a group that only its members see, with a hidden event, a hidden document and a change."""
    series = factories.series(
        session, title=title, kind=SeriesKind.WORKING_GROUP, visibility=Visibility.SERIES, **values
    )
    event = factories.event(session, series=series, topic=f"Geheim {title}", visibility=Visibility.SERIES)
    factories.registration(session, factories.offer(session, event=event))
    document = factories.document(event, visibility=Visibility.SERIES)
    item = factories.programme_item(factories.programme(event), title=f"Geheim {title}")
    change = factories.change_of(event, change_id=f"aenderung-{event.id}")
    session.add(change)
    return {
        "series_id": series.id, "event_id": event.id, "document_id": document.id, "change_id": change.change_id,
        "slug": event.slug, "series_slug": series.slug, "item_id": item.id,
    }  # fmt: skip


def client_of(app: Flask, session: Session, role: Role, series_id: object, plenary: Series) -> FlaskClient:
    """Return a client that is signed in with that role: by its account, or by a membership."""
    client = app.test_client()
    if role is not Role.ANONYMOUS:
        put_in(client, session, account_of(session, role, series_id, plenary))
    return client


def account_of(session: Session, role: Role, series_id: object, plenary: Series) -> Account:
    person = Person(given_name="Kim", family_name=role.value, email=f"{role}@stadt.example")
    account = Account(
        name=person.name, email=person.email, email_normalised=person.email, person=person, created_at=clock.real_now()
    )
    session.add(account)
    if role in (Role.EDITOR, Role.ADMINISTRATOR):
        account.role = AccountRole(role.value)
        account.password_hash = "unused"
    else:
        group = plenary.id if role is Role.PROJECT_OFFICE else series_id
        session.add(Membership(series_id=group, person=person, role=MembershipRole(role.value)))
    session.flush()
    return account


def put_in(client: FlaskClient, session: Session, account: Account) -> None:
    token = account_sessions.begin(
        session,
        account,
        method=SignInMethod.LINK,
        device="Test",
        lifetime=Lifetime(idle=timedelta(hours=1), at_most=timedelta(hours=1)),
        now=clock.real_now(),
    )
    with client.session_transaction() as kept:
        kept["_user_id"] = token


def routes(app: Flask) -> Iterator[tuple[str, str, Action, set[str]]]:
    """Yield method, rule, action and parameters of every route that is not for everybody."""
    for rule in app.url_map.iter_rules():
        action = declared_action(app, rule.endpoint)
        assert action is not None
        if action not in EVERYBODY and rule.rule not in ENDS_THE_SESSION:
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                yield method, rule.rule, action, rule.arguments


def asked(client: FlaskClient, method: str, path: str) -> TestResponse:
    return client.open(path, method=method, headers=OURS)


def kind_of(status: int) -> str:
    """Return what an answer says about rights; what else is wrong with an empty form does not matter here."""
    names = {401: "sign in", 403: "forbidden", 404: "nothing"}
    return names.get(status, "a defect" if status >= 500 else "allowed")


def expected(role: Role, action: Action, *, own: bool) -> str:
    if action not in ALLOWED[role]:
        return "forbidden"
    works_everywhere = role in (Role.EDITOR, Role.ADMINISTRATOR)
    return "allowed" if own or works_everywhere else "nothing"


ROLES = [role for role in Role if role not in (Role.ANONYMOUS, Role.SIGNED_IN)]


@pytest.mark.parametrize("role", ROLES)
def test_each_role_does_what_the_table_says_and_nothing_else(app: Flask, cast: Cast, role: Role) -> None:
    client, seen, right = cast.clients[role], {}, {}
    for method, rule, action, parameters in routes(app):
        for whose in ("foreign", "own"):
            if parameters & set(OF_A_SERIES) and "membership_id" not in parameters:
                path = filled(rule, getattr(cast, whose))
                seen[method, rule, whose] = kind_of(asked(client, method, path).status_code)
                right[method, rule, whose] = expected(role, action, own=whose == "own")
    assert len(right) > 50
    assert seen == right


@pytest.mark.parametrize("role", ROLES)
def test_pages_that_belong_to_no_series_open_only_with_the_right(app: Flask, cast: Cast, role: Role) -> None:
    refused, allowed = set(), set()
    for method, rule, action, parameters in routes(app):
        if not parameters & set(OF_A_SERIES):
            status = asked(cast.clients[role], method, filled(rule, {})).status_code
            assert status < 500, (method, rule)
            (refused if status == 403 else allowed).add((method, rule, action))
    assert {action for _method, _rule, action in allowed} <= ALLOWED[role]
    assert {action for _method, _rule, action in refused}.isdisjoint(ALLOWED[role] - {Action.USE_OWN_ACCOUNT})


def test_without_a_session_one_is_asked_to_sign_in_whatever_is_asked_for(app: Flask, cast: Cast) -> None:
    client = cast.clients[Role.ANONYMOUS]
    for method, rule, _action, _parameters in routes(app):
        statuses = {asked(client, method, filled(rule, of)).status_code for of in (cast.own, cast.foreign, {})}
        assert statuses == {303 if method == "GET" else 401}, (method, rule)


def bare(answer: TestResponse, *marks: object) -> tuple[int, list[tuple[str, str]], str]:
    """Return an answer without what differs between any two requests, and without the name that was asked for."""
    text = answer.get_data(as_text=True)
    for mark in marks:
        if isinstance(mark, str):
            text = text.replace(mark, "…")
    headers = [(name, value) for name, value in answer.headers if name not in ("Date", "Set-Cookie", "Content-Length")]
    return answer.status_code, headers, text


@pytest.mark.parametrize("role", [Role.ANONYMOUS, Role.MEMBER, Role.LEAD])
@pytest.mark.parametrize(
    "path",
    ["/termine/{slug}", "/termine/{slug}.ics", "/termine/{slug}/programm.ics", "/termine/{slug}/anmelden",
     "/reihen/{series_slug}", "/kalender/{series_slug}.ics", "/unterlagen/{document_id}/praesentation",
     "/einbetten/{series_slug}/text.txt",
     "/einbetten/{series_slug}/schlicht.html"],
)  # fmt: skip
def test_what_is_hidden_looks_like_what_does_not_exist(cast: Cast, role: Role, path: str) -> None:
    client, foreign = cast.clients[role], cast.foreign
    nothing = {"slug": "gibt-es-nicht", "series_slug": "gibt-es-auch-nicht", "document_id": NOWHERE}
    hidden = client.get(path.format(**foreign))
    absent = client.get(path.format(**nothing))
    assert hidden.status_code == 404
    assert bare(hidden, *foreign.values()) == bare(absent, *nothing.values())


@pytest.mark.parametrize("path", ["/", "/unterlagen?q=Geheim", "/kalender/alle.ics", "/newsletter", "/kalender",
                                  "/einbetten/alle/text.txt", "/verwaltung/suche?q=Geheim"])  # fmt: skip
def test_no_list_names_what_is_hidden(cast: Cast, path: str) -> None:
    for role in (Role.ANONYMOUS, Role.MEMBER, Role.LEAD, Role.MODERATOR):
        assert "Geheim AG 9" not in cast.clients[role].get(path).get_data(as_text=True)


def test_members_see_their_own_hidden_things_and_lose_them_with_the_next_request(
    cast: Cast, session: Session
) -> None:
    client = cast.clients[Role.MEMBER]
    paths = [f"/termine/{cast.own['slug']}", f"/reihen/{cast.own['series_slug']}", "/meine-gruppen"]
    assert [client.get(path).status_code for path in paths] == [200, 200, 200]
    membership = session.query(Membership).filter_by(role=MembershipRole.MEMBER).one()
    membership.ends_on = clock.today() - timedelta(days=1)
    session.commit()
    assert [client.get(path).status_code for path in paths] == [404, 404, 403]


@pytest.mark.parametrize("days", [{"starts_on": 1}, {"ends_on": -1}])
def test_a_membership_counts_on_its_days_only(cast: Cast, session: Session, days: dict[str, int]) -> None:
    membership = session.query(Membership).filter_by(role=MembershipRole.LEAD).one()
    for name, number in days.items():
        setattr(membership, name, clock.today() + timedelta(days=number))
    session.commit()
    assert cast.clients[Role.LEAD].get(f"/verwaltung/termine/{cast.own['event_id']}").status_code == 403


GUESSES = ["1 OR 1=1", "..%2f..%2fetc%2fpasswd", "%00", "%2e%2e", "0" * 500, "ÄÖÜ-%F0%9F%8D%8E", "-1", "1e9", "9" * 30]


@pytest.mark.parametrize(
    "path", ["/termine/{}", "/termine/{}.ics", "/termine/{}/programm.ics",
             "/reihen/{}", "/unterlagen/{}/x", "/unterlagen/1/{}", "/anmeldung/{}",
             "/anmeldung/bestaetigen/{}", "/konto/einrichten/{}", "/konto/anmelden/{}", "/konto/passwort/{}",
             "/kalender/{}.ics", "/einbetten/{}/text.txt", "/postfach/{}"]
)  # fmt: skip
def test_guesses_find_nothing(client: FlaskClient, path: str) -> None:
    assert {client.get(path.format(guess)).status_code for guess in GUESSES} <= {404, 410}


@pytest.mark.parametrize("path", ["/verwaltung/termine/{}", "/verwaltung/aenderungen/{}", "/verwaltung/konten/{}",
                                  "/verwaltung/personen/{}", "/verwaltung/reihen/{}/mitglieder"])  # fmt: skip
def test_guesses_of_administrators_find_nothing_either(cast: Cast, path: str) -> None:
    assert {cast.clients[Role.ADMINISTRATOR].get(path.format(guess)).status_code for guess in GUESSES} == {404}


def test_the_comparison_finds_a_leak(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A control: where everybody may see and work on everything, the table test must not pass."""
    everything: Callable[..., frozenset[int]] = lambda _actor, _action: frozenset(range(1, 100))  # noqa: E731
    monkeypatch.setattr(permissions, "series_where", everything)
    monkeypatch.setattr("ozgtermine.queries.visibility.series_where", everything)
    path = f"/verwaltung/termine/{cast.foreign['event_id']}/bearbeiten"
    assert kind_of(asked(cast.clients[Role.LEAD], "GET", path).status_code) == "allowed"
    assert expected(Role.LEAD, Action.EDIT_EVENTS, own=False) == "nothing"


def test_extra_fields_move_no_event_to_another_series(cast: Cast, session: Session) -> None:
    event = session.get_one(Event, cast.own["event_id"])
    typed = {"topic": "Neu", "topic_kind": "topic", "mode": "online", "visibility": "series", "policy": "open",
             "audience": "registered", "version": str(event.version), "series_id": str(cast.foreign["series_id"]),
             "published_at": "", "status": "cancelled", "id": "1", "uid": "x", "slug": "x"}  # fmt: skip
    answer = cast.clients[Role.LEAD].post(f"/verwaltung/termine/{event.id}/bearbeiten", data=typed, headers=OURS)
    before = (event.series_id, event.published_at, event.status, event.uid, event.slug)
    session.rollback()
    session.expire_all()
    assert (answer.status_code, event.topic) == (303, "Neu")
    assert (event.series_id, event.published_at, event.status, event.uid, event.slug) == before
