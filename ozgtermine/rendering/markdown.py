"""Markdown that administrators write, as HTML that cannot do anything.

Two locks: the parser takes raw HTML as text and refuses addresses that are scripts; nh3 (the sanitiser ammonia) then
lets through only what is listed here.
"""

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

TAGS = frozenset({
    "a", "blockquote", "br", "code", "em", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
})  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
ADDRESSES = frozenset({"http", "https", "mailto", "tel"})

_parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def markdown(source: str) -> Markup:
    """Return the HTML of `source`; a first-level heading becomes a second: the page has its own."""
    tokens = _parser.parse(source)
    for token in tokens:
        if token.tag == "h1":
            token.tag = "h2"
    made = _parser.renderer.render(tokens, _parser.options, {})
    clean = nh3.clean(
        made, tags=set(TAGS), attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        url_schemes=set(ADDRESSES), link_rel=None,
    )  # fmt: skip
    return Markup(clean)  # noqa: S704 - nh3 has just seen to it
