"""The formats at their edges: days over New Year, long words, several days."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ozgtermine.embeds.announcement import Announcement
from ozgtermine.embeds.formats import MOST_COLUMNS, house_style, mail_html, plain_text
from ozgtermine.links import Links
from ozgtermine.models import Event, EventStatus, Series, SeriesKind, TopicKind
from ozgtermine.rules.registering import Mode
from ozgtermine.rules.schedule import When, when

LINKS = Links("https://termine.example")


def event(at: When, topic: str = "Thema") -> Event:
    series = Series(slug="s", title="Sitzungen", singular="Sitzung", kind=SeriesKind.WORKING_GROUP)
    made = Event(
        slug="e", series=series, topic=topic, topic_kind=TopicKind.TOPIC, mode=Mode.ONLINE,
        status=EventStatus.CONFIRMED,
    )  # fmt: skip
    made.set_when(at)
    return made


def announcement(*events: Event) -> Announcement:
    return Announcement(
        heading="Nächste Termine", closing="Link zu allem", link="https://termine.example/", events=events,
        as_of=date(2022, 12, 1), mixes_series=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("first", "last", "short", "with_year"),
    [
        (date(2023, 1, 4), None, "04.01.", "04.01.2023"),
        (date(2023, 3, 29), date(2023, 3, 30), "29.–30.03.", "29.–30.03.2023"),
        (date(2023, 3, 31), date(2023, 4, 1), "31.03.–01.04.", "31.03.–01.04.2023"),
        (date(2022, 12, 31), date(2023, 1, 1), "31.12.–01.01.", "31.12.2022–01.01.2023"),
    ],
)
def test_days_are_short_and_carry_the_year_only_if_wanted(
    first: date, last: date | None, short: str, with_year: str
) -> None:
    said = announcement(event(when(starts_on=first, ends_on=last)))
    for wanted, day in ((False, short), (True, with_year)):
        assert house_style(said, with_year=wanted).split("\n\n")[1] == f'{day} "Thema"'


@given(topic=st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" "), max_size=200))
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_plain_text_never_exceeds_its_columns_and_markup_stays_text(topic: str) -> None:
    said = announcement(event(when(starts_on=date(2023, 1, 4)), topic))
    lines = plain_text(said, LINKS).split("\n")
    assert max(len(each) for each in lines if "https://" not in each) <= MOST_COLUMNS
    assert topic.count("<") == mail_html(said, LINKS).count("&lt;")


def test_three_long_dates_still_make_a_small_table() -> None:
    said = announcement(*[event(when(starts_on=date(2023, 1, 4)), "Ä" * 200)] * 3)
    assert len(mail_html(said, LINKS).encode()) < 5_000
