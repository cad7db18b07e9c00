"""A form that arrives after the session has ended: what was typed travels through the sign-in page and back."""

from collections.abc import Mapping

from flask import Response, request

from ozgtermine.forms.account import AddressForm, SignInForm
from ozgtermine.views.answers import page

PREFIX = "kept-"


def kept_fields() -> Mapping[str, list[str]]:
    """Return the typed fields that the sign-in form carries along, by their own names."""
    return {name.removeprefix(PREFIX): values for name, values in request.form.lists() if name.startswith(PREFIX)}


def ask_to_sign_in_again() -> Response:
    """Answer a write without a session: the sign-in page, which holds all that was typed. Files must be chosen anew."""
    kept = {name: values for name, values in request.form.lists() if not name.endswith("password")}
    target, link_form = request.full_path.rstrip("?"), AddressForm(prefix="link-")
    return page("accounts/sign_in.html", 401, form=SignInForm(), link_form=link_form, kept=kept, target=target)
