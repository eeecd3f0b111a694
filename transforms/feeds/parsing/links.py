"""Links: made absolute, and made equal where they lead to one page."""

import base64
import contextlib
import re
from functools import lru_cache
from html import unescape
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlencode, urljoin, urlsplit, urlunsplit

# Query keys that change nothing on the page. Whatever is not known to be one stays: it may be the article's id.
# (courlan's list, which this began with, also drops keys such as cid, eid and uid, which are ids for some publishers.)
_TRACKING = re.compile(
    r"(?:utm|hsa|ga|gs|itm|mtm|pk|piwik|matomo|oly|vero|mkt|mc|bsft|wt|stm|hmb|_hs|__hs|asc)_.*|cm_mmc|spm|dm_i|s_cid"
    r"|utm.*|at_(?:medium|campaign|custom\d*|link_.*|format|ptr_name|bbc_team)|xtor|xtref|xts"
    r"|(?:fb|g|dc|gcl|tw|yc|y|ms|msclk|ig|tt|li_fat_|s_|wick|gbra|wbra|mkc|mc)?(?:clid|clkid|clsrc|braid)|igshid?|igsh"
    r"|fb_(?:action_.*|ref|source|comment_id)|_openstat|yadclid|ymclid|mkevt|ncid|nr_email_referer"
    r"|ref(?:errer|erer|_?src|_?url|_?source|_.*)?|source|src|feature|cmpid?|cmp|campaign(?:_?id)?|medium|partner|affiliate|aff(?:_?id)?"
    r"|ns_(?:mchannel|source|campaign|linkname|fee)|ocid|icid|ito|ftag|smid|smtyp|soc_(?:src|trk)|sr_share|share(?:d|_.*)?|sharetype"
    r"|rss|feed|from_?rss|fromfeed|feedtype|traffic_source|trk(?:info)?|guccounter|guce_.*|_ga|_gl|mbid|rcode|intcid|int_(?:cid|source|medium|campaign)"
    r"|outputtype|wprov|dicbo|cvid|_t|nonce|cb|cache_?bust(?:er)?|rnd|rand|sessionid|session_?id|phpsessid|jsessionid|zanpid|trackid|tracking(?:_?id)?"
)
_SESSION_PATH = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#]*", re.IGNORECASE)
_DEFAULT_PORTS = {"http": ":80", "https": ":443", "": ""}
_BARE_HOST = re.compile(r"^www\.[^/\s]+\.[a-z]{2,}(?:[/?#]|$)", re.IGNORECASE)
# Fragments that are the page itself in single-page applications.
_ROUTE = re.compile(r"^!?/")


def absolute(link: str | None, base: str) -> str | None:
    """``link`` as an absolute http(s) address, seen from ``base``; None where it is none.

    White space that line breaks left inside is removed; the address is otherwise as the publisher wrote it.
    """
    if not link:
        return None
    link = re.sub(r"[\t\r\n]+\s*", "", link.strip())
    if _BARE_HOST.match(link):
        link = "https://" + link
    try:
        joined = urljoin(base, link)
        parts = urlsplit(joined)
    except ValueError:  # 'http://[see note': square brackets that are no address
        return None
    if parts.scheme.lower() not in ("http", "https") or not parts.netloc:
        return None
    return joined.replace(" ", "%20")


def join(base: str, reference: str | None) -> str:
    """``reference`` seen from ``base``; ``base`` itself where it cannot be read."""
    if not reference:
        return base
    try:
        return urljoin(base, reference.strip())
    except ValueError:
        return base


@lru_cache(maxsize=4096)
def canonical(link: str, keep_fragment: bool = False) -> str:
    """``link`` such that two links to one page are equal; the same text is given back where it cannot be read.

    Dropped: scheme differences, ``www.``, user, default port, trailing slash, fragment (but for routes) and known
    tracking keys. Kept: every other query key, in sorted order.
    """
    try:
        parts = urlsplit(link.strip())
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return link
    scheme = parts.scheme.lower()
    if scheme not in ("http", "https") or not host:
        return link
    host = host.removeprefix("www.")
    if not host.isascii():
        with contextlib.suppress(UnicodeError):
            host = host.encode("idna").decode("ascii")
    if ":" in host:
        host = f"[{host}]"
    place = host if port in (None, 80, 443) else f"{host}:{port}"
    path = re.sub(r"/{2,}", "/", _SESSION_PATH.sub("", parts.path))
    path = quote(unquote_to_bytes(path), safe="/:@!$&'()*+,;=~-._").rstrip("/")
    pairs = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.fullmatch(k.lower())]
    fragment = parts.fragment if keep_fragment or _ROUTE.match(parts.fragment) else ""
    return urlunsplit(("https", place, path or "/", urlencode(sorted(pairs)), fragment))


def origin_of(url: str) -> str:
    """Scheme, host and port of ``url`` (``https://news.example:443``); ``""`` where it has none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    scheme = parts.scheme.lower()
    port = port or int(_DEFAULT_PORTS.get(scheme, "")[1:] or 0)
    return f"{scheme}://{(parts.hostname or '').rstrip('.')}:{port}" if parts.hostname else ""


def without_user(url: str) -> tuple[str, str | None]:
    """``url`` without user and password, and the ``Authorization`` header that they stand for; None where it has none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url, None
    user, at, place = parts.netloc.rpartition("@")
    if not at or parts.scheme.lower() not in ("http", "https"):
        return url, None
    name, _, password = user.partition(":")
    pair = base64.b64encode(unquote_to_bytes(name) + b":" + unquote_to_bytes(password)).decode("ascii")
    return urlunsplit(parts._replace(netloc=place)), f"Basic {pair}" if user else None


def host_of(link: str) -> str:
    """The host of ``link`` with its port where that is not the scheme's own; empty for files."""
    try:
        parts = urlsplit(link)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return ""
    return host if port is None or f":{port}" == _DEFAULT_PORTS.get(parts.scheme.lower()) else f"{host}:{port}"


def within(markup: str, base: str) -> list[str]:
    """The absolute links of ``markup``, each once, in order."""
    found = re.findall(r"""<a\b[^<>]*?\shref\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)'|([^\s"'<>]+))""", markup, re.IGNORECASE)
    targets = [absolute(unescape(double or single or bare), base) for double, single, bare in found]
    return list(dict.fromkeys(target for target in targets if target))
