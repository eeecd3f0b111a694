"""The feeds that a site announces: in the page's head, in its links, at the usual addresses, in its sitemaps."""

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from lxml import html as lxml_html

from transforms.feeds.document import Document
from transforms.feeds.fetching import opml
from transforms.feeds.fetching.fetch import Fetched
from transforms.feeds.parsing.links import host_of
from transforms.feeds.text import charset, languages

Fetch = Callable[[str], Awaitable[Fetched]]
Parse = Callable[[Fetched], Awaitable[Document]]

_TYPES = re.compile(r"^(?:application|text)/(?:(?:rss|atom|rdf)\+xml|feed\+json|json|xml)$", re.IGNORECASE)
_LOOKS_LIKE_A_FEED = re.compile(
    r"(?:^|[/._?=-])(?:rss|feeds?|atom|rdf)(?:[/._?=&-]|\d*$)|\.(?:rss|rdf|atom)$", re.IGNORECASE
)
# Where content managers put feeds, the commonest first.
_USUAL = (
    "feed", "rss", "feed.xml", "rss.xml", "atom.xml", "index.xml", "feeds/posts/default", "feed.json", "index.rdf",
    "news/rss", "news-sitemap.xml", "sitemap-news.xml",
)  # fmt: skip
# A feed of what readers say below the articles: by its address, its title, or where its entries lead.
_COMMENTS_ADDRESS = re.compile(r"(?:^|[/._?=&])comments(?:[/._?=&-]|$)", re.IGNORECASE)
_COMMENTS_TITLE = re.compile(r"^comments (?:on|for)\b", re.IGNORECASE)
_COMMENT = re.compile(r"#(?:comment|c)[-_]?\d+|[?&]showComment=", re.IGNORECASE)
COMMENTS = "comments: name this address itself to take it"
# Candidates of one page, and feeds of one OPML list, that are tried.
MOST = 100


class Found(NamedTuple):
    """A feed of a site.

    Attributes:
        url: Its address, the new one where it has moved for good.
        title: Its title.
        format: As ``parse_document`` names it.
        language: BCP 47, as declared, else as most entries are.
        entries: How many it holds now.
        last_entry: When the newest of them was published; None where none is dated.
    """

    url: str
    title: str | None
    format: str | None
    language: str | None
    entries: int
    last_entry: datetime | None


class Failure(NamedTuple):
    """An address that was named and gave no feed, with the reason."""

    url: str
    error: str


class Discovery(NamedTuple):
    """What was found, in the order in which it is announced, and what was announced in vain."""

    found: Sequence[Found]
    failures: Sequence[Failure]


async def discover(url: str, fetch: Fetch, parse: Parse) -> Discovery:
    """The feeds that ``url`` announces: a feed, a list of feeds (OPML), a page or a home page.

    A page that announces none is asked at its site's home page, then at the usual addresses and in its sitemaps.
    Of these, feeds of comments are failures with the error ``COMMENTS``; a feed that ``url`` names,
    itself or in its list, is found whatever it holds.

    Args:
        url: http(s) address, or a file.
        fetch: Gets a document, within the reader's limits.
        parse: Reads a document as a feed.
    """
    answer = await fetch(url)
    if not answer.status:
        return Discovery([], [Failure(url, f"{answer.error}: {answer.detail}" if answer.detail else str(answer.error))])
    document = await parse(answer)
    if not document.error:
        return Discovery([_found(url, answer, document)], [])
    listed = _opml(answer)
    if listed is not None:
        return await _tried(listed, fetch, parse, comments=True)
    announced = await _tried(announced_by(answer), fetch, parse) if answer.status == 200 else Discovery([], [])
    home = urljoin(answer.url, "/")
    if not announced.found and urlsplit(home).scheme in ("http", "https"):
        if answer.url != home and (page := await fetch(home)).status == 200:
            more = await _tried(announced_by(page), fetch, parse)
            announced = Discovery(more.found, [*announced.failures, *more.failures])
        if not announced.found:
            usual = [urljoin(home, path) for path in _USUAL] + await _sitemaps(home, fetch)
            announced = Discovery((await _tried(usual, fetch, parse)).found, announced.failures)
    if not announced.found and not announced.failures and answer.status != 200:
        return Discovery([], [Failure(url, f"http_{answer.status}")])
    return announced


def announced_by(page: Fetched) -> list[str]:
    """The addresses that a page gives as feeds: its ``link rel=alternate`` first, else its links that look like feeds."""
    text = charset.decode(page.body, page.headers.get("content-type", ""), host_of(page.url)).text
    try:
        tree = lxml_html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text.replace("\x00", "")))
    except (ValueError, lxml_html.etree.LxmlError):
        return []
    base = urljoin(page.url, next(iter(tree.xpath("//base/@href")), "").strip())
    links = [
        link.get("href")
        for link in tree.iter("link")
        if link.get("href") and _announces((link.get("rel") or "").lower().split(), link.get("type") or "")
    ]
    links = links or [href for href in tree.xpath("//a/@href") if _LOOKS_LIKE_A_FEED.search(_path(href))]
    return _addresses(base, links)


def _path(href: str) -> str:
    """Path and query of ``href``; ``""`` for what is no address."""
    try:
        parts = urlsplit(href.strip())
    except ValueError:
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _announces(rel: Sequence[str], kind: str) -> bool:
    return "feed" in rel or ("alternate" in rel and bool(_TYPES.match(kind.split(";")[0].strip())))


def _addresses(base: str, links: Iterable[str]) -> list[str]:
    """``links`` as absolute http(s) addresses, each once; a page from the web names no file."""
    made = []
    for link in links:
        try:
            address = urljoin(base, link.strip()).split("#")[0]
            local = urlsplit(base).scheme == "file" and urlsplit(address).scheme == "file"
            if local or (urlsplit(address).scheme in ("http", "https") and urlsplit(address).hostname):
                made.append(address)
        except ValueError:
            continue
    return list(dict.fromkeys(made))


def _opml(answer: Fetched) -> list[str] | None:
    """The addresses of a list of feeds; None where the document is none."""
    if not re.search(rb"<opml[\s>]", answer.body[:4096], re.IGNORECASE):
        return None
    try:
        listed = opml.parse(answer.body)
    except opml.OpmlError:
        return None
    return _addresses(answer.url, (source.url for source in listed))


async def _sitemaps(home: str, fetch: Fetch) -> list[str]:
    """The sitemaps of news that robots.txt names."""
    robots = await fetch(urljoin(home, "/robots.txt"))
    if robots.status != 200:
        return []
    lines = robots.body.decode("utf-8", "replace").splitlines()
    named = [line.split(":", 1)[1].strip() for line in lines if line.lower().startswith("sitemap:")]
    return _addresses(home, [url for url in named if "news" in url.lower()])


async def _tried(urls: Sequence[str], fetch: Fetch, parse: Parse, comments: bool = False) -> Discovery:
    """Each of ``urls`` that is a feed, once however many addresses lead to it; with ``comments`` those of comments too."""
    answers = await asyncio.gather(*(_try(url, fetch, parse, comments) for url in urls[:MOST]))
    found = {each.url: each for each in answers if isinstance(each, Found)}
    failures = [each for each in answers if isinstance(each, Failure)]
    failures += [Failure(url, f"not tried: only {MOST} are") for url in urls[MOST:]]
    return Discovery(list(found.values()), failures)


async def _try(url: str, fetch: Fetch, parse: Parse, comments: bool) -> Found | Failure:
    answer = await fetch(url)
    if answer.status != 200:
        return Failure(url, answer.error or f"http_{answer.status}")
    document = await parse(answer)
    if document.error or (not comments and _is_of_comments(url, document)):
        return Failure(url, document.error or COMMENTS)
    return _found(url, answer, document)


def _is_of_comments(url: str, document: Document) -> bool:
    """Whether a feed holds comments: its address or title says so, or most of its entries lead to one."""
    if _COMMENTS_ADDRESS.search(_path(url)) or _COMMENTS_TITLE.match((document.feed.title or "").strip()):
        return True
    lead = [bool(_COMMENT.search(f"{entry.link} {entry.guid}")) for entry in document.entries]
    return 2 * sum(lead) > len(lead)


def _found(url: str, answer: Fetched, document: Document) -> Found:
    dates = [entry.published or entry.updated for entry in document.entries]
    spoken = Counter(entry.language for entry in document.entries if entry.language).most_common(1)
    return Found(
        answer.moved_to or url,
        document.feed.title,
        document.format,
        languages.primary(document.feed.language or "") or (spoken[0][0] if spoken else None),
        len(document.entries),
        max((date.astimezone(UTC) for date in dates if date), default=None),
    )
