"""An article's page to its text: each sentence once, in order, without banners, navigation and related links."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from lxml import html as lxml_html

from transforms.feeds.dates import timestamps
from transforms.feeds.parsing.links import host_of
from transforms.feeds.text import charset, languages, plaintext

_UNWANTED = re.compile(
    r"cookie|consent|gdpr|newsletter|subscri|related|recommend|read-?more|most-?(?:read|popular)|promo|advert|share|social|breadcrumb|paywall|sidebar",
    re.IGNORECASE,
)
_DATE_META = (
    "article:published_time", "og:article:published_time", "datepublished", "date", "dc.date", "dc.date.issued",
    "dcterms.created", "pubdate", "publishdate", "parsely-pub-date", "sailthru.date", "publication_date",
    "article.published",
)  # fmt: skip
_DATE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:date|time|published|publish|pubdate|posted|timestamp|dateline|meta-date|byline)", re.IGNORECASE
)
_VISIBLE = re.compile(
    r"(?<!\d)(?:\d{1,4}[^\W\d_\s]{0,2}[\s./-]+(?:(?:de|d')\s*)?[^\W\d_]{3,12}\.?[\s,./-]+(?:de\s+)?\d{4}|\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{4}|[^\W\d_]{3,12}\.?\s+\d{1,2},?\s+\d{4}|\d{4}年\d{1,2}月\d{1,2}日)"
)
_SHORTEST = 200


class Page(NamedTuple):
    """What a page says.

    Attributes:
        title: The headline.
        text: The article as plain text; ``""`` where none was found.
        published: When it was published, as the page says.
        language: Of the text.
    """

    title: str | None = None
    text: str = ""
    published: datetime | None = None
    language: str | None = None


def extract(body: bytes, url: str, fetched_at: datetime, headers: Mapping[str, str] | None = None) -> Page:
    """The article on a page. Never raises for what a server may send."""
    import trafilatura  # slow to load, and only full text needs it

    content_type = next((value for name, value in (headers or {}).items() if name.lower() == "content-type"), "")
    text = charset.decode(body, content_type or _meta_charset(body), host_of(url)).text
    tree = _tree(text)
    if tree is None:
        return Page()
    declared = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
    structured = list(_structured(tree))
    published = _published(tree, structured, fetched_at, (declared,) if declared else ())
    title = _title(tree)
    for element in tree.xpath(
        "//script | //style | //noscript | //template | //nav | //footer | //aside | //form | //iframe"
    ):
        element.drop_tree()
    _drop_unwanted(tree)
    found = (
        trafilatura.extract(
            lxml_html.tostring(tree, encoding="unicode"),
            include_comments=False,
            include_tables=False,
            deduplicate=False,
            favor_precision=True,
        )
        or ""
    )
    paragraphs = _once(found.splitlines(), title)
    alternative = _once(_paragraphs(tree), title)
    if _length(paragraphs) < _SHORTEST and _length(alternative) > _length(paragraphs):
        paragraphs = alternative
    spoken = "\n\n".join(paragraphs)
    stated = next((node["articleBody"] for node in structured if isinstance(node.get("articleBody"), str)), None)
    if stated and len(stated) > len(spoken) * 1.2:
        spoken = plaintext.from_html(stated) if plaintext.looks_like_html(stated) else plaintext.from_text(stated)
    return Page(title, spoken, published, languages.detect(spoken) or languages.primary(declared))


def _tree(text: str) -> Any:
    try:
        return lxml_html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text.replace("\x00", "")))
    except (ValueError, lxml_html.etree.LxmlError):
        return None


def _meta_charset(body: bytes) -> str:
    match = re.search(rb"<meta[^>]+charset=[\"']?\s*([\w-]+)", body[:4096], re.IGNORECASE)
    return f"charset={match[1].decode('ascii')}" if match else ""


def _structured(tree: Any) -> Iterator[dict[str, Any]]:
    """Every JSON-LD node of the page."""
    for script in tree.xpath("//script[@type='application/ld+json']"):
        try:
            waiting = [json.loads(script.text_content(), strict=False)]
        except (ValueError, RecursionError):
            continue
        while waiting:
            node = waiting.pop()
            if isinstance(node, list):
                waiting.extend(node)
            elif isinstance(node, dict):
                yield node
                waiting.extend(value for value in node.values() if isinstance(value, dict | list))


def _published(
    tree: Any, structured: list[dict[str, Any]], fetched_at: datetime, tags: tuple[str, ...]
) -> datetime | None:
    """The page's own date: JSON-LD, then meta, then ``time``, then the first that can be seen. No other script's."""
    stated = [node.get("datePublished") for node in structured]
    meta = {
        (element.get("property") or element.get("name") or element.get("itemprop") or "").lower(): element.get(
            "content"
        )
        for element in tree.xpath("//meta[@content]")
    }
    stated += [meta.get(name) for name in _DATE_META]
    stated += [
        element.get("datetime")
        for element in tree.xpath("//article//time[@datetime] | //main//time[@datetime] | //time[@datetime]")
    ]
    for raw in stated:
        found = timestamps.read(raw, fetched_at, tags) if isinstance(raw, str) else None
        if found and found.at and found.at <= fetched_at:
            return found.at
    for element in tree.xpath("//*[@class or @itemprop]"):
        if _DATE_CLASS.search(f"{element.get('class') or ''} {element.get('itemprop') or ''}"):
            moment = _visible(element.text_content()[:200], fetched_at, tags)
            if moment:
                return moment
    return None


def _visible(text: str, fetched_at: datetime, tags: tuple[str, ...]) -> datetime | None:
    for match in _VISIBLE.finditer(text):
        tail = re.match(r"[\s,à|·–-]*\d{1,2}\s?[:h.]\s?\d{2}", text[match.end() :])
        for raw in (match[0] + (tail[0] if tail else ""), match[0]):
            found = timestamps.read(raw, fetched_at + timedelta(hours=0), tags)
            if found.at and found.at <= fetched_at:
                return found.at
    return None


def _title(tree: Any) -> str | None:
    headings = tree.xpath("//article//h1 | //main//h1") or tree.xpath("//h1")
    if headings:
        title = plaintext.line(headings[0].text_content())
        if title:
            return title
    stated = tree.xpath("//meta[@property='og:title']/@content") or tree.xpath("//title/text()")
    return plaintext.line(str(stated[0])) if stated else None


def _drop_unwanted(tree: Any) -> None:
    """Takes out blocks that say by their name that they are no article, but never most of the page."""
    whole = len(tree.text_content()) or 1
    for element in tree.xpath("//div | //section | //ul"):
        name = f"{element.get('id') or ''} {element.get('class') or ''}"
        if _UNWANTED.search(name) and element.getparent() is not None and len(element.text_content()) < whole / 2:
            element.drop_tree()


def _paragraphs(tree: Any) -> list[str]:
    """The paragraphs of the article's own element, for pages too short for statistics."""
    holders = tree.xpath("//article") or tree.xpath("//main") or tree.xpath("//body")
    return (
        [element.text_content() for element in holders[0].iter("p", "li", "blockquote", "h2", "h3")] if holders else []
    )


def _once(paragraphs: list[str], title: str | None) -> list[str]:
    """Each paragraph once: pages for phones and for desks hold the same text twice."""
    seen: set[str] = {title or ""}
    kept = []
    for paragraph in paragraphs:
        line = plaintext.line(paragraph)
        if line and line not in seen:
            seen.add(line)
            kept.append(line)
    return kept


def _length(paragraphs: list[str]) -> int:
    return sum(map(len, paragraphs))
