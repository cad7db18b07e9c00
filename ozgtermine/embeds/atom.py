"""The announcement for feed readers and plug-ins of a CMS (Atom, RFC 4287)."""

import re
from datetime import UTC, datetime, time
from xml.etree.ElementTree import Element, SubElement, tostring

from ozgtermine.clock import BERLIN
from ozgtermine.embeds import announcement as words
from ozgtermine.embeds.announcement import Announcement
from ozgtermine.links import Links
from ozgtermine.models import Event

ATOM = "atom.xml"
_NAMESPACE = "http://www.w3.org/2005/Atom"
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2


def atom_feed(said: Announcement, links: Links, *, address: str, author: str) -> str:
    """Return the feed of `address`. An entry's id is its event's page, which is for life.

    It was updated when the last of its events was; without events, when the day began.
    """
    day_began = datetime.combine(said.as_of, time(0), BERLIN)
    feed = Element("feed", {"xmlns": _NAMESPACE, "xml:lang": "de"})
    _add(feed, "id", address)
    _add(feed, "title", said.heading)
    _add(feed, "updated", _instant(max((each.changed_at for each in said.events), default=day_began)))
    _add(SubElement(feed, "author"), "name", author)
    SubElement(feed, "link", {"rel": "self", "type": "application/atom+xml", "href": address})
    SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": said.link})
    for event in said.events:
        _add_entry(feed, event, links)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(feed, encoding="unicode")}\n'


def _add_entry(feed: Element, event: Event, links: Links) -> None:
    page, state = links.event(event.slug), words.state(event)
    entry = SubElement(feed, "entry")
    _add(entry, "id", page)
    _add(entry, "title", f"{words.full_when(event)}: {words.full_title(event)}" + (f" ({state})" if state else ""))
    _add(entry, "updated", _instant(event.changed_at))
    if event.published_at:
        _add(entry, "published", _instant(event.published_at))
    SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": page})
    SubElement(entry, "category", {"term": event.series.slug, "label": _writable(event.series.title)})
    _add(entry, "summary", ". ".join(filter(None, (words.full_where(event), event.description))))


def _add(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = _writable(text)


def _writable(text: str) -> str:
    return _UNWRITABLE.sub("", text)


def _instant(value: datetime) -> str:
    """Return "2023-02-06T09:00:00Z" (RFC 3339)."""
    return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
