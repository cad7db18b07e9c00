"""What editors type about a programme: how it stands, one item, or a whole table."""

from collections.abc import Mapping
from typing import Self

from wtforms import Form, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from ozgtermine.forms.checks import Needed, at_most, is_readable, stripped
from ozgtermine.forms.fields import ClockTime, GermanDate, WholeNumber, between, choices
from ozgtermine.models import ItemKind, Programme, ProgrammeItem, ProgrammeState
from ozgtermine.operations.planning_programmes import ItemDetails
from ozgtermine.rendering.programmes import day_choices
from ozgtermine.rendering.words import ITEM_KINDS, PROGRAMME_STATES
from ozgtermine.rules.programme import LONGEST_DESCRIPTION, LONGEST_SPEAKERS, one_a_line
from ozgtermine.rules.schedule import When
from ozgtermine.wording import N_

LONGEST_LINE = 200
LONGEST_NOTE = 2_000
LONGEST_TABLE = 100_000
CHOOSE = Needed(N_("Wählen Sie eine Möglichkeit aus"))


class StandingForm(Form):
    """Whether the programme is for everybody to see, and how certain it is."""

    state = RadioField(
        N_("Wie steht das Programm?"),
        choices=choices(PROGRAMME_STATES), default=ProgrammeState.DRAFT.value,
        validators=[CHOOSE],
    )  # fmt: skip
    as_of = GermanDate(
        N_("Stand"), description=N_("Leer lassen: der Tag der letzten Änderung."), validators=[Optional()]
    )
    note = TextAreaField(
        N_("Hinweis"),
        description=N_("Steht über dem Programm, zum Beispiel „Änderungen sind möglich.“"),
        filters=[stripped],
        validators=[at_most(LONGEST_NOTE), is_readable(several_lines=True)],
    )

    @classmethod
    def of(cls, data: Mapping[str, str] | None, programme: Programme | None) -> Self:
        """Return the form filled with `data`, or with how the programme stands."""
        values = {} if programme is None else {
            "state": programme.state.value, "as_of": programme.as_of, "note": programme.note,
        }  # fmt: skip
        return cls(data, data=values)


class ItemForm(Form):
    """One item; what is typed in every line of a programme comes first."""

    day = SelectField(N_("Tag"), coerce=str, validators=[CHOOSE])
    start_time = ClockTime(N_("Beginn"), validators=[Optional()])
    end_time = ClockTime(N_("Ende"), validators=[Optional()])
    kind = SelectField(N_("Art"), choices=choices(ITEM_KINDS), default=ItemKind.TALK.value, validators=[CHOOSE])
    title = StringField(
        N_("Titel"),
        filters=[stripped],
        validators=[Needed(N_("Geben Sie den Titel ein")), at_most(LONGEST_LINE), is_readable()],
    )
    speakers = TextAreaField(
        N_("Mitwirkende"),
        description=N_("Je Zeile eine Person: Name, Funktion. Ohne Namen genügt die Funktion."),
        filters=[stripped],
        validators=[at_most(LONGEST_SPEAKERS), is_readable(several_lines=True)],
    )
    room = StringField(
        N_("Raum"),
        description=N_("Einer des Hauses oder ein anderer."),
        filters=[stripped],
        validators=[at_most(LONGEST_LINE), is_readable()],
    )
    track = StringField(
        N_("Strang"),
        description=N_("Nur wenn mehreres gleichzeitig läuft."),
        filters=[stripped],
        validators=[at_most(LONGEST_LINE), is_readable()],
    )
    description = TextAreaField(
        N_("Beschreibung"),
        filters=[stripped],
        validators=[at_most(LONGEST_DESCRIPTION), is_readable(several_lines=True)],
    )
    position = WholeNumber(
        N_("Reihenfolge bei gleicher Uhrzeit"),
        description=N_("Die kleinere Zahl steht zuerst. Leer lassen: am Ende."),
        validators=[Optional(), between(0, 9999, N_("Geben Sie eine Zahl von 0 an ein."))],
    )

    @classmethod
    def of(cls, event: When, data: Mapping[str, str] | None, values: Mapping[str, object]) -> Self:
        """Return the form with the days of the event to choose from, filled with `data`, else with `values`."""
        form = cls(data, data=dict(values))
        form.day.choices = [SelectChoice(str(number), text) for number, text in day_choices(event)]
        return form

    def details(self) -> ItemDetails:
        """Return what was typed, after `validate` has held."""
        return ItemDetails(
            day=int(self.day.data),
            start_time=self.start_time.data,
            end_time=self.end_time.data,
            kind=ItemKind(self.kind.data),
            title=self.title.data,
            description=self.description.data,
            speakers=one_a_line(self.speakers.data),
            room=self.room.data,
            track=self.track.data,
            position=self.position.data,
        )


def item_values(item: ProgrammeItem) -> dict[str, object]:
    """Return an item as the fields of its form."""
    return {
        "day": str(item.day),
        "start_time": item.start_time,
        "end_time": item.end_time,
        "kind": item.kind.value,
        "title": item.title,
        "speakers": item.speakers,
        "room": item.place,
        "track": item.track,
        "description": item.description,
        "position": item.position,
    }


def next_values(before: ProgrammeItem) -> dict[str, object]:
    """Return what an item begins with that is typed after another: it follows on it, at the same place."""
    return {"day": str(before.day), "start_time": before.end_time, "room": before.place, "track": before.track}


def _without_blank_ends(text: str | None) -> str:
    """Return the table without blank lines around it; a tab at its beginning is an empty cell."""
    return (text or "").strip(" \r\n")


class TableForm(Form):
    """A table to paste."""

    table = TextAreaField(
        N_("Tabelle"),
        description=N_(
            "Je Zeile ein Programmpunkt, die Spalten durch Tabulator oder Semikolon getrennt: "
            "Tag; von; bis; Art; Titel; Mitwirkende; Raum; Strang"
        ),
        filters=[_without_blank_ends],
        validators=[
            Needed(N_("Fügen Sie die Tabelle ein")), at_most(LONGEST_TABLE), is_readable(several_lines=True)
        ],
    )  # fmt: skip
