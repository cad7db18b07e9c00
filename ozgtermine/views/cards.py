"""Cards of events as HTML, made once: of a list in which one has changed, one is rendered."""

from functools import lru_cache

from flask import current_app
from markupsafe import Markup

from ozgtermine.rendering.events import Card

MOST_CARDS = 2_048


@lru_cache(maxsize=MOST_CARDS)
def kept_card(card: Card, level: int) -> Markup:
    """Return the HTML of a card, a function of what it says alone; `level` is that of its heading."""
    made: Markup = current_app.jinja_env.get_template("macros/cards.html").module.event_card(card, level)  # type: ignore[attr-defined]
    return made
