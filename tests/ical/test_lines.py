"""Content lines by the letter of RFC 5545."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ozgtermine.ical.lines import folded, line, parameter, text


def test_text_is_escaped_and_control_characters_go() -> None:
    assert text("SUMMARY", "a\\b;c,d\r\ne\x00\x07f\tg") == b"SUMMARY:a\\\\b\\;c\\,d\\nef\tg\r\n"


def test_a_line_break_cannot_smuggle_in_a_property() -> None:
    assert line("URL", "https://a.example\r\nATTENDEE:x") == b"URL:https://a.exampleATTENDEE:x\r\n"


def test_a_quote_in_a_parameter_becomes_an_apostrophe() -> None:
    assert parameter('Erika "E" Beispiel\n') == "\"Erika 'E' Beispiel \""


@pytest.mark.parametrize("length", [73, 74, 75, 76, 77, 149, 150])
def test_no_line_is_longer_than_75_octets(length: int) -> None:
    assert max(map(len, folded(b"x" * length).split(b"\r\n"))) <= 75


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_folding_never_breaks_a_character_and_is_undone_by_unfolding(value: str) -> None:
    lines = folded(value.encode()).removesuffix(b"\r\n").split(b"\r\n ")
    assert "".join(each.decode() for each in lines) == value
