"""What the answer of a mail server means for those who wrote the mail, and what they can do."""

import re

from ozgtermine.models import MailState
from ozgtermine.wording import N_, translate

STATES: dict[MailState, str] = {
    MailState.QUEUED: N_("wartet"),
    MailState.SENDING: N_("wird gerade gesendet"),
    MailState.SENT: N_("gesendet"),
    MailState.FAILED: N_("nicht zugestellt"),
}

_NO_SUCH_ADDRESS = N_(
    "Diese Adresse gibt es dort nicht. Noch einmal senden hilft nicht: Fragen Sie die Person nach ihrer Adresse."
)
_FULL = N_("Das Postfach ist voll. Senden Sie die Mail in ein paar Tagen noch einmal.")
_TOO_BIG = N_("Die Mail ist dem anderen Server zu groß. Noch einmal senden hilft nicht.")
_UNWANTED = N_(
    "Der andere Server hält unsere Mails für unerwünscht. Zeigen Sie Ihrem Maildienst diese Antwort; es geht meist um "
    "SPF, DKIM oder eine Sperrliste. Senden Sie danach noch einmal."
)
_NOT_NOW = N_("Der andere Server hat die Mail drei Tage lang nicht angenommen. Senden Sie sie noch einmal.")
_OTHER = N_("Zeigen Sie Ihrem Maildienst diese Antwort, und senden Sie die Mail danach noch einmal.")

# Enhanced status codes (RFC 3463), which say more than the first three digits (RFC 5321, 4.2)
_MEANINGS = (
    (r"\d{3}[ -][45]\.2\.2\b", _FULL),
    (r"\d{3}[ -][45]\.(2\.3|3\.4)\b", _TOO_BIG),
    (r"\d{3}[ -]5\.7\.\d+\b", _UNWANTED),
    (r"\d{3}[ -]5\.(1\.\d+|2\.1|4\.4)\b", _NO_SUCH_ADDRESS),
    (r"(550|551|553)\b", _NO_SUCH_ADDRESS),
    (r"(452|552)\b", _FULL),
    (r"554\b", _UNWANTED),
    (r"4\d\d\b", _NOT_NOW),
)


def advice(answer: str) -> str:
    """Return what to do about a mail that was given up after `answer`, the server's words."""
    return translate(next((words for pattern, words in _MEANINGS if re.match(pattern, answer)), _OTHER))
