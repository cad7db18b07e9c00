"""A programme: its items and what calendars learn of them, and how it goes along with its event."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ozgtermine.errors import InvalidValueError, NotFoundError, StaleEditError
from ozgtermine.forms.event import EventForm, event_values
from ozgtermine.models import AuditEntry, Event, ItemKind, Programme, ProgrammeItem, ProgrammeState, Room, Venue
from ozgtermine.operations import planning_programmes as planning
from ozgtermine.operations import scheduling
from ozgtermine.operations.pasting_programmes import take_over
from ozgtermine.operations.planning_programmes import ItemDetails
from ozgtermine.operations.taking_back import take_back
from ozgtermine.rules.permissions import Visibility
from ozgtermine.rules.programme_table import lines
from ozgtermine.rules.registering import Mode
from ozgtermine.rules.schedule import Precision, when
from tests import factories
from tests.factories import NOW
from tests.letterheads import LETTERHEAD

LATER = NOW + timedelta(hours=1)
CONGRESS = when(starts_on=date(2023, 3, 29), ends_on=date(2023, 3, 30))
A_WEEK_LATER = when(starts_on=date(2023, 4, 5), ends_on=date(2023, 4, 6))


@pytest.fixture
def congress(session: Session) -> Event:
    house = Venue(name="Händel-Halle", rooms=[Room(name="Großer Saal")])
    return factories.event(session, at=CONGRESS, mode=Mode.ON_SITE, venue=house)


@pytest.fixture
def programme(congress: Event) -> Programme:
    return factories.programme(congress)


@pytest.fixture
def item(programme: Programme) -> ProgrammeItem:
    return factories.programme_item(programme, day=2)


def details(**values: Any) -> ItemDetails:
    defaults: dict[str, Any] = {
        "day": 1, "start_time": time(10), "end_time": time(10, 30), "kind": ItemKind.TALK, "title": "Titel",
    }  # fmt: skip
    return ItemDetails(**(defaults | values))


def of(item: ProgrammeItem, **values: Any) -> ItemDetails:
    """Return what the item says, with some of it changed."""
    names = ("day", "start_time", "end_time", "kind", "title", "description", "speakers", "track")
    return details(**({name: getattr(item, name) for name in names} | {"room": item.place} | values))


def test_a_programme_begins_as_a_draft_and_is_made_once(session: Session, congress: Event) -> None:
    made = planning.get_programme(session, congress.id, now=NOW, seen_version=0)
    assert (made.state, made.is_shown, made.items) == (ProgrammeState.DRAFT, False, [])
    assert planning.get_programme(session, congress.id, now=LATER) is made
    with pytest.raises(StaleEditError):
        planning.get_programme(session, congress.id, now=LATER, seen_version=0)


def test_an_item_has_a_uid_for_life_and_stands_in_order(session: Session, programme: Programme) -> None:
    for day, start in ((2, time(9)), (1, None), (1, time(14)), (1, time(9)), (1, time(9))):
        title = f"{day} {start} {len(programme.items)}"
        said = details(day=day, start_time=start, end_time=None, title=title)
        planning.add_item(session, programme, said, now=LATER)
    session.expire(programme, ["items"])
    assert [each.title for each in programme.items] == [
        "1 09:00:00 3", "1 09:00:00 4", "1 14:00:00 2", "1 None 1", "2 09:00:00 0",
    ]  # fmt: skip
    assert len({each.uid for each in programme.items}) == 5
    assert (programme.changed_at, programme.items[-1].held_on) == (LATER, date(2023, 3, 30))


def test_the_same_item_typed_twice_is_one(session: Session, programme: Programme) -> None:
    first = planning.add_item(session, programme, details(room="großer saal"), now=NOW)
    assert planning.add_item(session, programme, details(room="Großer Saal"), now=LATER) is first
    assert (first.room.name, first.room_name, first.place) == ("Großer Saal", "", "Großer Saal")
    assert planning.add_item(session, programme, details(track="B", room="Zelt"), now=LATER) is not first
    assert [each.place for each in programme.items] == ["Großer Saal", "Zelt"]


def test_a_programme_does_not_grow_without_end(
    session: Session, programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "MOST_ITEMS", 1)
    planning.add_item(session, programme, details(), now=NOW)
    with pytest.raises(InvalidValueError):
        planning.add_item(session, programme, details(title="Noch einer"), now=NOW)


@pytest.mark.parametrize(
    ("change", "rises"),
    [({"start_time": time(9)}, 1), ({"end_time": None}, 1), ({"day": 1}, 1), ({"room": "Zelt"}, 1),
     ({"room": "Großer Saal"}, 1), ({"title": "Neu"}, 0), ({"kind": ItemKind.PANEL}, 0), ({"speakers": "A, B"}, 0),
     ({"description": "x"}, 0), ({"track": "B"}, 0)],
)  # fmt: skip
def test_the_sequence_rises_with_time_or_room_alone(
    session: Session, item: ProgrammeItem, change: dict[str, Any], rises: int
) -> None:
    planning.edit_item(session, item, of(item, **change), now=LATER)
    assert (item.sequence, item.changed_at, item.programme.changed_at) == (rises, LATER, LATER)


def test_saving_without_a_change_or_another_order_changes_nothing_for_calendars(
    session: Session, item: ProgrammeItem
) -> None:
    before = (item.sequence, item.changed_at, item.programme.changed_at)
    planning.edit_item(session, item, of(item, position=7), now=LATER)
    assert (item.sequence, item.changed_at, item.programme.changed_at) == before
    assert item.position == 7


def test_an_item_of_an_older_version_or_none_is_refused(session: Session, item: ProgrammeItem) -> None:
    seen = item.version
    planning.edit_item(session, item, of(item, title="Jemand war schneller"), now=LATER)
    with pytest.raises(StaleEditError):
        planning.get_item(item.programme, item.id, seen_version=seen)
    with pytest.raises(NotFoundError):
        planning.get_item(item.programme, item.id + 1)


def test_what_calendars_show_as_uncertain_is_announced_with_a_higher_sequence(
    session: Session, item: ProgrammeItem
) -> None:
    programme = item.programme
    planning.announce(programme, state=ProgrammeState.FINAL, as_of=None, note="", now=LATER)
    assert (item.sequence, item.changed_at, programme.stands_at) == (1, LATER, LATER.date())
    planning.announce(programme, state=ProgrammeState.FINAL, as_of=date(2023, 2, 1), note="Neu", now=LATER)
    assert (item.sequence, programme.stands_at, programme.note) == (1, date(2023, 2, 1), "Neu")
    planning.announce(programme, state=ProgrammeState.DRAFT, as_of=None, note="", now=LATER)
    assert item.sequence == 3  # room for the entry that takes it out
    planning.announce(programme, state=ProgrammeState.PROVISIONAL, as_of=None, note="", now=LATER)
    assert item.sequence == 3


def test_the_programme_moves_with_its_event(session: Session, congress: Event, item: ProgrammeItem) -> None:
    scheduling.move(congress, A_WEEK_LATER, reason="", now=LATER)
    assert (item.held_on, item.start_time) == (date(2023, 4, 6), time(10))
    assert (item.sequence, item.changed_at, item.programme.changed_at) == (1, LATER, LATER)


def test_a_draft_whose_form_says_another_day_takes_its_programme_along(
    session: Session, congress: Event, item: ProgrammeItem
) -> None:
    congress.published_at = None
    form = EventForm.of([congress.venue], None, event_values(congress))
    scheduling.edit_event(session, congress, form.details(), A_WEEK_LATER, letterhead=LETTERHEAD, now=LATER)
    assert (item.held_on, item.sequence) == (date(2023, 4, 6), 1)


def test_an_event_is_not_moved_where_its_programme_would_not_fit(
    session: Session, congress: Event, item: ProgrammeItem
) -> None:
    with pytest.raises(InvalidValueError) as refusal:
        scheduling.move(congress, when(starts_on=date(2023, 4, 5)), reason="", now=LATER)
    assert (refusal.value.field, refusal.value.values) == ("ends_on", {"title": item.title})


def test_an_event_is_not_moved_to_where_a_time_does_not_exist(congress: Event, item: ProgrammeItem) -> None:
    item.start_time, item.end_time = time(2, 30), None
    with pytest.raises(InvalidValueError):
        scheduling.move(
            congress, when(starts_on=date(2023, 3, 25), ends_on=date(2023, 3, 26)), reason="", now=LATER
        )


def test_a_move_that_is_taken_back_takes_the_programme_back(
    session: Session, congress: Event, item: ProgrammeItem
) -> None:
    session.commit()
    scheduling.move(congress, A_WEEK_LATER, reason="", now=LATER)
    session.commit()
    [change] = {each.change_id for each in session.scalars(select(AuditEntry)) if "moved_at" in each.changes}
    [entry] = session.scalars(select(AuditEntry).where(AuditEntry.change_id == change))
    take_back(session, change, now=entry.at)
    assert (item.held_on, item.sequence) == (date(2023, 3, 30), 2)


def test_cancelled_elsewhere_online_or_restored_it_is_the_same_with_its_items(
    session: Session, congress: Event, item: ProgrammeItem
) -> None:
    scheduling.cancel(congress, reason="Streik", now=LATER)
    assert (item.sequence, item.changed_at) == (1, LATER)
    scheduling.restore(session, congress, letterhead=LETTERHEAD, now=LATER)
    assert item.sequence == 2
    form = EventForm.of([congress.venue], None, {**event_values(congress), "mode": "online"})
    scheduling.edit_event(session, congress, form.details(), congress.when, letterhead=LETTERHEAD, now=LATER)
    assert item.sequence == 3
    form = EventForm.of([], None, {**event_values(congress), "topic": "Neues Thema"})
    scheduling.edit_event(session, congress, form.details(), congress.when, letterhead=LETTERHEAD, now=LATER)
    assert item.sequence == 3


def test_hidden_with_its_event_it_leaves_room_for_the_entry_that_takes_it_out(
    congress: Event, item: ProgrammeItem
) -> None:
    scheduling.show_to(congress, Visibility.EDITORS, now=NOW)
    assert item.sequence == 2
    scheduling.hide(congress, now=NOW)
    assert item.sequence == 2


def test_a_room_of_another_house_is_not_shown(session: Session, congress: Event, programme: Programme) -> None:
    item = planning.add_item(session, programme, details(room="Großer Saal"), now=NOW)
    session.refresh(item)
    congress.venue = Venue(name="Messe", rooms=[Room(name="Halle 1")])
    session.flush()
    assert item.place == ""


def test_a_copy_has_the_programme_as_a_draft_with_uids_of_its_own_on_its_own_days(
    session: Session, congress: Event, item: ProgrammeItem
) -> None:
    factories.programme_item(item.programme, title="Am ersten Tag", speakers="CIO")
    form = EventForm.of([congress.venue], None, event_values(congress))
    copy = scheduling.create_event(
        session, congress.series, form.details(), when(starts_on=date(2024, 3, 20)), like=congress, now=LATER
    )
    [copied] = copy.programme.items  # the new one has but one day
    assert (copied.title, copied.held_on, copied.speakers) == ("Am ersten Tag", date(2024, 3, 20), "CIO")
    assert copied.uid not in {each.uid for each in item.programme.items}
    assert (copy.programme.state, copy.programme.as_of) == (ProgrammeState.DRAFT, None)
    assert len(item.programme.items) == 2


def test_the_record_knows_an_item_but_not_who_speaks(session: Session, item: ProgrammeItem) -> None:
    planning.edit_item(session, item, of(item, speakers="Erika Muster", title="Neu"), now=LATER)
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (entry.thing, entry.title, entry.event_id) == ("programme_item", "Neu", item.programme.event_id)
    assert entry.changes == {"title": ["Was wir gelernt haben", "Neu"], "speakers": [None, None]}


@pytest.mark.parametrize(
    "wrong", [{"day": 0}, {"end_time": time(9)}, {"start_time": None}, {"title": ""}, {"room_id": 1, "room_name": "x"}]
)
def test_the_database_takes_no_item_that_contradicts_itself(
    session: Session, programme: Programme, wrong: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError):
        factories.programme_item(programme, **wrong)


def outcomes(session: Session, programme: Programme, text: str) -> list[tuple[str, object]]:
    results = take_over(session, programme, lines(text), now=LATER)
    return [(each.outcome.value, each.sentence or each.changes) for each in results]


def test_a_table_is_taken_over_once_and_knows_again_what_it_has_changed(
    session: Session, programme: Programme
) -> None:
    table = "29.03.2023;10:00;11:00;Keynote;Eröffnung;CIO, Land / Vorsitz;Großer Saal\n;11:00;;;Pause\n;14:00;;;Pause"
    assert outcomes(session, programme, table) == [
        ("new", [("Tag", "", "Mi, 29.03.2023"), ("von", "", "10:00"), ("bis", "", "11:00"), ("Art", "", "Keynote"),
                 ("Titel", "", "Eröffnung"), ("Mitwirkende", "", "CIO, Land / Vorsitz"), ("Raum", "", "Großer Saal")]),
        *(("new", [("Tag", "", "Mi, 29.03.2023"), ("von", "", start), ("Art", "", "Vortrag"), ("Titel", "", "Pause")])
          for start in ("11:00", "14:00")),
    ]  # fmt: skip
    assert outcomes(session, programme, table) == [("unchanged", [])] * 3
    assert outcomes(session, programme, table.replace("Großer Saal", "großer  SAAL"))[0] == ("unchanged", [])
    uids = {each.title + str(each.start_time): each.uid for each in programme.items}
    moved = table.replace("10:00;11:00", "10:30;").replace("14:00", "15:00")
    assert outcomes(session, programme, moved) == [
        ("changed", [("von", "10:00", "10:30"), ("bis", "11:00", "–")]), ("unchanged", []),
        ("changed", [("von", "14:00", "15:00")]),
    ]  # fmt: skip
    opening = next(each for each in programme.items if each.title == "Eröffnung")
    assert (opening.uid, opening.sequence, opening.speakers) == (
        uids["Eröffnung10:00:00"], 1, "CIO, Land\nVorsitz",
    )  # fmt: skip


def test_a_table_leaves_descriptions_and_other_items_alone(session: Session, item: ProgrammeItem) -> None:
    item.description = "Worum es geht"
    assert outcomes(session, item.programme, f"2;9:00;9:30;;{item.title.upper()}\n1;8;;;Neues") == [
        ("changed", [("von", "10:00", "09:00"), ("bis", "10:30", "09:30"),
                     ("Titel", "Was wir gelernt haben", "WAS WIR GELERNT HABEN")]),
        ("new", [("Tag", "", "Mi, 29.03.2023"), ("von", "", "08:00"), ("Art", "", "Vortrag"), ("Titel", "", "Neues")]),
    ]  # fmt: skip
    assert (item.description, item.title, len(item.programme.items)) == ("Worum es geht", "WAS WIR GELERNT HABEN", 2)


def test_each_line_that_cannot_be_taken_says_why(session: Session, programme: Programme) -> None:
    table = f"1;10;9;;Zu früh\n7;;;;Kein Tag\n1;;;;\n1;;;Ballett;Was\n1;;;;{'x' * 201}\n1;8;;;Gut\n1;8;;;Gut\n"
    table += f"1;;;;Zu viele;{'x, ' * 400}"
    said = outcomes(session, programme, table)
    assert [outcome for outcome, _why in said] == ["refused"] * 5 + ["new", "refused", "refused"]
    assert [why for outcome, why in said if outcome == "refused"] == [
        "Das Ende muss nach dem Beginn liegen. Prüfen Sie die Uhrzeiten.",
        "Dieser Tag liegt außerhalb des Termins.",
        "Der Titel fehlt.",
        "„Ballett“ in der Spalte „Art“ gibt es nicht. Möglich sind: Keynote, Impuls, Vortrag, Workshop, Podium, Pause.",
        "Kürzen Sie die Angabe „Titel“ auf höchstens 200 Zeichen.",
        "Diese Zeile steht schon weiter oben.",
        "Kürzen Sie die Angabe „Mitwirkende“ auf höchstens 1000 Zeichen.",
    ]


def test_an_empty_or_endless_table_is_refused(session: Session, programme: Programme) -> None:
    for text in ("", "1;;;;Titel\n" * 201):
        with pytest.raises(InvalidValueError) as refusal:
            take_over(session, programme, lines(text), now=LATER)
        assert refusal.value.field == "table"


def test_a_week_instead_of_days_keeps_the_numbers_of_days(congress: Event, item: ProgrammeItem) -> None:
    scheduling.move(congress, when(starts_on=date(2023, 4, 5), precision=Precision.WEEK), reason="", now=LATER)
    assert (item.day, item.sequence) == (2, 1)
