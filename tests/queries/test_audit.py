"""Reading the record: what somebody may not see is not in the history either."""

from datetime import timedelta

from sqlalchemy.orm import Session

from ozgtermine.models import AuditAct, AuditEntry, Document, DocumentKind, DocumentVersion, Event
from ozgtermine.queries.audit import (
    Wanted,
    names_of,
    recorded,
    recorded_of_event,
    recorded_of_series,
)
from ozgtermine.rules.permissions import Actor, Role, Visibility
from tests import factories
from tests.factories import NOW


def moderator_of(event: Event) -> Actor:
    return Actor(account_id=1, name="Moderation", series_roles={event.series_id: frozenset({Role.MODERATOR})})


def lead_of(event: Event) -> Actor:
    return Actor(account_id=1, name="Leitung", series_roles={event.series_id: frozenset({Role.LEAD})})


EDITOR = Actor(account_id=1, name="Redaktion", roles=frozenset({Role.EDITOR}))


def titles(session: Session, found: object) -> set[tuple[str, str]]:
    session.flush()
    return {(each.thing, each.title) for each in session.scalars(found)}  # type: ignore[call-overload]


def add_document(session: Session, event: Event, title: str, visibility: Visibility) -> None:
    document = Document(
        event=event, kind=DocumentKind.MINUTES, title=title, slug=title, visibility=visibility, created_at=NOW
    )
    version = DocumentVersion(
        document=document, number=1, sha256="0" * 64, size_bytes=1, media_type="application/pdf", file_name="a.pdf",
        uploaded_at=NOW,
    )  # fmt: skip
    session.add_all([document, version])
    session.flush()


def test_a_series_history_tells_a_moderator_nothing_of_hidden_events(session: Session) -> None:
    shown = factories.event(session, topic="Offen")
    factories.event(session, series=shown.series, topic="Geheim", visibility=Visibility.EDITORS)
    found = {
        actor.name: {title for thing, title in titles(session, recorded_of_series(shown.series_id, actor))
                     if thing == "event"}
        for actor in (moderator_of(shown), lead_of(shown), EDITOR)
    }  # fmt: skip
    both = {"OZG-Sprechstunde: Offen", "OZG-Sprechstunde: Geheim"}
    assert found == {"Moderation": {"OZG-Sprechstunde: Offen"}, "Leitung": both, "Redaktion": both}


def test_an_events_history_tells_a_moderator_nothing_of_hidden_documents(session: Session) -> None:
    event = factories.event(session)
    add_document(session, event, "offen", Visibility.PUBLIC)
    add_document(session, event, "geheim", Visibility.EDITORS)
    of_moderator = titles(session, recorded_of_event(event.id, moderator_of(event)))
    of_editor = titles(session, recorded_of_event(event.id, EDITOR))
    assert of_moderator == {("event", event.title), ("document", "offen"), ("document_version", "offen")}
    assert of_editor - of_moderator == {("document", "geheim"), ("document_version", "geheim")}


def test_another_events_entries_are_not_in_it(session: Session) -> None:
    event, other = factories.event(session, topic="Dieser"), factories.event(session, topic="Anderer")
    factories.offer(session, event=other)
    assert titles(session, recorded_of_event(event.id, EDITOR)) == {("event", event.title)}


def test_each_filter_narrows(session: Session) -> None:
    for position, (author, thing, act, title) in enumerate([
        ("Erika", "event", AuditAct.CHANGED, "Über OZG"), ("Max", "series", AuditAct.CREATED, "über Kommunen"),
    ]):  # fmt: skip
        at = NOW + timedelta(days=position)
        session.add(AuditEntry(change_id=str(position), at=at, author=author, act=act, thing=thing, title=title))
    session.flush()
    wanted = {
        Wanted(): {"Über OZG", "über Kommunen"},
        Wanted(author="Erika"): {"Über OZG"},
        Wanted(thing="series"): {"über Kommunen"},
        Wanted(act=AuditAct.CREATED): {"über Kommunen"},
        Wanted(since=NOW + timedelta(days=1)): {"über Kommunen"},
        Wanted(until=NOW + timedelta(days=1)): {"Über OZG"},
        Wanted(title="ÜBER"): {"Über OZG", "über Kommunen"},
        Wanted(title="%"): set(),
        Wanted(author="Erika", thing="series"): set(),
    }
    assert {each: {title for _thing, title in titles(session, recorded(each))} for each in wanted} == wanted


def test_ids_become_names_and_what_is_gone_has_none(session: Session) -> None:
    event = factories.event(session)
    entry = AuditEntry(thing="registration_offer", changes={"event_id": [99, event.id]}, series_id=event.series_id)
    assert names_of(session, [entry]) == {
        ("event", event.id): event.title, ("series", event.series_id): event.series.title,
    }  # fmt: skip
