"""Sentences in German and English: German is the source, a gettext catalogue holds the English.

`N_` marks a message id that is translated later; `translate` does it. Catalogues lie in `translations/`.
"""

import gettext
from functools import cache
from pathlib import Path

CATALOGUES = Path(__file__).parent / "translations"
LANGUAGES = ("de", "en")
Numbered = tuple[str, str, str]
"""Message ids for none, for one, and for many, which say how many by `%(number)s`."""


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for a marked message
    """Return `message` untouched; extraction finds it by this name."""
    return message


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return the translations for `language`; German, the source, is the identity."""
    return gettext.translation("messages", CATALOGUES, [language], fallback=True)


def translate(message: str, language: str = "de", /, **values: object) -> str:
    """Return `message` in `language` with its `%(name)s` placeholders filled."""
    sentence = catalogue(language).gettext(message) if message else ""
    return sentence % values if values else sentence


def translate_number(number: int, sentences: Numbered, language: str = "de") -> str:
    """Return the sentence for so many, in `language`."""
    return translate(sentences[min(number, 2)], language, number=number)
