"""The announcement in the styles that newsletters are made of."""

from textwrap import TextWrapper

from ozgtermine.embeds import announcement as words
from ozgtermine.embeds.announcement import Announcement
from ozgtermine.links import Links
from ozgtermine.models import Event, TopicKind
from ozgtermine.rendering.dates import month_heading
from ozgtermine.rendering.templates import render
from ozgtermine.rules.schedule import Precision
from ozgtermine.wording import N_, translate

MOST_COLUMNS = 76
_PLAIN = TextWrapper(MOST_COLUMNS, break_on_hyphens=False)
_INDENTED = TextWrapper(MOST_COLUMNS, break_on_hyphens=False, initial_indent="  ", subsequent_indent="  ")


def house_style(said: Announcement, *, with_year: bool) -> str:
    """Return the dates as the newsletter has always printed them, the link behind the closing line."""
    lines = [_house_line(each, with_year=with_year, with_name=said.mixes_series) for each in said.events]
    closing = f"{said.closing}: {said.link}"
    return "\n\n".join([f"{said.heading}:", *(lines or [said.nothing]), closing]) + "\n"


def _house_line(event: Event, *, with_year: bool, with_name: bool) -> str:
    parts = [_house_day(event, with_year=with_year)]
    if with_name or not event.topic:  # a name begins with a number, which must not run into the day's
        parts = [f"{parts[0]}:", f"{event.name}," if event.topic else event.name]
    if event.topic:
        parts.append(_house_topic(event))
    remarks = [translate(N_("Thema folgt"))] if words.lacks_topic(event) else []
    remarks += [words.state(event)] if words.state(event) else []
    parts += [f"({', '.join(remarks)})"] if remarks else []
    return " ".join(parts)


def _house_topic(event: Event) -> str:
    if event.topic_kind is TopicKind.SERVICE:
        return translate(N_('OZG-Leistung "%(topic)s"'), topic=event.topic)
    return f'"{event.topic}"'


def _house_day(event: Event, *, with_year: bool) -> str:
    first, last = event.starts_on, event.ends_on
    if event.precision is Precision.WEEK:
        year, week, _weekday = first.isocalendar()
        return f"KW {week}/{year}" if with_year else f"KW {week}"
    if event.precision is Precision.MONTH:
        heading = month_heading(first)
        return heading if with_year else heading.rpartition(" ")[0]
    end = f"{last:%d.%m.%Y}" if with_year else f"{last:%d.%m.}"
    if first == last:
        return end
    same_month = (first.year, first.month) == (last.year, last.month)
    if with_year and first.year != last.year:
        return f"{first:%d.%m.%Y}–{end}"
    return f"{first:%d.}–{end}" if same_month else f"{first:%d.%m.}–{end}"


def plain_text(said: Announcement, links: Links) -> str:
    """Return lines of at most 76 columns; an address is never broken."""
    blocks = [_underlined(said.heading)]
    blocks += [_text_block(each, links) for each in said.events] or ["\n".join(_PLAIN.wrap(said.nothing))]
    as_of = translate(N_("Stand: %(day)s"), day=f"{said.as_of:%d.%m.%Y}")
    blocks.append("\n".join([*_PLAIN.wrap(f"{said.closing}:"), said.link, "", as_of]))
    return "\n\n".join(blocks) + "\n"


def _underlined(heading: str) -> str:
    lines = _PLAIN.wrap(heading)
    return "\n".join([*lines, "=" * max(map(len, lines))])


def _text_block(event: Event, links: Links) -> str:
    state = words.state(event)
    day = words.full_when(event) + (f" ({state})" if state else "")
    indented = [line for part in (words.full_title(event), words.full_where(event)) for line in _INDENTED.wrap(part)]
    return "\n".join([*_PLAIN.wrap(day), *indented, f"  {links.event(event.slug)}"])


def mail_html(said: Announcement, links: Links) -> str:
    """Return a table with inline styles for mail tools, fit for Outlook's Word engine."""
    rows = [
        {
            "when": words.full_when(each),
            "state": words.state(each),
            "title": words.full_title(each),
            "where": words.full_where(each),
            "url": links.event(each.slug),
            "is_cancelled": each.is_cancelled,
        }
        for each in said.events
    ]
    return render("embeds/mail.html", said=said, rows=rows)
