"""Calendars of others: a file to take over, and an address to follow."""

from wtforms import FileField, Form, RadioField, StringField

from ozgtermine.forms.checks import Needed, at_most, stripped
from ozgtermine.forms.fields import choices
from ozgtermine.wording import N_

LONGEST_ADDRESS = 1_000
DRAFTS, PUBLISHED = "drafts", "published"
CHOOSE = Needed(N_("Wählen Sie eine Möglichkeit aus"))
NEW_EVENTS = {DRAFTS: N_("Als Entwürfe anlegen"), PUBLISHED: N_("Gleich veröffentlichen")}


class CalendarFileForm(Form):
    file = FileField(
        N_("Kalenderdatei (.ics)"),
        description=N_(
            "Aus Outlook, Google, Nextcloud oder einem anderen Programm, bis 5 MB. "
            "Vor dem Übernehmen sehen Sie, was sich ändert."
        ),
        validators=[Needed(N_("Wählen Sie eine Datei aus"))],
    )


class TakeOverForm(Form):
    """Asked only where there is something new."""

    new_events = RadioField(N_("Neue Termine"), choices=choices(NEW_EVENTS), default=DRAFTS, validators=[CHOOSE])


class MirrorForm(Form):
    address = StringField(
        N_("Adresse des Kalenders"),
        description=N_("Beginnt mit https:// und endet meist auf .ics. Leer: Die Reihe folgt keinem Kalender mehr."),
        filters=[stripped],
        validators=[at_most(LONGEST_ADDRESS)],
    )
