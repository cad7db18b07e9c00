"""Comparable forms of what people type: addresses, names, slugs."""

import re
import unicodedata

_TRANSLITERATION = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def normalised_email(address: str) -> str:
    """Return the form in which two spellings of one mailbox are equal: trimmed, NFC, case folded."""
    return unicodedata.normalize("NFC", address.strip()).casefold()


def normalised_name(*parts: str) -> str:
    """Return the form in which two spellings of one name are equal: NFKC, single spaces, case folded."""
    return " ".join(unicodedata.normalize("NFKC", " ".join(parts)).casefold().split())


def slug(text: str, *, longest: int = 60) -> str:
    """Return `text` as lower case ASCII words joined by hyphens, at most `longest` characters, never cut in a word."""
    spelled = text.casefold().translate(_TRANSLITERATION)
    ascii_only = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode("ascii")
    words = re.findall(r"[a-z0-9]+", ascii_only)
    while len(words) > 1 and len("-".join(words)) > longest:
        words.pop()
    return "-".join(words)[:longest]


def sorting_name(text: str) -> str:
    """Return the form by which names stand in German lists: ä as ae, ß as ss, other marks ignored (DIN 5007-2)."""
    spelled = unicodedata.normalize("NFC", text).casefold().translate(_TRANSLITERATION)
    plain = "".join(each for each in unicodedata.normalize("NFKD", spelled) if not unicodedata.combining(each))
    return " ".join(plain.split())
