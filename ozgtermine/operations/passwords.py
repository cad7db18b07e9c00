"""Passwords: Argon2id (RFC 9106) with the library's defaults; length counts, and what is easily guessed is refused.

The list of known bad ones is zxcvbn's, which is part of the library: common passwords, words, names, keyboard walks.
"""

import re
from collections.abc import Sequence
from functools import cache
from secrets import token_urlsafe

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from ozgtermine.errors import InvalidValueError
from ozgtermine.wording import N_

SHORTEST = 12
LONGEST = 200
ESTIMATED_CHARACTERS = 72  # more of them only cost time
FEWEST_GUESSES = 10**10
OUR_WORDS = ("ozg", "termine", "ozgtermine", "ozg-termine", "sachsen-anhalt", "magdeburg", "passwort", "ministerium")

_hasher = PasswordHasher()


def checked_hash(password: str, *, words: Sequence[str] = ()) -> str:
    """Return the hash of a password that may be chosen; `words` are the person's own, which others can guess.

    Raises InvalidValueError for the field `password`.
    """
    if len(password) < SHORTEST:
        raise InvalidValueError(
            N_("Nehmen Sie ein Passwort mit mindestens %(shortest)s Zeichen, zum Beispiel mehrere Wörter."),
            field="password",
            shortest=SHORTEST,
        )
    if len(password) > LONGEST:
        raise InvalidValueError(
            N_("Nehmen Sie ein Passwort mit höchstens %(longest)s Zeichen."), field="password", longest=LONGEST
        )
    if _is_guessed_easily(password, words):
        raise InvalidValueError(
            N_("Dieses Passwort lässt sich leicht erraten. Nehmen Sie mehrere Wörter, die nichts miteinander zu tun "
               "haben."),
            field="password",
        )
    return _hasher.hash(password)


def _is_guessed_easily(password: str, words: Sequence[str]) -> bool:
    from zxcvbn import zxcvbn  # type: ignore[import-untyped]  # its lists take 12 MB, and few ever choose a password

    known = [part.lower() for word in (*words, *OUR_WORDS) for part in (word, *re.split(r"[@.\s]+", word)) if part]
    estimated = zxcvbn(password[:ESTIMATED_CHARACTERS], user_inputs=known)
    return int(estimated["guesses"]) < FEWEST_GUESSES


def is_right(stored: str | None, password: str) -> bool:
    """Return whether the password belongs to the stored hash; without one it costs the same work."""
    try:
        return _hasher.verify(stored or _hash_of_nobody(), password) and stored is not None
    except VerificationError:
        return False


def renewed(stored: str, password: str) -> str:
    """Return the hash to store from now on: with today's parameters where it had older ones."""
    return _hasher.hash(password) if _hasher.check_needs_rehash(stored) else stored


@cache
def _hash_of_nobody() -> str:
    return _hasher.hash(token_urlsafe(32))
