"""What is new among the meetings, as Markdown or HTML for a mail."""

import re
from collections.abc import Iterable
from typing import Any

from markupsafe import Markup, escape

from transforms.page.render import mode, names, web_link, when

Row = dict[str, Any]
# Heading -> statuses; what was known before and is told again comes last.
_NEW = {
    "Held": ("held", "ongoing"),
    "Newly planned": ("planned", "proposed"),
    "Called off or denied": ("cancelled", "denied"),
}
_AGAIN = "Told again or changed"
_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~:&@/])")


def sorted_out(meetings: Iterable[Row], since: str) -> dict[str, list[Row]]:
    """Heading -> the meetings below it; ``since`` is an RFC 3339 time in UTC, from which on a report is news."""
    made: dict[str, list[Row]] = {heading: [] for heading in (*_NEW, _AGAIN)}
    for meeting in meetings:
        if (meeting["first_reported"] or "") < since:
            made[_AGAIN].append(meeting)
        else:
            made[next(heading for heading, statuses in _NEW.items() if meeting["status"] in statuses)].append(meeting)
    return {heading: some for heading, some in made.items() if some}


def markdown(news: dict[str, list[Row]]) -> str:
    """The news as Markdown; nothing of an article is taken for markup."""
    lines = ["# Who met whom", ""]
    for heading, meetings in news.items():
        lines += [f"## {heading}", ""]
        for meeting in meetings:
            lines.append(f"- **{_plain(names(meeting['participants']))}**: {_plain(_facts(meeting))}")
            for sentence, title, link in _sources(meeting):
                source = f"[{_plain(title)}](<{link}>)" if link else _plain(title)
                lines.append(f"  “{_plain(sentence)}” {source}")
        lines.append("")
    return "\n".join(lines if news else [*lines, "Nothing new."])


def html(news: dict[str, list[Row]]) -> str:
    """The news as the HTML of a mail: no styles, no script, nothing that is fetched."""
    made = Markup("<!doctype html><meta charset='utf-8'><title>Who met whom</title><h1>Who met whom</h1>")
    for heading, meetings in news.items():
        items = Markup("").join(_item(meeting) for meeting in meetings)
        made += Markup("<h2>{}</h2><ul>{}</ul>").format(heading, items)
    return str(made if news else made + Markup("<p>Nothing new.</p>"))


def _item(meeting: Row) -> Markup:
    told = Markup("").join(
        Markup("<br>“{}” {}").format(
            sentence, Markup('<a href="{}" rel="noopener">{}</a>').format(link, title) if link else escape(title)
        )
        for sentence, title, link in _sources(meeting)
    )
    return Markup("<li><b>{}</b>: {}{}</li>").format(names(meeting["participants"]), _facts(meeting), told)


def _facts(meeting: Row) -> str:
    place = meeting["place"]["name"] if meeting["place"] else ""
    about = meeting["occasion"] or "; ".join(meeting["topics"])
    return " · ".join(filter(None, [meeting["status"], when(meeting["date"]), place, mode(meeting["mode"]), about]))


def _sources(meeting: Row) -> list[tuple[str, str, str | None]]:
    """Of the first two articles the sentences, headline, and link where one may be followed."""
    return [
        (" ".join(source["sentences"]), source["title"] or source["feed_title"] or "", _link(source["link"]))
        for source in meeting["sources"][:2]
    ]


def _link(link: str | None) -> str | None:
    found = web_link(link)
    return None if found is None or re.search(r"[\s<>\\]", found) else found


def _plain(text: str) -> str:
    """``text`` in one line that Markdown shows as it is."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
