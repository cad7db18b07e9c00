"""What the record is narrowed by; it stands in the address, so that a finding can be sent on."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from wtforms import Form, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from ozgtermine.clock import BERLIN
from ozgtermine.forms.checks import stripped
from ozgtermine.forms.fields import GermanDate, choices
from ozgtermine.forms.newsletter import Preset
from ozgtermine.models import AuditAct
from ozgtermine.queries.audit import Wanted
from ozgtermine.rendering.audit import ACTS, thing_name
from ozgtermine.wording import N_, translate

LONGEST_SEARCH = 200


class AuditFilter(Form):
    """The GET form above the record."""

    von = GermanDate(N_("Von"), validators=[Preset(), Optional()])
    bis = GermanDate(N_("Bis einschließlich"), validators=[Preset(), Optional()])
    wer = SelectField(N_("Wer"), validators=[Preset()], validate_choice=False)
    art = SelectField(N_("Woran"), validators=[Preset()], validate_choice=False)
    was = SelectField(N_("Was"), validators=[Preset()], validate_choice=False)
    q = StringField(N_("Suche im Titel"), filters=[stripped], validators=[Preset()])

    def offer(self, authors: Iterable[str], things: Iterable[str]) -> None:
        """Let one choose among what is there."""
        self.wer.choices = [SelectChoice("", translate(N_("Alle"))), *(_choice(author) for author in authors)]
        named = sorted((thing_name(thing), thing) for thing in things)
        kinds = [SelectChoice(thing, name) for name, thing in named]
        self.art.choices = [SelectChoice("", translate(N_("Alles"))), *kinds]
        self.was.choices = [SelectChoice("", translate(N_("Alles"))), *choices(ACTS)]

    @property
    def wanted(self) -> Wanted:
        """What is looked for, after `validate` has held; a choice that is none of ours narrows nothing."""
        return Wanted(
            since=_midnight(self.von.data),
            until=_midnight(self.bis.data and self.bis.data + timedelta(days=1)),
            author=self.wer.data or "",
            thing=self.art.data or "",
            act=AuditAct(self.was.data) if self.was.data in set(AuditAct) else None,
            title=(self.q.data or "")[:LONGEST_SEARCH],
        )

    @property
    def parameters(self) -> dict[str, str]:
        """What stands in the address of this selection."""
        return {field.name: field.raw_data[0] for field in self if field.raw_data and field.raw_data[0]}


def _choice(author: str) -> SelectChoice:
    return SelectChoice(author, translate(author))


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(0), BERLIN) if day else None
