from datetime import date

import pytest

from ozgtermine.rules.cadence import Cadence, Group, Meeting, Plan, plan, plenary_due_on

WEEK_3, WEEK_4 = date(2023, 1, 17), date(2023, 1, 24)
TWO = [Group(key="a", kick_off_on=WEEK_3), Group(key="b", kick_off_on=WEEK_4)]


@pytest.mark.parametrize(
    ("cadence", "plenaries"),
    [
        (
            Cadence.CONTINUE,
            [date(2023, 3, 2), date(2023, 4, 20), date(2023, 6, 8), date(2023, 7, 27), date(2023, 9, 14)],
        ),
        (
            Cadence.RESTART,
            [date(2023, 3, 2), date(2023, 4, 27), date(2023, 6, 22), date(2023, 8, 17), date(2023, 10, 12)],
        ),
    ],
)
def test_golden_case_of_2023(cadence: Cadence, plenaries: list[date]) -> None:
    assert plan(TWO, until=date(2023, 10, 31), cadence=cadence).plenaries[:5] == plenaries


def weeks(group: str, planned: Plan) -> list[int]:
    return [meeting.held_on.isocalendar().week for meeting in planned.meetings if meeting.group == group]


def test_the_week_of_a_plenary_is_free_and_the_rhythm_goes_on() -> None:
    planned = plan(TWO, until=date(2023, 4, 30))
    assert (weeks("a", planned), weeks("b", planned)) == ([3, 5, 7, 11, 13, 15, 17], [4, 6, 8, 10, 12, 14])


def test_a_restart_begins_two_weeks_after_the_plenary_with_the_kick_off_s_offset() -> None:
    planned = plan(TWO, until=date(2023, 4, 30), cadence=Cadence.RESTART)
    assert (weeks("a", planned), weeks("b", planned)) == ([3, 5, 7, 11, 13, 15], [4, 6, 8, 12, 14, 16])


def test_a_group_ahead_goes_on_while_another_lags() -> None:
    slow = [Group(key="fast", kick_off_on=WEEK_3), Group(key="slow", kick_off_on=WEEK_3, interval_weeks=4)]
    planned = plan(slow, until=date(2023, 3, 26))
    assert (weeks("fast", planned), weeks("slow", planned), planned.plenaries) == (
        [3, 5, 7, 9, 11],
        [3, 7, 11],
        [date(2023, 3, 23)],
    )


def test_a_meeting_on_a_day_off_moves_within_its_week_and_a_whole_week_off_drops_it() -> None:
    easter_monday = date(2023, 4, 10)
    group = Group(key="a", kick_off_on=date(2023, 3, 27))
    moved = plan([group], until=date(2023, 4, 14), days_off={easter_monday}).meetings
    dropped = plan(
        [group], until=date(2023, 4, 14), days_off={date(2023, 4, day) for day in range(10, 15)}
    ).meetings
    first = Meeting(group="a", held_on=date(2023, 3, 27), rhythm_on=date(2023, 3, 27))
    assert moved == [first, Meeting(group="a", held_on=date(2023, 4, 11), rhythm_on=easter_monday)]
    assert dropped == [first]


def test_a_plenary_is_not_due_before_every_group_has_met_three_times() -> None:
    days = {
        "a": [date(2023, 1, 17), date(2023, 1, 31), date(2023, 2, 14)],
        "b": [date(2023, 1, 24), date(2023, 2, 7)],
    }
    assert plenary_due_on(days, weekday=3) is None
    assert plenary_due_on({"a": days["a"]}, weekday=3) == date(2023, 2, 23)


def test_a_plenary_avoids_a_day_off() -> None:
    days = {"a": [date(2023, 4, 11), date(2023, 4, 25), date(2023, 5, 9)]}
    ascension = date(2023, 5, 18)
    assert plenary_due_on(days, weekday=3, days_off={ascension}) == date(2023, 5, 25)


def test_the_rhythm_crosses_week_53() -> None:
    planned = plan([Group(key="a", kick_off_on=date(2026, 12, 15))], until=date(2027, 1, 31))
    assert weeks("a", planned) == [51, 53, 2, 4]


def test_no_group_no_plan() -> None:
    assert plan([], until=date(2023, 12, 31)).plenaries == []
