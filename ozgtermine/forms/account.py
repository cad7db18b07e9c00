"""Signing in, and choosing a password."""

from wtforms import Form, PasswordField, StringField

from ozgtermine.forms.checks import Needed, at_most, is_address, is_readable, stripped
from ozgtermine.wording import N_

LONGEST_WORD = 200
NEW_PASSWORD_HINT = N_("Mindestens 12 Zeichen, zum Beispiel mehrere Wörter.")


class SignInForm(Form):
    email = StringField(
        N_("E-Mail-Adresse"),
        filters=[stripped],
        validators=[Needed(N_("Geben Sie Ihre E-Mail-Adresse ein")), at_most(LONGEST_WORD)],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(
        N_("Passwort"),
        validators=[Needed(N_("Geben Sie Ihr Passwort ein")), at_most(LONGEST_WORD)],
        render_kw={"autocomplete": "current-password"},
    )


class InvitedForm(Form):
    """What an invited person fills in: the address is known already."""

    name = StringField(
        N_("Ihr Name"),
        filters=[stripped],
        validators=[Needed(N_("Geben Sie Ihren Namen ein")), at_most(LONGEST_WORD), is_readable()],
        render_kw={"autocomplete": "name"},
    )
    password = PasswordField(
        N_("Passwort"),
        description=NEW_PASSWORD_HINT,
        validators=[Needed(N_("Wählen Sie ein Passwort")), at_most(LONGEST_WORD)],
        render_kw={"autocomplete": "new-password"},
    )


class FirstAdministratorForm(InvitedForm):
    email = StringField(
        N_("E-Mail-Adresse"),
        description=N_("Damit melden Sie sich später an."),
        filters=[stripped],
        validators=[Needed(N_("Geben Sie Ihre E-Mail-Adresse ein")), at_most(LONGEST_WORD), is_address],
        render_kw={"autocomplete": "username"},
    )


class PasswordForm(Form):
    old_password = PasswordField(
        N_("Bisheriges Passwort"),
        validators=[Needed(N_("Geben Sie Ihr bisheriges Passwort ein")), at_most(LONGEST_WORD)],
        render_kw={"autocomplete": "current-password"},
    )
    password = PasswordField(
        N_("Neues Passwort"),
        description=NEW_PASSWORD_HINT,
        validators=[Needed(N_("Wählen Sie ein neues Passwort")), at_most(LONGEST_WORD)],
        render_kw={"autocomplete": "new-password"},
    )
