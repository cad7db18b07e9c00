"""Typed text as HTML."""

import re

from markupsafe import Markup, escape


def paragraphs(text: str) -> Markup:
    """Return escaped `text` with its blank lines as paragraphs and its line ends as breaks."""
    blocks = (block.strip() for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")))
    broken = (Markup("<br>").join(escape(line) for line in block.split("\n")) for block in blocks if block)
    return Markup("").join(Markup("<p>{}</p>").format(block) for block in broken)
