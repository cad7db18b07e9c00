"""What each process keeps of events is never older than what is committed, and never younger."""

from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from ozgtermine.database import PUBLIC, db, transaction
from ozgtermine.models import (
    Access,
    Event,
    NewsletterIssue,
    OfferQuestion,
    OutgoingMail,
    Project,
    QuestionKind,
    RegistrationOffer,
    Room,
    Series,
    Venue,
)
from ozgtermine.operations import auditing
from ozgtermine.operations.offers import NotOpenError
from ozgtermine.operations.registering import request_registration
from ozgtermine.queries.kept_events import event_of_offer, event_of_slug
from ozgtermine.queries.locking import lock_offer
from ozgtermine.queries.revision import current_revision
from tests import factories
from tests.factories import NOW
from tests.operations.test_registering import LETTERHEAD, details


@pytest.fixture
def offer(session: Session) -> RegistrationOffer:
    made = factories.offer(session)
    session.commit()
    return made


def test_an_offer_that_closes_between_look_and_lock_is_closed(session: Session, offer: RegistrationOffer) -> None:
    assert event_of_offer(session, offer.id)
    with Session(db.engine) as elsewhere:
        elsewhere.get_one(RegistrationOffer, offer.id).closes_at = NOW - timedelta(hours=1)
        elsewhere.commit()

    with pytest.raises(NotOpenError), transaction() as writing:
        request_registration(writing, offer.id, details(), letterhead=LETTERHEAD, now=NOW)


def test_a_mail_says_what_its_event_was_called_last(session: Session, offer: RegistrationOffer) -> None:
    assert event_of_slug(session, offer.event.slug)
    with Session(db.engine) as elsewhere:
        elsewhere.get_one(Event, offer.event_id).topic = "Neues Thema"
        elsewhere.commit()

    with transaction() as writing:
        request_registration(writing, offer.id, details(), letterhead=LETTERHEAD, now=NOW)

    assert "Neues Thema" in session.query(OutgoingMail).one().text


def test_a_new_question_is_asked_at_once(session: Session, offer: RegistrationOffer) -> None:
    slug = offer.event.slug
    assert event_of_slug(session, slug)
    with transaction() as writing:
        writing.add(OfferQuestion(offer_id=offer.id, kind=QuestionKind.TEXT, label="Woher?"))

    session.rollback()
    found = event_of_slug(session, slug)
    assert found
    assert found.offer
    assert [each.label for each in found.offer.questions] == ["Woher?"]


def test_what_is_not_committed_is_seen_by_its_own_session_alone(session: Session, offer: RegistrationOffer) -> None:
    slug, topic = offer.event.slug, offer.event.topic
    session.rollback()
    session.get_one(Event, offer.event_id).topic = "Noch nicht"
    seen = event_of_slug(session, slug)
    assert seen
    assert seen.topic == "Noch nicht"
    session.rollback()

    with Session(db.engine) as elsewhere:
        found = event_of_slug(elsewhere, slug)
        assert found
        assert found.topic == topic


def test_what_an_older_look_still_reads_is_not_kept_as_new(session: Session, offer: RegistrationOffer) -> None:
    slug = offer.event.slug
    session.rollback()
    current_revision(session)
    with Session(db.engine) as elsewhere:
        elsewhere.get_one(Event, offer.event_id).topic = "Neues Thema"
        elsewhere.commit()
        seen = current_revision(elsewhere)
        assert event_of_slug(session, slug, seen=seen)
        elsewhere.expire_all()
        found = event_of_slug(elsewhere, slug, seen=seen)

    assert found
    assert found.topic == "Neues Thema"


def test_a_session_that_has_read_an_older_version_goes_on(session: Session, offer: RegistrationOffer) -> None:
    event = session.get_one(Event, offer.event_id)
    session.refresh(event)
    session.refresh(event.series)
    with Session(db.engine) as elsewhere:
        theirs = elsewhere.get_one(Event, event.id)
        theirs.topic = theirs.series.title = "Neu"
        elsewhere.commit()

    found = event_of_slug(session, event.slug)

    assert found is event
    if db.engine.dialect.name == "postgresql":
        assert (found.topic, found.series.title) == ("Neu", "Neu")
    else:
        assert "Neu" not in (found.topic, found.series.title)


def test_two_sessions_share_no_row(session: Session, offer: RegistrationOffer) -> None:
    first = event_of_slug(session, offer.event.slug)
    with Session(db.engine) as elsewhere:
        second = event_of_slug(elsewhere, offer.event.slug)
        assert first
        assert second
        assert first is not second
        assert first.offer is not second.offer
        assert first.series is not second.series


def test_all_that_is_kept_raises_the_public_revision(session: Session, offer: RegistrationOffer) -> None:
    event = offer.event
    offer.opens_with_issue = NewsletterIssue(year=2023, month=1)
    offer.questions.append(OfferQuestion(kind=QuestionKind.TEXT, label="Woher?"))
    event.series.project = Project(slug="ozg", title="OZG")
    event.venue, event.access = Venue(name="Rathaus"), Access(link="https://termine.example/raum")
    event.room = Room(name="1", venue=event.venue)
    session.commit()

    with Session(db.engine) as elsewhere:
        found = event_of_slug(elsewhere, event.slug)
        kept = {type(row) for row in elsewhere}

    assert found
    tables = (Access, Event, NewsletterIssue, OfferQuestion, Project, RegistrationOffer, Room, Series, Venue)
    assert kept == set(tables)
    assert kept <= set(PUBLIC)


class LostError(Exception):
    """Stands for a connection that is lost before the commit."""


def test_the_end_of_a_savepoint_is_not_that_of_the_change(session: Session, offer: RegistrationOffer) -> None:
    before = current_revision(session)
    with transaction() as writing:
        writing.get_one(RegistrationOffer, offer.id).seats_online = 7
        with writing.begin_nested():
            pass
        assert current_revision(writing) == before  # its row would be locked before those of offers
        change = auditing.change_id(writing)
        with suppress(LostError), writing.begin_nested():
            raise LostError
        assert auditing.change_id(writing) == change

    session.rollback()
    assert current_revision(session) == before + 1


def test_what_was_rolled_back_behind_a_savepoint_is_kept_by_nobody(session: Session, offer: RegistrationOffer) -> None:
    with suppress(LostError), transaction() as writing:
        writing.get_one(RegistrationOffer, offer.id).seats_online = 99
        with writing.begin_nested():
            writing.flush()
        assert lock_offer(writing, offer.id).seats_online == 99
        raise LostError
    with transaction() as writing:
        writing.get_one(Event, offer.event_id).topic = "Anderes Thema"

    with transaction() as writing:
        event = event_of_offer(writing, offer.id, anew=True)
        assert event
        assert event.offer
        assert event.offer.seats_online != 99
