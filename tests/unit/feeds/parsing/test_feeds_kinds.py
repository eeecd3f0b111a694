"""Faults of feeds, each in many wordings: declarations, sections, raw text, namespaces, invisible characters, dates, limits."""

from datetime import UTC, datetime

import pytest

from transforms.feeds.dates.timestamps import read as read_date
from transforms.feeds.parsing.parse import parse_document
from transforms.feeds.text import charset, plaintext

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def parse(text, **options):
    return parse_document(
        text if isinstance(text, bytes) else text.encode(), "https://gazette.example/f", NOW, **options
    )


def rss(*items, attributes=""):
    return f'<rss version="2.0" {attributes}><channel><title>T</title>{"".join(f"<item>{item}</item>" for item in items)}</channel></rss>'


QUOTED = [
    "<!DOCTYPE ",
    "<!DOCTYPE html>",
    '<!ENTITY a "b">',
    "<?xml version='1.0'?>",
    "<!--",
    "<item>",
    "</item></channel></rss>",
    "<rss>",
]


@pytest.mark.parametrize("quoted", QUOTED)
@pytest.mark.parametrize("place", ["<description><![CDATA[{}]]></description>", "<!-- {} -->", "<?note {} ?>"])
def test_what_is_quoted_in_cdata_comments_and_instructions_is_no_markup(quoted, place):
    if (place.startswith("<!--") and quoted == "<!--") or (place.startswith("<?") and "?>" in quoted):
        pytest.skip("that is its end")
    document = parse(
        rss(
            "<guid>1</guid>" + place.format(quoted),
            "<guid>2</guid><description>The ministers met.</description>",
            "<guid>3</guid>",
        )
    )
    assert (document.error, [entry.guid for entry in document.entries]) == (None, ["1", "2", "3"])
    assert document.entries[1].text == "The ministers met."


@pytest.mark.parametrize(
    "broken",
    [
        "<description><![CDATA[Cut off</description>",
        "<!-- never closed",
        "<description>a <b and c</description>",
        "<x",
        "</y>",
    ],
)
def test_a_fault_in_one_item_costs_no_other(broken):
    document = parse(
        rss(
            "<guid>1</guid><title>A</title>",
            "<guid>2</guid>" + broken,
            "<guid>3</guid><title>C</title><description><![CDATA[The end.]]></description>",
        )
    )
    assert [entry.guid for entry in document.entries] == ["1", "2", "3"]
    assert document.entries[2].text == "The end."


@pytest.mark.parametrize(
    "name",
    [
        "iframe",
        "script",
        "style",
        "object",
        "textarea",
        "title",
        "noscript",
        "svg",
        "video",
        "select",
        "template",
        "math",
        "head",
        "xmp",
        "embed",
    ],
)
@pytest.mark.parametrize(
    "form", ["<{0}/>", "<{0} src='x' />", "<{0} src='x'></{0}>", "<{0} src='x'>", "<{1} src='x'/>"]
)
def test_an_element_without_end_swallows_nothing(name, form):
    tag = form.format(name, name.upper())
    assert plaintext.from_html(f"<p>First.</p>{tag}<p>Then.</p>") == "First.\n\nThen."


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<o:p>A</o:p> <nitf>b</nitf> <blink>c</blink> <amp-img src='x'/>", "A b c"),
        ("a < b, <3, x<y, List<String>, <sean@port.example>, #include </etc/x>", "a < b, <3, x<y, List<String>, <sean@port.example>, #include </etc/x>"),
        ("if a <b and c> d", "if a <b and c> d"),
        ("<a href=\"x>One <b class='y'>two</b> three", "One two three"),
        ("<img alt='a > b'>One", "One"),
        ("One <!-- open <p>Two</p>", "One\n\nTwo"),
        ("One<a href='http", "One"),
        ("<![CDATA[One]]>", "One"),
        ("<script>var a = '<p>';</script>One", "One"),
    ],
)  # fmt: skip
def test_tags_are_dropped_and_what_only_looks_like_one_stays(html, text):
    assert plaintext.from_html(html) == text


CONTENT, DC = "purl.org/rss/1.0/modules/content", "purl.org/dc/elements/1.1"


@pytest.mark.parametrize(
    "attributes",
    [
        f'xmlns:content="{scheme}{CONTENT}{end}" xmlns:dc="{scheme}{DC}{end}"'
        for scheme in ("http://", "https://", "HTTP://www.")
        for end in ("", "/")
    ]
    + [
        "",
        'xmlns:content="urn:unknown" xmlns:dc="urn:other"',
        f'xmlns:content="http://{DC}/" xmlns:dc="http://{CONTENT}/"',
    ],
)
def test_namespaces_are_known_by_address_else_by_prefix(attributes):
    item = "<guid>1</guid><description>Short.</description><content:encoded>The ministers met.</content:encoded><dc:date>2026-03-09T08:00:00Z</dc:date><dc:creator>Ana Ruiz</dc:creator>"
    (entry,) = parse(rss(item, attributes=attributes)).entries
    assert (entry.text, entry.published, list(entry.authors)) == (
        "The ministers met.",
        datetime(2026, 3, 9, 8, tzinfo=UTC),
        ["Ana Ruiz"],
    )


@pytest.mark.parametrize(
    "address",
    [
        "urn:x",
        "https://cyber.harvard.edu/rss/rss.html",
        "http://www.w3.org/2005/Atom",
        "http://search.yahoo.com/mrss/",
        "http://purl.org/dc/elements/1.1/",
        "http://www.w3.org/1999/xhtml",
    ],
)
def test_a_default_namespace_on_the_root_is_the_feeds_own(address):
    item = "<title>A</title><link>https://a.example/1</link><description>The ministers met.</description>"
    (entry,) = parse(rss(item, attributes=f'xmlns="{address}"')).entries
    assert (entry.title, entry.link, entry.text) == ("A", "https://a.example/1", "The ministers met.")


@pytest.mark.parametrize(
    "address", ["urn:x", "HTTP://WWW.W3.ORG/2005/ATOM", "https://www.w3.org/2005/Atom/", "http://purl.org/atom/ns", ""]
)
def test_atom_is_known_by_its_root(address):
    (entry,) = parse(
        f'<feed xmlns="{address}"><entry><id>1</id><title>A</title><content>The ministers met.</content></entry></feed>'
    ).entries
    assert (entry.title, entry.text) == ("A", "The ministers met.")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("co\u00adoperation", "cooperation"), ("\ufeffA\u200bB", "AB"), ("\u202aA\u202c \u2067B\u2069\u200f", "A B"), ("Auf\u200clage", "Auflage"),
        ("می\u200cشود", "می\u200cشود"), ("क्\u200dष", "क्\u200dष"), ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"), ("ه\u200c ب", "ه ب"), ("a\U000e0061b", "ab"),
        ("🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"),
    ],
)  # fmt: skip
def test_invisible_characters_go_and_joiners_of_letters_stay(written, read):
    (entry,) = parse(rss(f"<title>{written}</title><description>{written}</description>")).entries
    assert (entry.title, entry.text) == (read, read)


@pytest.mark.parametrize(
    ("label", "encoding", "text"),
    [
        ("windows-874", "cp874", "รัฐมนตรีพบกัน"), ("tis-620", "cp874", "รัฐมนตรีพบกัน"), ("x-mac-cyrillic", "mac_cyrillic", "Министры встретились"),
        ("iso-8859-8-i", "iso8859-8", "השרים נפגשו בירושלים"), ("logical", "iso8859-8", "השרים נפגשו"), ("x-sjis", "cp932", "外相会談は東京で行われた"),
        ("ks_c_5601-1987", "cp949", "양국 외교장관은 서울에서"), ("latin5", "cp1254", "görüştü ve iş birliği"), ("cp866", "cp866", "Министры встретились"),
        ("hz-gb-2312", "hz", "两国外长在北京"), ("iso-2022-kr", "iso2022_kr", "양국 외교장관은"), ("koi8-u", "koi8-u", "Міністри зустрілися"),
    ],
)  # fmt: skip
def test_charset_labels_are_those_of_the_encoding_standard(label, encoding, text):
    body = f'<?xml version="1.0" encoding="{label}"?>{rss(f"<title>{text}</title>")}'
    assert charset.decode(body.encode(encoding)).text == body


@pytest.mark.parametrize("label", ["replacement", "x-user-defined", "utf-16", "utf-16be", "windows-874"])
def test_utf8_is_read_under_any_label(label):
    assert charset.decode(f'<?xml version="1.0" encoding="{label}"?><rss>Größe, 東京</rss>'.encode()).text.endswith(
        "Größe, 東京</rss>"
    )


def test_one_bad_byte_in_a_code_page_costs_one_character():
    body = "<rss>Министры встретились в Осло".encode("cp1251") + b"\x98</rss>"
    assert charset.decode(body, "text/xml; charset=windows-1251").text == "<rss>Министры встретились в Осло\ufffd</rss>"


@pytest.mark.parametrize(
    ("text", "language", "day"),
    [
        ("Thu, 03/05/2026", "", "03-05"), ("Thu, 03/05/2026 10:00", "fr", "03-05"), ("Do, 03/05/2026", "de", "03-05"), ("jeu. 03/05/2026", "fr", "03-05"),
        ("чт, 03/05/2026", "ru", "03-05"), ("gio 03/05/2026", "it", "03-05"), ("jueves 03/05/2026", "es-MX", "03-05"), ("Tue, 03/02/2026", "en-US", "02-03"),
        ("03/05/2026", "en_US", "03-05"), ("03/05/2026", "en_PH", "03-05"), ("03/02/2026", "en_GB", "02-03"), ("03/02/2026", "es_MX", "02-03"),
        ("Sat, 7 Mar 2026", "", "03-07"), ("mar, 10 mar 2026", "es", "03-10"),
    ],
)  # fmt: skip
def test_the_weekday_decides_the_order_and_else_the_region(text, language, day):
    assert read_date(text, NOW, (language,) if language else ()).at.strftime("%m-%d") == day


@pytest.mark.parametrize(
    "part",
    ["<author>" + "a 1" * 20_000 + "</author>", "<author>" + "a@b " * 20_000 + "</author>", "<gml:pos>1 2</gml:pos>", "<category>x</category>" * 5000,
     "<category domain='http://['>x</category>", "<link>http://[x</link>", "<ttl>99999999999999999999</ttl>", f"<media:content>{'<a>' * 300}"],
)  # fmt: skip
def test_a_fault_or_cost_in_an_auxiliary_part_costs_that_part(part):
    document = parse(
        f"<rss><channel>{part if 'ttl' in part or 'gml' in part else ''}<item><guid>1</guid><title>A</title>{part}</item><item><guid>2</guid><title>B</title></item></channel></rss>",
        seconds=3,
    )
    assert [entry.title for entry in document.entries] == ["A", "B"]


def test_a_very_long_number_in_json_costs_nothing():
    document = parse(
        '{"version": "https://jsonfeed.org/version/1.1", "x": '
        + "9" * 9000
        + ', "items": [{"id": "1"}, {"id": '
        + "9" * 5000
        + "}]}"
    )
    assert document.entries[0].guid == "1"


def test_cut_json_gives_the_items_that_are_whole():
    document = parse(
        '{"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": [{"id": "1"}, {"id": "2"}, {"id": "3", "con'
    )
    assert ([entry.guid for entry in document.entries], document.whole, document.feed.title) == (["1", "2"], False, "T")


def test_the_limit_counts_while_reading():
    document = parse(rss(*(["<guid>1</guid>"] * 100_000)), limit=20, detect=False)
    assert (len(document.entries), document.omitted, list(document.flags)) == (20, 99_980, [])


def test_what_was_read_when_time_ended_is_kept_and_flagged():
    document = parse(rss(*(f"<guid>{n}</guid><title>{n}</title>" for n in range(200))), seconds=0.0)
    assert 0 < len(document.entries) < 200 and len(document.entries) + document.omitted == 200
    assert "out_of_time" in document.flags


def test_a_text_longer_than_any_article_is_cut_and_flagged():
    (entry,) = parse(
        rss("<guid>1</guid><description>" + "The ministers met. " * 400_000 + "</description>"), detect=False
    ).entries
    assert len(entry.text) == 6_000_000 and "text_cut" in entry.flags


CUT = {
    "rss": ('<rss version="2.0"><channel><title>T</title>', "<item><guid>{0}</guid><title>Story {0}</title>", "</item>"),
    "rss with a prefix": ('<x:rss xmlns:x="urn:x"><x:channel>', "<x:item><x:guid>{0}</x:guid>", "</x:item>"),
    "rdf": (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel/>',
        '<item rdf:about="https://gazette.example/{0}"><title>Story {0}</title><dc:identifier>{0}</dc:identifier>',
        "</item>",
    ),
    "atom": ('<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>', "<entry><id>{0}</id><title>{0}</title>", "</entry>"),
    "entries that hold elements of their name": (
        '<rss xmlns:g="urn:g"><channel>', "<item><guid>{0}</guid><g:item>shelf {0}</g:item>", "</item>",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", CUT)
@pytest.mark.parametrize("open_ones", [(), (1,), (2,), (1, 2), (1, 2, 3, 4)])
def test_of_a_document_that_stops_early_the_last_entry_alone_is_left_out(kind, open_ones):
    head, entry, end = CUT[kind]
    whole = "".join(entry.format(n) + ("" if n in open_ones else end) for n in (1, 2, 3, 4))
    document = parse(head + whole + entry.format(5))
    assert [item.guid for item in document.entries] == ["1", "2", "3", "4"]
    assert not document.whole


@pytest.mark.parametrize("name", ["x:", ":", "rss:1", "x:-", "x:a:", "x:y"])
@pytest.mark.parametrize(
    "root",
    ["<x:rss>{}</x:rss>", '<rss xmlns="http://search.yahoo.com/mrss/">{}</rss>', "<rss:rss>{}</rss:rss>", "<rs:>{}"],
)
def test_an_element_without_a_proper_name_costs_nothing_but_itself(root, name):
    prefix = root[1:3] if root.startswith("<x:") else ""
    document = parse(
        root.format(f"<{prefix}item><{prefix}guid>1</{prefix}guid><{name}>a</{name}></{prefix}item><{name}/>")
    )
    assert document.error or [entry.guid for entry in document.entries] == ["1"]
    assert root == "<rs:>{}" or not document.error
