"""Cards of events as HTML, made once: of a list in which one has changed, one is rendered."""

from threading import Lock

from flask import current_app
from markupsafe import Markup

from ozgtermine.rendering.events import Card

MOST_CARDS = 2_048
_KEPT = "ozgtermine.cards"
_Key = tuple[Card, int]


class _Cards:
    """The cards of one process: those of the present revision, and those of the one before that nobody has asked for.

    What was hidden is gone with the next change but one that the process sees, or when it has rendered many others.
    """

    def __init__(self) -> None:
        self._present: dict[_Key, Markup] = {}
        self._former: dict[_Key, Markup] = {}
        self._revision: int | None = None
        self._lock = Lock()

    def find(self, key: _Key, revision: int | None) -> Markup | None:
        with self._lock:
            if revision != self._revision or len(self._present) >= MOST_CARDS:
                self._former, self._present, self._revision = self._present, {}, revision
        found = self._present.get(key) or self._former.get(key)
        if found is not None:
            self._present[key] = found
        return found

    def put(self, key: _Key, made: Markup) -> None:
        self._present[key] = made

    def __contains__(self, word: str) -> bool:
        return any(word in each for each in (*self._present.values(), *self._former.values()))


def kept_card(card: Card, level: int) -> Markup:
    """Return the HTML of a card, a function of what it says alone; `level` is that of its heading."""
    extensions = current_app.extensions
    kept: _Cards = extensions.get(_KEPT) or extensions.setdefault(_KEPT, _Cards())
    found = kept.find((card, level), extensions["ozgtermine.front"].seen_revision())
    if found is None:
        found = current_app.jinja_env.get_template("macros/cards.html").module.event_card(card, level)  # type: ignore[attr-defined]
        kept.put((card, level), found)
    return found
