"""The state machine as a table, and seats on plain numbers."""

from pathlib import Path

import pytest

from ozgtermine.rules.registering import (
    ENDED,
    LIVE,
    TRANSITIONS,
    Mode,
    Seats,
    State,
    Step,
    diagram,
    may_become,
    may_happen,
)

PAGE = Path(__file__).parents[2] / "docs" / "registration.md"


def test_the_page_shows_the_diagram_that_the_rules_make() -> None:
    assert f"```mermaid\n{diagram()}\n```" in PAGE.read_text("utf-8")


def test_every_state_can_be_reached_and_every_live_one_be_left() -> None:
    reached = set().union(*TRANSITIONS.values()) | {State.UNCONFIRMED, State.INVITED}
    assert reached == set(State)
    assert all(any(source is state for source, _step in TRANSITIONS) for state in LIVE)


def test_what_has_ended_comes_back_only_by_taking_a_decision_back() -> None:
    assert {step for (source, step) in TRANSITIONS if source in ENDED} == {Step.TAKE_BACK}
    assert not any(may_happen(State.LAPSED, step) for step in Step)
    assert not any(may_happen(State.WITHDRAWN, step) for step in Step)


def test_a_request_holds_no_seat_until_it_is_approved() -> None:
    assert not may_become(State.REQUESTED, Step.PROMOTE, State.CONFIRMED)
    assert may_become(State.REQUESTED, Step.APPROVE, State.CONFIRMED)


@pytest.mark.parametrize(
    ("mode", "sector", "free"),
    [
        (Mode.ON_SITE, None, True),
        (Mode.ON_SITE, "municipal", False),
        (Mode.ON_SITE, "state", True),
        (Mode.ONLINE, None, False),
    ],
)
def test_a_seat_must_be_free_in_the_pool_and_in_the_quota(mode: Mode, sector: str | None, *, free: bool) -> None:
    seats = Seats(left={Mode.ON_SITE: 2, Mode.ONLINE: 0}, quota_left={"municipal": 0, "state": 1})
    assert seats.has_one_for(mode, sector) is free


def test_seats_keep_in_step_with_what_is_given_and_freed() -> None:
    seats = Seats(left={Mode.ON_SITE: 1, Mode.ONLINE: None}, quota_left={"state": 1})
    seats.take(Mode.ON_SITE, "state")
    assert (seats.free_modes, seats.exhausted_sectors) == ([Mode.ONLINE], ["state"])
    seats.free(Mode.ON_SITE, "state")
    assert (seats.free_modes, seats.exhausted_sectors) == ([Mode.ON_SITE, Mode.ONLINE], [])
