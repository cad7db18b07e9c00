"""A programme's days and times, its speakers, and a table of it."""

from datetime import date, time

import pytest

from ozgtermine.errors import InvalidValueError
from ozgtermine.rules.programme import (
    MOST_VAGUE_DAYS,
    ItemKind,
    Speaker,
    day_of,
    item_when,
    number_of_days,
    one_a_line,
    speakers_in,
)
from ozgtermine.rules.programme_table import Column, day_number, kind_in, lines, speakers_lines, times_in
from ozgtermine.rules.schedule import Precision, When, when

CONGRESS = when(starts_on=date(2023, 3, 29), ends_on=date(2023, 3, 30))
HOUR = when(starts_on=date(2023, 2, 22), start_time=time(10))
AROUND_SPRING = when(starts_on=date(2023, 3, 25), ends_on=date(2023, 3, 26))
AROUND_AUTUMN = when(starts_on=date(2023, 10, 28), ends_on=date(2023, 10, 29))
WORDS = {"keynote": "Keynote", "talk": "Vortrag", "panel": "Podium", "break": "Pause"}


def refused(field: str | None, event: When, *arguments: object) -> bool:
    with pytest.raises(InvalidValueError) as refusal:
        item_when(event, *arguments)  # type: ignore[arg-type]  # a day and two times
    return refusal.value.field == field


def test_an_item_is_on_a_day_of_its_event_and_keeps_what_is_unknown_unknown() -> None:
    known = item_when(CONGRESS, 2, time(9), time(9, 30))
    assert (known.starts_on, known.start_time, known.end_time) == (date(2023, 3, 30), time(9), time(9, 30))
    assert item_when(CONGRESS, 1, time(9), None).end_time is None
    assert item_when(CONGRESS, 1, None, None).precision is Precision.DAY
    assert (number_of_days(CONGRESS), number_of_days(HOUR), day_of(CONGRESS, 1)) == (2, 1, date(2023, 3, 29))


@pytest.mark.parametrize("day", [0, -1, 3])
def test_no_item_lies_outside_of_its_event(day: int) -> None:
    assert refused("day", CONGRESS, day, time(9), None)


def test_an_end_comes_after_a_start() -> None:
    assert refused("end_time", CONGRESS, 1, time(9), time(9))
    assert refused("end_time", CONGRESS, 1, time(9), time(8, 59))
    assert refused("start_time", CONGRESS, 1, None, time(9))


def test_a_time_that_the_clock_change_skips_or_doubles_is_refused_on_its_day_alone() -> None:
    assert refused("start_time", AROUND_SPRING, 2, time(2, 30), None)
    assert refused("end_time", AROUND_AUTUMN, 2, time(1), time(2, 30))
    assert item_when(AROUND_SPRING, 1, time(2, 30), None).start_time == time(2, 30)


def test_while_its_day_is_not_known_an_event_has_the_days_of_a_week() -> None:
    month = when(starts_on=date(2023, 3, 1), precision=Precision.MONTH)
    assert number_of_days(month) == MOST_VAGUE_DAYS
    assert refused("day", month, MOST_VAGUE_DAYS + 1, None, None)


def test_speakers_are_names_with_roles_or_functions_alone() -> None:
    text = " Erika Muster ,  Leitung, MID \r\n\r\nCIO des Landes\n , \n"
    assert speakers_in(text) == [Speaker("Erika Muster", "Leitung, MID"), Speaker("CIO des Landes")]
    assert one_a_line(text) == "Erika Muster, Leitung, MID\nCIO des Landes"


def cells(text: str) -> list[tuple[int, list[str]]]:
    return [(line.number, list(line.cells.values())) for line in lines(text)]


def test_a_table_comes_by_tabs_or_semicolons_and_its_lines_keep_their_numbers() -> None:
    assert cells("1;10:00; 11:00 ;Keynote;Titel\r\n\r\n;;;;Zwei;A / B;Saal;X;zu viel") == [
        (1, ["1", "10:00", "11:00", "Keynote", "Titel"]), (3, ["", "", "", "", "Zwei", "A / B", "Saal", "X"])
    ]  # fmt: skip
    assert cells("\t10:00\t\t\tEin Titel; mit Semikolon") == [(1, ["", "10:00", "", "", "Ein Titel; mit Semikolon"])]
    assert cells(" \n;;\n") == []


def test_quotation_marks_hold_a_cell_together_or_are_part_of_the_words() -> None:
    assert cells('1;;;;"Ein ""Titel"";\nin zwei Zeilen";A\n2;;;;B') == [
        (1, ["1", "", "", "", 'Ein "Titel";\nin zwei Zeilen', "A"]), (3, ["2", "", "", "", "B"])
    ]  # fmt: skip
    assert cells('1;;;;"Mensch macht\'s" – Podium;A') == [(1, ["1", "", "", "", '"Mensch macht\'s" – Podium', "A"])]
    assert cells('1;;;;"offen\n2;;;;B') == [(1, ["1", "", "", "", '"offen']), (2, ["2", "", "", "", "B"])]


def test_a_first_line_that_names_the_titles_column_names_them_all() -> None:
    [line] = lines("Titel\tUhrzeit\tBemerkung\tSprecher:\nEröffnung\t10:00\tintern\tCIO")
    assert dict(line.cells) == {Column.TITLE: "Eröffnung", Column.FROM: "10:00", Column.SPEAKERS: "CIO"}
    assert line.number == 2


@pytest.mark.parametrize(
    "text", ["30.03.2023", "30.3.23", "30.03.", "Do, 30.03.2023", "Donnerstag, 30.03.", "2023-03-30", "2", "2. Tag",
             "Tag 2", "30. 3. 2023"]
)  # fmt: skip
def test_a_day_is_understood_as_people_write_it(text: str) -> None:
    assert day_number(text, CONGRESS, above=None) == 2


def test_an_empty_day_is_that_of_the_line_above_or_the_only_one() -> None:
    assert (day_number("", CONGRESS, above=2), day_number("", HOUR, above=None)) == (2, 1)


@pytest.mark.parametrize("text", ["", "31.03.2023", "30.03.2022", "32.13.2023", "morgen", "2023-03-31"])
def test_another_day_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError):
        day_number(text, CONGRESS, above=None)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [("10:00", "11:30", (time(10), time(11, 30))), ("9.15", "", (time(9, 15), None)), ("9", "10", (time(9), time(10))),
     ("09:00:00", "10 Uhr", (time(9), time(10))), ("-", "?", (None, None)), ("10:00–11:00", "", (time(10), time(11))),
     ("9 bis 10.30 Uhr", "", (time(9), time(10, 30)))],
)  # fmt: skip
def test_times_are_understood_as_people_write_them(
    first: str, last: str, expected: tuple[time | None, time | None]
) -> None:
    assert times_in(first, last) == expected


@pytest.mark.parametrize(
    ("first", "last"), [("25:00", ""), ("10:61", ""), ("früh", ""), ("10:00", "spät"), ("24:00", "")]
)
def test_what_is_no_time_is_refused_with_its_column(first: str, last: str) -> None:
    with pytest.raises(InvalidValueError) as refusal:
        times_in(first, last)
    assert refusal.value.values == {"text": last or first, "column": "bis" if last else "von"}


def test_kinds_are_words_of_the_house_or_common_ones() -> None:
    said = [kind_in(text, WORDS) for text in ("keynote", "PODIUM", "Podiumsdiskussion", "Mittagspause", "")]
    assert said == [ItemKind.KEYNOTE, ItemKind.PANEL, ItemKind.PANEL, ItemKind.BREAK, ItemKind.TALK]
    with pytest.raises(InvalidValueError) as refusal:
        kind_in("Ballett", WORDS)
    assert refusal.value.values["words"] == "Keynote, Vortrag, Podium, Pause"


def test_people_of_a_cell_are_divided_without_dividing_halle_saale() -> None:
    assert speakers_lines("A, Stadt Halle/Saale / B | C\nD") == "A, Stadt Halle/Saale\nB\nC\nD"
