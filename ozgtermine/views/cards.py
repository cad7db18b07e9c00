"""Cards of events as HTML, made once: of a list in which one has changed, one is rendered."""

from collections.abc import Iterable
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

    def all_of(self, cards: Iterable[Card], level: int, revision: int | None) -> list[Markup]:
        """Return the HTML of each card, made where nobody has made it yet."""
        with self._lock:
            if revision != self._revision or len(self._present) >= MOST_CARDS:
                self._former, self._present, self._revision = self._present, {}, revision
            present, former = self._present, self._former
        made = []
        for card in cards:
            key = (card, level)
            found = present.get(key) or former.get(key) or _rendered(card, level)
            present[key] = found
            made.append(found)
        return made

    def __contains__(self, word: str) -> bool:
        return any(word in each for each in (*self._present.values(), *self._former.values()))


def kept_cards(cards: Iterable[Card], level: int) -> Markup:
    """Return the HTML of the cards of a list, each a function of what it says alone; `level` is of their headings."""
    extensions = current_app.extensions
    kept: _Cards = extensions.get(_KEPT) or extensions.setdefault(_KEPT, _Cards())
    return Markup("\n").join(kept.all_of(cards, level, extensions["ozgtermine.front"].seen_revision()))


def _rendered(card: Card, level: int) -> Markup:
    made: Markup = current_app.jinja_env.get_template("macros/cards.html").module.event_card(card, level)  # type: ignore[attr-defined]
    return made
