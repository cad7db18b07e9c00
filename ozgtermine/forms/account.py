"""Signing in, choosing a password, showing a second factor, and inviting."""

from wtforms import Form, PasswordField, SelectField, StringField

from ozgtermine.forms.checks import Needed, at_most, is_address, is_readable, stripped
from ozgtermine.forms.fields import choices, mail_language
from ozgtermine.models import AccountRole
from ozgtermine.rendering.words import ACCOUNT_ROLES
from ozgtermine.wording import N_

LONGEST_WORD = 200
NEW_PASSWORD_HINT = N_("Mindestens 12 Zeichen, am besten mehrere Wörter, die nichts miteinander zu tun haben.")


class AddressForm(Form):
    """An address that a link is mailed to."""

    email = StringField(
        N_("E-Mail-Adresse"),
        filters=[stripped],
        validators=[Needed(N_("Geben Sie Ihre E-Mail-Adresse ein")), at_most(LONGEST_WORD), is_address],
        render_kw={"autocomplete": "email"},
    )


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


class CodeForm(Form):
    code = StringField(
        N_("Code"),
        description=N_("Sechs Ziffern aus Ihrer Authenticator-App, oder ein Wiederherstellungscode."),
        filters=[stripped],
        validators=[Needed(N_("Geben Sie den Code ein")), at_most(LONGEST_WORD)],
        render_kw={"autocomplete": "one-time-code"},
    )


class NewPasswordForm(Form):
    password = PasswordField(
        N_("Neues Passwort"),
        description=NEW_PASSWORD_HINT,
        validators=[Needed(N_("Wählen Sie ein neues Passwort")), at_most(LONGEST_WORD)],
        render_kw={"autocomplete": "new-password"},
    )


class PasswordForm(NewPasswordForm):
    old_password = PasswordField(
        N_("Bisheriges Passwort"),
        validators=[Needed(N_("Geben Sie Ihr bisheriges Passwort ein")), at_most(LONGEST_WORD)],
        render_kw={"autocomplete": "current-password"},
    )


class ProofForm(Form):
    """That it is still the same person."""

    password = PasswordField(
        N_("Ihr Passwort"),
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


class PasskeyNameForm(Form):
    name = StringField(
        N_("Name des Passkeys"),
        description=N_("Zum Beispiel „Dienst-Laptop“, damit Sie ihn wiedererkennen."),
        filters=[stripped],
        validators=[Needed(N_("Geben Sie dem Passkey einen Namen")), at_most(LONGEST_WORD), is_readable()],
    )


class InvitationForm(Form):
    """Somebody of the editors, invited by an administrator."""

    name = StringField(
        N_("Name"),
        filters=[stripped],
        validators=[Needed(N_("Geben Sie den Namen ein")), at_most(LONGEST_WORD), is_readable()],
    )
    email = StringField(
        N_("E-Mail-Adresse"),
        filters=[stripped],
        validators=[Needed(N_("Geben Sie die E-Mail-Adresse ein")), at_most(LONGEST_WORD), is_address],
    )
    role = SelectField(N_("Rolle"), choices=choices(ACCOUNT_ROLES), default=AccountRole.EDITOR.value)
    language = mail_language()


class LanguageForm(Form):
    language = mail_language()


class RoleForm(Form):
    role = SelectField(N_("Rolle"), choices=choices(ACCOUNT_ROLES))
