"""``parse_document`` never raises, whatever a server sends: documents mutated by a seeded generator."""

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from transforms.feeds.parsing.parse import parse_document

ROOT = Path(__file__).parents[4]
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
FOLDERS = (ROOT / "tests/feed_cases", ROOT / "configs/sample-feeds", ROOT.parent / "shared/feeds/cases")
ODD = (
    b"&#99999999999999999999;", b"&#xD800;", b"&#0;", b"&lol;", b"&", b"<", b">", b"]]>", b"<![CDATA[", b"<!--", b"-->", b"<!-->", b"<?xml?>",
    b"<?", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"<!DOCTYPE", b"<!ENTITY a 'b'>", b"\x00", b"\xff", b"\xed\xa0\x80", b"\xf4\x90\x80\x80",
    "\u200d\u202e\u00ad\U000e0041".encode(), b"9" * 5000, b"-1", b"1e999", b"99999999999999999999", b"<a b=\"", b"<x:y>", b"<x:>", b"<:>", b"<rss:1>", b"</item>", b"<item>",
    b"<entry xmlns='urn:x'>", b" xml:base='http://['", b" xmlns='http://search.yahoo.com/mrss/'", b"http://[see", b"<ttl>99999999999999999999</ttl>",
    b"<gml:pos>1 2</gml:pos>", b"<author>" + b"a 1" * 300 + b"</author>", b"<pubDate>99/99/9999 99:99</pubDate>", b"<script>", b"<iframe/>",
    b'{"id": 1e400}', b"[" * 300, b"\\ud800", b"null",
)  # fmt: skip
ENCODINGS = ("utf-16", "utf-16-le", "utf-32", "utf-7", "cp1251", "shift_jis", "iso2022_kr", "utf-8-sig")
LABELS = (
    b"utf-16",
    b"windows-874",
    b"x-user-defined",
    b"replacement",
    b"hz-gb-2312",
    b"utf-7",
    b"no-such",
    b"iso-8859-8-i",
    b"",
)
ADDRESSES = (
    b"https://purl.org/rss/1.0",
    b"http://www.w3.org/2005/Atom",
    b"urn:x",
    b"",
    b"http://search.yahoo.com/mrss",
)


def documents():
    paths = [path for folder in FOLDERS if folder.is_dir() for path in sorted(folder.iterdir())]
    return [path.read_bytes() for path in paths if path.suffix in (".xml", ".html", ".json", ".rdf", ".atom")]


def mutant(seeds, chance):
    """One of the documents after one to four faults of any kind."""
    body = chance.choice(seeds)
    for _ in range(chance.randint(1, 4)):
        at, to = sorted((chance.randint(0, len(body)), chance.randint(0, len(body))))
        near = min(to, at + chance.randint(1, 400))
        kind = chance.randrange(10)
        if kind == 0:
            flipped = bytearray(body)
            for _ in range(min(len(flipped), chance.randint(1, 30))):
                flipped[chance.randrange(len(flipped))] = chance.randrange(256)
            body = bytes(flipped)
        elif kind == 1:
            body = body[:at]
        elif kind == 2:
            body = body[:at] + body[near:]
        elif kind == 3:
            body = body[:at] + body[at:near] * chance.choice((2, 3, 50)) + body[near:]
        elif kind == 4:
            body = body[:at] + chance.choice(seeds)[:20000] + body[at:]
        elif kind in (5, 6):
            body = body[:at] + chance.choice(ODD) + body[at:]
        elif kind == 7:
            body = body.decode("utf-8", "replace").encode(chance.choice(ENCODINGS), "replace")
        elif kind == 8:
            start = body.find(b"xmlns")
            body = body[:start] + b'xmlns="' + chance.choice(ADDRESSES) + b'" ' + body[start:] if start >= 0 else body
        else:
            body = b'<?xml version="1.0" encoding="' + chance.choice(LABELS) + b'"?>' + body
        body = body[:300_000]
    return body


def check(count, seed):
    seeds, chance = documents(), random.Random(seed)
    for number in range(count):
        body = mutant(seeds, chance)
        document = parse_document(body, "https://gazette.example/feed.xml", NOW, detect=False)
        assert "fault" not in (document.error or ""), (seed, number, document.error)
        for entry in document.entries:
            f"{entry}".encode()  # no lone surrogate that could not be written


def test_no_damaged_document_breaks_the_parser():
    check(400, 11)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(4))
def test_no_damaged_document_of_twenty_thousand_breaks_the_parser(seed):
    check(5000, seed)
