"""Markdown of administrators becomes HTML that cannot do anything, whatever is written."""

from html.parser import HTMLParser

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ozgtermine.rendering import markdown as module
from ozgtermine.rendering.markdown import ADDRESSES, ATTRIBUTES, TAGS, markdown

HOSTILE = [
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](java\tscript:alert(1))",
    "[a](&#106;avascript:alert(1))",
    "[a](\x01javascript:alert(1))",
    "[a](vbscript:msgbox)",
    "[a](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[a](data:image/svg+xml;base64,PHN2Zy8+)",
    "[a](file:///etc/passwd)",
    "[a][x]\n\n[x]: javascript:alert(1)",
    "<javascript:alert(1)>",
    "<data:text/html,x>",
    "![a](javascript:alert(1))",
    "![a](https://evil.example/track.gif)",
    '[a](https://gut.example "t\\" onclick=\\"alert(1)")',
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg onload=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<a href=javascript:alert(1)>a</a>",
    "<form action=https://evil.example><input name=password></form>",
    "<style>body{display:none}</style>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<base href=https://evil.example>",
    "<meta http-equiv=refresh content=0>",
    "`<script>alert(1)</script>`",
    "```html\n<script>alert(1)</script>\n```",
    "| <script>alert(1)</script> |\n|--|\n| <b onmouseover=alert(1)>x</b> |",
    "<!-- --><script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
]


class Looked(HTMLParser):
    """What a browser would see of tags and attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [(tag, name, value or "") for name, value in attrs] or [(tag, "", "")]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)


def dangers(html: str) -> list[tuple[str, str, str]]:
    """Return the tags, attributes and addresses that nobody has allowed."""
    return [
        (tag, name, value)
        for tag, name, value in Looked(html).found
        if tag not in TAGS
        or (name and name not in ATTRIBUTES.get(tag, set()))
        or (name == "href" and ":" in value.partition("/")[0] and value.partition(":")[0].lower() not in ADDRESSES)
    ]


@pytest.mark.parametrize("source", HOSTILE)
def test_nothing_hostile_gets_through(source: str) -> None:
    assert dangers(markdown(source)) == []


@pytest.mark.parametrize("source", HOSTILE)
def test_the_second_lock_holds_where_the_first_is_open(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With raw HTML and every address let through by the parser, nh3 alone still stops it."""
    open_parser = module.MarkdownIt("commonmark", {"html": True}).enable("table")
    monkeypatch.setattr(open_parser, "validateLink", lambda _url: True)
    monkeypatch.setattr(module, "_parser", open_parser)
    assert dangers(markdown(source)) == []


def test_without_both_locks_something_would_get_through(monkeypatch: pytest.MonkeyPatch) -> None:
    open_parser = module.MarkdownIt("commonmark", {"html": True}).enable("table")
    monkeypatch.setattr(module, "_parser", open_parser)
    monkeypatch.setattr(nh3, "clean", lambda html, **_options: html)
    assert [source for source in HOSTILE if dangers(markdown(source))] != []


@given(st.text(alphabet="<>\"'()[]!`|-#\\:/&;= \nabjsrcipton", max_size=80))
def test_no_mixture_of_marks_gets_through(source: str) -> None:
    assert dangers(markdown(source)) == []


def test_what_is_meant_is_there() -> None:
    source = "# Titel\n\nEin **fetter** [Link](https://gut.example) und [Mail](mailto:a@b.example).\n\n- eins\n- zwei\n"
    assert markdown(source) == (
        "<h2>Titel</h2>\n"
        '<p>Ein <strong>fetter</strong> <a href="https://gut.example">Link</a> und '
        '<a href="mailto:a@b.example">Mail</a>.</p>\n'
        "<ul>\n<li>eins</li>\n<li>zwei</li>\n</ul>\n"
    )


def test_a_table_keeps_its_headings() -> None:
    assert "<th>Was</th>" in markdown("| Was | Wer |\n|--|--|\n| a | b |")
