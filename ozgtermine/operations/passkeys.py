"""Passkeys (WebAuthn level 3): a key pair on a device, unlocked there by finger, face or PIN.

A passkey is bound to the site's host name, so that a page that only looks like ours gets nothing of use. Importing the
library costs a third of a second: it is loaded by who needs it.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine.errors import InvalidValueError
from ozgtermine.models import Account, Passkey
from ozgtermine.wording import N_

NOT_TAKEN = N_("Dieser Passkey wurde nicht angenommen. Versuchen Sie es bitte noch einmal.")


@dataclass(frozen=True, kw_only=True)
class Site:
    """What a passkey is bound to: the host name and the origin of our pages."""

    host: str
    origin: str
    name: str


def registration_options(site: Site, account: Account) -> tuple[str, str]:
    """Return the options for the browser as JSON, and their challenge (Base64URL) to be kept for the answer."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers import bytes_to_base64url
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    made = generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        user_id=str(account.id).encode(),
        user_name=account.email,
        user_display_name=account.name,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each.credential_id) for each in account.passkeys],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )
    return options_to_json(made), bytes_to_base64url(made.challenge)


def register(account: Account, site: Site, credential: str, challenge: str, *, name: str, now: datetime) -> Passkey:
    """Add the passkey that the browser has made to the account; raises InvalidValueError."""
    from webauthn import verify_registration_response
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        verified = verify_registration_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as error:
        raise InvalidValueError(NOT_TAKEN, field="name") from error
    passkey = Passkey(
        name=name,
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        created_at=now,
    )
    account.passkeys.append(passkey)
    return passkey


def authentication_options(site: Site, account: Account | None) -> tuple[str, str]:
    """Return the options for the browser as JSON, and their challenge; without an account any passkey of ours."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers import bytes_to_base64url
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor, UserVerificationRequirement

    known = account.passkeys if account else []
    made = generate_authentication_options(
        rp_id=site.host,
        allow_credentials=[PublicKeyCredentialDescriptor(id=each.credential_id) for each in known],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(made), bytes_to_base64url(made.challenge)


def authenticate(session: Session, site: Site, credential: str, challenge: str, *, now: datetime) -> Account | None:
    """Return the account whose passkey has answered the challenge, None where none has."""
    from webauthn import verify_authentication_response
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        found = _find(session, base64url_to_bytes(json.loads(credential)["id"]))
        if found is None or found.account.disabled_at is not None:
            return None
        verified = verify_authentication_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=found.public_key,
            credential_current_sign_count=found.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return None
    found.sign_count, found.last_used_at = verified.new_sign_count, now
    return found.account


def _find(session: Session, credential_id: bytes) -> Passkey | None:
    same = select(Passkey).where(Passkey.credential_id == credential_id).with_for_update()
    return session.scalars(same).one_or_none()


def remove(account: Account, passkey_id: int) -> None:
    """Take one of the account's passkeys away; one of somebody else is left alone."""
    account.passkeys[:] = [each for each in account.passkeys if each.id != passkey_id]
