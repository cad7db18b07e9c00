"""The second factor: codes of an authenticator (TOTP, RFC 6238) and recovery codes.

The authenticator's secret is encrypted with a key made of the secret key, so that a copy of the database alone is
worth nothing. A code counts once: its time step is kept (RFC 6238, 5.2).
"""

import base64
import secrets
from datetime import datetime

import pyotp
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.orm import Session

from ozgtermine.errors import InvalidValueError
from ozgtermine.models import Account, RecoveryCode
from ozgtermine.operations.account_links import hashed
from ozgtermine.wording import N_

STEP_SECONDS = 30
RECOVERY_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without letters that look like others
_GROUPS, _GROUP_LENGTH = 3, 5

WRONG_CODE = N_("Dieser Code stimmt nicht oder wurde schon benutzt. Warten Sie auf den nächsten und geben Sie ihn ein.")


class Vault:
    """Encrypts what must be readable again, with a key of its own made of the secret key."""

    def __init__(self, secret_key: str) -> None:
        made = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"ozgtermine.totp").derive(
            secret_key.encode()
        )
        self._fernet = Fernet(base64.urlsafe_b64encode(made))

    def lock(self, secret: str) -> str:
        return self._fernet.encrypt(secret.encode()).decode("ascii")

    def open(self, locked: str) -> str | None:
        """Return the secret, None where it was locked with another key."""
        try:
            return self._fernet.decrypt(locked.encode()).decode()
        except InvalidToken:
            return None


def new_secret() -> str:
    """Return a secret for an authenticator: 160 random bits in Base32."""
    return pyotp.random_base32()


def address_of(secret: str, account: Account, product: str) -> str:
    """Return the `otpauth:` address that an authenticator reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account.email, issuer_name=product)


def add_totp(account: Account, vault: Vault, secret: str, code: str, *, now: datetime) -> None:
    """Make the authenticator the account's; it has shown by a code that it works. Raises InvalidValueError."""
    step = _matching_step(secret, code, after=0, now=now)
    if step is None:
        raise InvalidValueError(WRONG_CODE, field="code")
    account.totp_secret, account.totp_step = vault.lock(secret), step


def remove_totp(account: Account) -> None:
    account.totp_secret = None


def use_totp(account: Account, vault: Vault, code: str, *, now: datetime) -> bool:
    """Return whether the code is right and was not used before; it is used up now. The account's row is locked."""
    secret = vault.open(account.totp_secret) if account.totp_secret else None
    step = _matching_step(secret, code, after=account.totp_step, now=now) if secret else None
    if step is None:
        return False
    account.totp_step = step
    return True


def _matching_step(secret: str, code: str, *, after: int, now: datetime) -> int | None:
    """Return the time step of the code: this one, or the one before or after it, for clocks that go wrong."""
    digits = "".join(code.split())
    present = int(now.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret)
    for step in (present - 1, present, present + 1):
        if secrets.compare_digest(totp.at(step * STEP_SECONDS).encode(), digits.encode()) and step > after:
            return step
    return None


def new_recovery_codes(session: Session, account: Account) -> list[str]:
    """Return fresh codes, shown once; older ones no longer work."""
    account.recovery_codes.clear()
    session.flush()
    codes = ["-".join(_group() for _number in range(_GROUPS)) for _code in range(RECOVERY_CODES)]
    account.recovery_codes.extend(RecoveryCode(code_hash=hashed(_bare(code))) for code in codes)
    return codes


def _group() -> str:
    return "".join(secrets.choice(_ALPHABET) for _character in range(_GROUP_LENGTH))


def _bare(code: str) -> str:
    return "".join(each for each in code.lower() if each.isalnum())


def use_recovery_code(account: Account, code: str, *, now: datetime) -> bool:
    """Return whether the code is one of the account's that was not used; it is used up now."""
    wanted = hashed(_bare(code))
    found = next((each for each in account.recovery_codes if each.code_hash == wanted and each.used_at is None), None)
    if found is None:
        return False
    found.used_at = now
    return True


def codes_left(account: Account) -> int:
    """Return how many recovery codes were not used."""
    return sum(code.used_at is None for code in account.recovery_codes)


def forget_all(session: Session, account: Account) -> None:
    """Take every second factor away, for somebody who has lost them all; an administrator's deed."""
    account.totp_secret = None
    account.passkeys.clear()
    account.recovery_codes.clear()
    session.flush()
