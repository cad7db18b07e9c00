"""A look-alike of the newsletter, in words of our own."""

from datetime import date

import pytest

from ozgtermine.rules.newsletter import Entry, Issue, UnreadableNewsletterError, read
from ozgtermine.rules.topics import TopicKind

JANUARY = Issue(year=2023, month=1)

LETTER = """\
Guten Tag,

zuletzt sprachen wir am 11. Januar über "Formulare ohne Papier".

Termine unserer nächsten OZG-Sprechstunden:

01.02. "Offene OZG-Sprechstunde"

15.02. "Wer darf was? Rollen im Portal"

01.03. OZG-Leistung "Hundesteuer (An- und Abmeldung)"

Link zu allen Terminen

02.03. "Das hier gehört nicht mehr zur Liste"
"""


def test_the_list_under_the_heading_becomes_entries_with_their_lines() -> None:
    assert read(LETTER.encode(), JANUARY) == [
        Entry(line=7, day=date(2023, 2, 1), topic="Offene OZG-Sprechstunde", kind=TopicKind.OPEN),
        Entry(line=9, day=date(2023, 2, 15), topic="Wer darf was? Rollen im Portal", kind=TopicKind.TOPIC),
        Entry(line=11, day=date(2023, 3, 1), topic="Hundesteuer (An- und Abmeldung)", kind=TopicKind.SERVICE),
    ]


def test_days_before_the_issue_s_month_lie_in_the_next_year() -> None:
    text = 'Termine unserer nächsten OZG-Sprechstunden:\n14.12. "Rückblick"\n11.01. "Ausblick"\n'
    assert [entry.day for entry in read(text.encode(), Issue(year=2022, month=12))] == [
        date(2022, 12, 14),
        date(2023, 1, 11),
    ]


@pytest.mark.parametrize(
    "line",
    [
        '15.02. "Rollen im Portal"',
        "15.02. „Rollen im Portal“",
        "15.2. „Rollen im Portal”",
        "15. 02. »Rollen im Portal«",
        '15.02.2023 "Rollen im Portal"',
        '- 15.02.\xa0"Rollen  im Portal" ',
        '15.02. "Rol\u00adlen im Portal\u200b"',
        '15.02. "**Rollen im Portal**"',
    ],
)
def test_a_line_may_be_typed_in_several_ways(line: str) -> None:
    text = f"Termine unserer nächsten OZG-Sprechstunden:\r\n{line}\r\n"
    assert read(text.encode(), JANUARY) == [
        Entry(line=2, day=date(2023, 2, 15), topic="Rollen im Portal", kind=TopicKind.TOPIC)
    ]


def test_quotes_inside_a_topic_stay() -> None:
    text = 'Termine unserer nächsten OZG-Sprechstunden:\n15.02. "Was heißt „digital“ im Amt?"\n'
    assert read(text.encode(), JANUARY)[0].topic == "Was heißt „digital“ im Amt?"


def test_a_decomposed_umlaut_and_a_byte_order_mark_do_not_hide_the_heading() -> None:
    text = '\ufeffTermine unserer na\u0308chsten OZG-Sprechstunden:\n15.02. "Thema"\n'
    assert [entry.line for entry in read(text.encode(), JANUARY)] == [2]


HEADING = "Termine unserer nächsten OZG-Sprechstunden:\n"
MISSING = "fehlt die Überschrift „Termine unserer nächsten OZG-Sprechstunden:“. Ist das der Newsletter?"
EXPECTED = 'erwartet wird zum Beispiel: 22.02. "Thema"'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "Rezepte\n\nKartoffelsuppe\n",
            f"Bis zur letzten Zeile (Zeile 4) {MISSING}",
        ),
        (
            f'{HEADING}15.02. "Ein\0Nullzeichen"\n',
            f'Zeile 2 ist nicht lesbar: 15.02. "Ein\0Nullzeichen" – {EXPECTED}',
        ),
        (
            "",
            f"Bis zur letzten Zeile (Zeile 1) {MISSING}",
        ),
        (
            f"Vorab\n{HEADING}\nfolgen in Kürze\n",
            'Zeile 2: Auf die Überschrift folgt kein Termin. Erwartet wird zum Beispiel: 22.02. "Thema"',
        ),
        (
            f'{HEADING}15.02. "Erstes"\n22.02. "Zweites\n',
            'Zeile 3 ist nicht lesbar: 22.02. "Zweites – erwartet wird zum Beispiel: 22.02. "Thema"',
        ),
        (
            f"{HEADING}15.02. Ohne Anführung\n",
            'Zeile 2 ist nicht lesbar: 15.02. Ohne Anführung – erwartet wird zum Beispiel: 22.02. "Thema"',
        ),
        (f'{HEADING}30.02. "Kein Tag"\n', "Zeile 2: Den Tag 30.02. gibt es im Jahr 2023 nicht."),
        (f'{HEADING}29.02. "Kein Schaltjahr"\n', "Zeile 2: Den Tag 29.02. gibt es im Jahr 2023 nicht."),
        (f'{HEADING}15.13. "Kein Monat"\n', "Zeile 2: Den Tag 15.13. gibt es im Jahr 2023 nicht."),
        (f'{HEADING}15.02.2031 "Zu spät"\n', "Zeile 2: Das Jahr 2031 passt nicht zur Ausgabe 01/2023."),
        (
            f'{HEADING}15.02. "Eins"\n\n15.02. "Zwei"\n',
            "Zeile 4: Der 15.02.2023 steht schon weiter oben in der Liste.",
        ),
        (
            f'{HEADING}15.02. "{"x" * 201}"\n',
            "Zeile 2: Das Thema ist länger als 200 Zeichen. Kürzen Sie es.",
        ),
    ],
)
def test_a_foreign_or_broken_text_is_refused_with_its_line(text: str, sentence: str) -> None:
    with pytest.raises(UnreadableNewsletterError) as refused:
        read(text.encode(), JANUARY)
    assert str(refused.value) == sentence


def test_bytes_that_are_no_text_are_refused_with_their_line() -> None:
    with pytest.raises(UnreadableNewsletterError) as refused:
        read(b"PK\x03\x04\n\n\xff\xfe\x00", JANUARY)
    assert str(refused.value) == (
        "Zeile 3 ist nicht als Text lesbar. Speichern Sie den Newsletter als Textdatei in UTF-8."
    )
