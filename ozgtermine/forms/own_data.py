"""Whose data one wants to see."""

from wtforms import Form

from ozgtermine.forms.checks import Needed, at_most, is_address, is_readable, stripped
from ozgtermine.forms.fields import AddressField
from ozgtermine.wording import N_


class AddressForm(Form):
    email = AddressField(
        N_("E-Mail-Adresse"),
        description=N_("Die Adresse, mit der Sie sich angemeldet haben. Dorthin schicken wir einen Link."),
        filters=[stripped],
        validators=[Needed(N_("Geben Sie Ihre E-Mail-Adresse ein")), at_most(200), is_readable(), is_address],
        render_kw={"autocomplete": "email"},
    )
