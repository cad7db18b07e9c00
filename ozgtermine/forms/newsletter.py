"""What is announced, in which style; it stands in the address, so that a block can be fetched again."""

from collections.abc import Callable, Sequence
from datetime import date

from wtforms import BooleanField, Field, Form, RadioField, SelectChoice, SelectField, StringField
from wtforms.validators import ValidationError

from ozgtermine.embeds.selection import Selection, read_count, read_day
from ozgtermine.errors import Refusal
from ozgtermine.wording import N_, translate

STYLES = {
    "hausstil.txt": N_("Hausstil des Newsletters"),
    "mail.html": N_("Tabelle für Mails und Word"),
    "text.txt": N_("Nur Text"),
}


def _readable(read: Callable[[str], object]) -> Callable[[Form, Field], None]:
    def check(_form: Form, field: Field) -> None:
        try:
            read(field.data or "")
        except Refusal as refusal:
            raise ValidationError(translate(refusal.sentence, "de", **refusal.values)) from refusal

    return check


class Preset:
    """The field has a usual value, so that it is not called optional."""

    field_flags = {"required": True}  # noqa: RUF012 - WTForms' own way to mark a field

    def __call__(self, _form: Form, _field: Field) -> None:
        """Accept everything: the usual value stands in for a missing one."""


class AnnouncementForm(Form):
    """The GET form above the preview."""

    reihe = SelectField(N_("Termine"), [Preset()], validate_choice=False)
    anzahl = StringField(N_("Anzahl"), [Preset(), _readable(read_count)])
    ab = StringField(
        N_("Ab dem Tag"), [_readable(read_day)], description=N_("Leer heißt: ab heute. Vergangenes erscheint nie.")
    )
    stil = RadioField(
        N_("Stil"),
        [Preset()],
        choices=[SelectChoice(name, translate(label)) for name, label in STYLES.items()],
        validate_choice=False,
    )
    jahr = BooleanField(N_("Tage mit Jahr"), description=N_("Nur im Hausstil; die anderen nennen es immer."))

    def offer(self, names: Sequence[tuple[str, str]]) -> None:
        """Let one choose among series and kinds, given by slug and label."""
        self.reihe.choices = [SelectChoice(name, label) for name, label in names]

    @property
    def selection(self) -> Selection:
        """What was chosen; only of a form that validated."""
        return Selection(
            count=read_count(self.anzahl.data or ""),
            from_day=read_day(self.ab.data or ""),
            with_year=bool(self.jahr.data),
        )

    @property
    def style(self) -> str:
        return self.stil.data if self.stil.data in STYLES else next(iter(STYLES))

    @property
    def parameters(self) -> dict[str, str]:
        """Return what stands in the address of the block."""
        chosen = self.selection
        day: date | None = chosen.from_day
        return {
            "anzahl": str(chosen.count),
            **({"ab": day.isoformat()} if day else {}),
            **({"jahr": "1"} if chosen.with_year else {}),
        }
