"""Tells programs from people without ever stopping a person: who is too fast is asked once more."""

from itsdangerous import BadSignature, TimestampSigner

SHORTEST_SECONDS = 2
LONGEST_SECONDS = 7 * 24 * 3600
_SALT = "ozgtermine.form-begun"


def begun_now(secret_key: str) -> str:
    """Return a signed mark of this moment, for a hidden field. Real time: it is about how fast somebody types."""
    return TimestampSigner(secret_key, salt=_SALT).sign("form").decode("ascii")


def looks_like_a_program(secret_key: str, begun: str, decoy: str) -> bool:
    """Return whether the decoy was filled, or the form was not opened a few seconds to some days before."""
    signer = TimestampSigner(secret_key, salt=_SALT)
    try:
        _value, opened_at = signer.unsign(begun, max_age=LONGEST_SECONDS, return_timestamp=True)
    except BadSignature:
        return True
    seconds = signer.get_timestamp() - opened_at.timestamp()
    return bool(decoy) or seconds < SHORTEST_SECONDS
