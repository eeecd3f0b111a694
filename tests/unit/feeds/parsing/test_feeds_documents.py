"""Documents with known faults and right answers (tests/feed_cases), and further ones of the same kinds."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.upkeep.parse_feed import as_json
from transforms.feeds.parsing import article_page
from transforms.feeds.parsing.parse import parse_document

CASES = Path(__file__).parents[3] / "feed_cases"
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
URL = "https://gazette.example/feed.xml"


def cases(kind):
    for path in sorted(CASES.glob("*.expected.json")):
        case = json.loads(path.read_text(encoding="utf-8"))
        if case["kind"] == kind:
            yield pytest.param(case, id=case["case"])


def squeeze(value):
    return re.sub(r"\s+", " ", value).strip() if isinstance(value, str) else value


def parse(text, **options):
    body = text if isinstance(text, bytes) else text.encode()
    return parse_document(body, options.pop("url", URL), NOW, **options)


def rss(*items, head="", namespaces=""):
    body = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" {namespaces}><channel><title>T</title>{head}{body}</channel></rss>'


def atom(*entries, attributes=""):
    body = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return f'<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/" {attributes}><title>T</title>{body}</feed>'


@pytest.mark.parametrize("case", cases("feed"))
def test_a_faulty_document_gives_the_right_answer(case):
    request, expect = case["request"], case["expect"]
    document = as_json(
        parse_document(
            (CASES / case["input"]).read_bytes(),
            request["url"],
            datetime.fromisoformat(request["fetched_at"]),
            request["status"],
            request["headers"],
        )
    )
    if expect.get("or_error") and document["error"]:
        assert document["error"] == expect["or_error"]
        return
    assert document["error"] == expect["error"]
    assert document["format"] == expect.get("format", document["format"])
    assert len(document["entries"]) == expect["entry_count"]
    for want, have in zip(expect["entries"], document["entries"], strict=False):
        have["author"] = ", ".join(have["authors"]) or None
        for key, value in want.items():
            if key == "title_any":
                assert squeeze(have["title"]) in value
            elif key == "flags":
                assert set(value) <= set(have["flags"])
            else:
                assert squeeze(have[key]) == squeeze(value), key
    if "canonical_keys" in expect:
        assert {entry["canonical_url"].removeprefix("https://") for entry in document["entries"]} == set(
            expect["canonical_keys"]
        )
    if "distinct_ids" in expect:
        assert len({entry["id"] for entry in document["entries"]}) == expect["distinct_ids"]


@pytest.mark.parametrize("case", cases("html"))
def test_an_article_page_gives_its_text_once_and_its_own_date(case):
    request, expect = case["request"], case["expect"]
    found = article_page.extract((CASES / case["input"]).read_bytes(), request["url"], NOW, request["headers"])
    assert found.title == expect["title"]
    assert found.language == expect["language"]
    if "published_date" in expect:
        assert found.published.date().isoformat() == expect["published_date"]
    if "text" in expect:
        assert squeeze(found.text) == expect["text"]
    for part in expect.get("text_contains", ()):
        assert part in found.text
    for part in expect["text_excludes"]:
        assert part not in found.text


CAPTION = "A photo of the harbour at dusk"
MRSS = 'xmlns:media="http://search.yahoo.com/mrss/" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'


@pytest.mark.parametrize(
    "caption",
    [
        f"<media:description>{CAPTION}</media:description>",
        f"<media:text>{CAPTION}</media:text><media:credit>{CAPTION}</media:credit>",
        f'<media:content url="https://i.example/a.jpg"><media:description>{CAPTION}</media:description></media:content>',
        f'<media:group><media:content url="https://i.example/a.jpg"><media:text>{CAPTION}</media:text></media:content></media:group>',
        f'<media:thumbnail url="https://i.example/a.jpg"><media:title>{CAPTION}</media:title></media:thumbnail>',
        f"<image><url>https://i.example/a.jpg</url><title>{CAPTION}</title><description>{CAPTION}</description></image>",
        f"<enclosure url='https://i.example/a.jpg' type='image/jpeg'><description>{CAPTION}</description></enclosure>",
        f"<media:title>{CAPTION}</media:title>",
    ],
)
@pytest.mark.parametrize("position", ["before", "between", "after"])
def test_a_caption_is_never_body_teaser_or_title_wherever_it_stands(caption, position):
    title = "<title>Envoys arrive</title><guid>k</guid>"
    teaser, text = (
        "<description>Two envoys came.</description>",
        "<content:encoded>&lt;p&gt;Two envoys came and met.&lt;/p&gt;</content:encoded>",
    )
    parts = {"before": [caption, teaser, text], "between": [teaser, caption, text], "after": [teaser, text, caption]}[
        position
    ]
    (entry,) = parse(
        rss(
            "".join([*(parts[:1] if position == "before" else []), title, *parts[position == "before" :]]),
            namespaces=MRSS,
        )
    ).entries
    assert (entry.title, entry.summary, entry.text) == ("Envoys arrive", "Two envoys came.", "Two envoys came and met.")


def test_a_caption_beside_a_teaser_alone_leaves_the_teaser_as_the_text():
    item = f"<title>T</title><media:content><media:description>{CAPTION} and much longer than the teaser is</media:description></media:content><description>Short.</description>"
    (entry,) = parse(rss(item, namespaces=MRSS)).entries
    assert entry.text == entry.summary == "Short."


def test_a_body_of_nothing_but_a_figure_is_no_body():
    figure = f"<content:encoded><![CDATA[<figure><img src='a.jpg'><figcaption>{CAPTION}</figcaption></figure>]]></content:encoded>"
    (entry,) = parse(rss(f"<title>T</title>{figure}<description>The text.</description>", namespaces=MRSS)).entries
    assert entry.text == "The text."


@pytest.mark.parametrize("fault", ["", "&", "<br>"])
def test_captions_stay_out_of_malformed_feeds_too(fault):
    item = f"<title>T</title><media:content><media:description>{CAPTION}</media:description></media:content><description>The text. {fault}</description>"
    document = parse(rss(item, namespaces=MRSS).replace("</channel></rss>", ""))
    assert [CAPTION in entry.text for entry in document.entries] == [False]
    assert document.entries[0].text.startswith("The text.")


def test_a_video_has_its_description_for_want_of_anything_else():
    group = "<media:group><media:title>V</media:title><media:description>The minister answers.</media:description></media:group>"
    with_text, without = parse(
        atom(f"<id>1</id><title>V</title><summary>Own.</summary>{group}", f"<id>2</id><title>V</title>{group}")
    ).entries
    assert (with_text.text, without.text) == ("Own.", "The minister answers.")


@pytest.mark.parametrize(
    ("construct", "text"),
    [
        ('<title type="text">What is the &lt;b&gt; tag?</title>', "What is the <b> tag?"),
        ("<title>What is the &lt;b&gt; tag?</title>", "What is the <b> tag?"),
        ('<title type="html">How &lt;i&gt;Tide&lt;/i&gt; ended</title>', "How Tide ended"),
        ('<title type="html">Smith &amp;amp; Sons</title>', "Smith & Sons"),
        ('<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">A <em>b</em> c</div></title>', "A b c"),
        (
            '<title type="html">&lt;script&gt;alert(1)&lt;/script&gt;Talks&lt;style&gt;p{}&lt;/style&gt;</title>',
            "Talks",
        ),
        ('<title type="html"><![CDATA[a < b & c]]></title>', "a < b & c"),
        ('<title type="text/html" mode="escaped">One &lt;b&gt;two&lt;/b&gt;</title>', "One two"),
        ("<title>\n  Two\n  lines </title>", "Two lines"),
    ],
)
def test_the_type_of_a_title_says_what_is_markup(construct, text):
    (entry,) = parse(atom(f"<id>1</id>{construct}")).entries
    assert entry.title == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
        ("One<br>two<br/>three", "One\ntwo\nthree"),
        ("<ul><li>beta</li><li>gamma</li></ul>", "beta\ngamma"),
        ("<div>A<div>B</div>C</div>", "A\n\nB\n\nC"),
        ("<b>bo</b>ld", "bold"),
        ("5 < 6 and x<y, a<b> c", "5 < 6 and x<y, a c"),
        ("<table><tr><td>1</td><td>2</td></tr></table>", "1 2"),
        ("a<script>var x = '<p>no</p>';</script>b<style>p{}</style>", "ab"),
        ("A&nbsp;&eacute;&#233;&copy; B", "A éé© B"),
        ("<!-- hidden -->seen<!-- unclosed", "seen"),
        ("<P>UP</P><P>Two</P>", "UP\n\nTwo"),
        ("AT&T; R&D", "AT&T; R&D"),
        ("a\x00b\x1fc\u009d", "abc"),
    ],
)
def test_html_becomes_text_with_its_blocks_apart(html, text):
    from transforms.feeds.text.plaintext import from_html

    assert from_html(html) == text


@pytest.mark.parametrize(
    ("document", "error"),
    [
        (b"", "empty_body"),
        (b" \r\n\x00", "empty_body"),
        (b"<!DOCTYPE html><html><body><p>Just a moment</p></body></html>", "not_a_feed"),
        (b"<html lang='en'><head><title>404</title></head></html>", "not_a_feed"),
        (b"  <!-- x --><HTML><body/></HTML>", "not_a_feed"),
        (
            b"<?xml version='1.0'?><!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0 Strict//EN' 'x.dtd'><html xmlns='http://www.w3.org/1999/xhtml'/>",
            "not_a_feed",
        ),
        (b"Too many requests", "not_a_feed"),
        (b'{"error": "rate limited"}', "not_a_feed"),
        (b"[1, 2]", "not_a_feed"),
        (b'{"version": "https://jsonfeed.org/version/1.1", "items": [', "not_a_feed"),
        (b"<opml version='2.0'><body/></opml>", "not_a_feed"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_a_feed"),
        (
            b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>https://a.example/</loc></url></urlset>",
            "not_a_news_sitemap",
        ),
        (b"<rss><channel><title>T</title><description>&lt;item></description><ITEM", "no_entries_read"),
    ],
)
def test_what_is_no_feed_is_an_error_and_never_an_empty_success(document, error):
    assert parse(document).error == error


def test_a_feed_without_entries_is_a_feed():
    document = parse(rss())
    assert (document.error, document.format, list(document.entries)) == (None, "rss20", [])


@pytest.mark.parametrize(
    ("status", "error"), [(404, "http_404"), (410, "http_410"), (500, "http_500"), (204, "http_204")]
)
def test_an_answer_that_is_no_document_is_an_error(status, error):
    assert parse(rss("<title>a</title>"), status=status).error == error


@pytest.mark.parametrize(
    "dtd",
    [
        '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>',
        '<!DOCTYPE rss [<!ENTITY % p "x"><!ENTITY b "%p;">]>',
        f'<!DOCTYPE rss [<!ENTITY a "{"x" * 2000}">]>',
        "<!DOCTYPE rss [<!ENTITY a 'one' two>]>",
        '<!DOCTYPE rss [<!ENTITY a "<item/>">]>',
        '<!doctype rss [<!entity a "ha"><!entity b "&a;">]>',
    ],
)
def test_entities_that_nest_or_are_long_refuse_the_document(dtd):
    assert (
        parse(f"{dtd}<rss version='2.0'><channel><item><title>&b;</title></item></channel></rss>").error
        == "dtd_forbidden"
    )


def test_a_short_entity_used_without_end_refuses_the_document():
    use = "&a;" * 100_000
    assert (
        parse(
            f'<!DOCTYPE rss [<!ENTITY a "hahaha">]><rss version="2.0"><channel><item><title>{use}</title></item></channel></rss>'
        ).error
        == "dtd_forbidden"
    )


def test_the_harmless_document_types_of_old_feeds_are_passed_over():
    old = '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/publish/formats/rss-0.91.dtd">'
    document = parse(
        f'<?xml version="1.0"?>{old}<rss version="0.91"><channel><title>T</title><item><title>A &eacute; B</title></item></channel></rss>'
    )
    assert (document.format, document.entries[0].title) == ("rss091u", "A é B")
    own = '<!DOCTYPE rss [<!ENTITY nbsp "&#160;"><!ENTITY co "Company">]>'
    assert (
        parse(f"{own}<rss version='2.0'><channel><item><title>A&nbsp;&co;</title></item></channel></rss>")
        .entries[0]
        .title
        == "A Company"
    )


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        ("A &#x1F; B", "A B"),
        ("A &#0;B", "A B"),
        ("A \x0b\x08B", "A B"),
        ("A &#xFFFE;B", "A B"),
        ("A &#55357;&#56832; B", "A 😀 B"),
        ("A &#xD83D;&#xDE00; B", "A 😀 B"),
        ("A &#55357; B", "A B"),
        ("it&#146;s", "it’s"),
        ("Smith & Sons", "Smith & Sons"),
        ("R&D &copy &amp; AT&T", "R&D &copy & AT&T"),
        ("&nbsp;Caf&eacute;&hellip;", "Café…"),
        ("&unknown; thing", "&unknown; thing"),
        ("5 < 6", "5 < 6"),
        ("a &lt; b", "a < b"),
        ("<![CDATA[x & y &eacute;]]>", "x & y é"),
    ],
)
def test_what_xml_forbids_costs_only_itself(raw, title):
    first, second = parse(rss(f"<title>{raw}</title><guid>1</guid>", "<title>Clean</title><guid>2</guid>")).entries
    assert squeeze(first.title) == title
    assert second.title == "Clean"


@pytest.mark.parametrize(
    "broken",
    [
        lambda text: "\n\n  " + text,
        lambda text: "<b>Warning</b>: include() failed in /x.php<br />\n" + text,
        lambda text: text + "<!-- served in 0.2 s --><script>x</script>",
        lambda text: text.replace("</channel></rss>", ""),
        lambda text: text.replace(
            "<title>One</title>", "<title>One</title><description>a<br>b<hr><img src='x'></description>"
        ),
        lambda text: text.replace('version="2.0"', "version=2.0"),
        lambda text: text.replace("<item>", "<item>\n<media:thumbnail url='x'/>"),
        lambda text: "\ufeff" + text,
    ],
)
def test_a_malformed_feed_keeps_all_its_entries(broken):
    text = broken(rss("<title>One</title><guid>1</guid>", "<title>Two</title><guid>2</guid>"))
    assert [entry.title for entry in parse(text).entries] == ["One", "Two"]


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ('<rss version="0.92"><channel><item><title>A</title></item></channel></rss>', "rss092"),
        ('<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel rdf:about="x"><title>T</title></channel><item rdf:about="https://a.example/1"><title>A</title></item></rdf:RDF>', "rss10"),
        ('<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://my.netscape.com/rdf/simple/0.9/"><channel><title>T</title></channel><item><title>A</title></item></rdf:RDF>', "rss090"),
        ('<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>T</title><entry><title>A</title></entry></feed>', "atom03"),
        ('<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>A</title></entry></feed>', "atom10"),
        ('<atom:feed xmlns:atom="http://www.w3.org/2005/Atom"><atom:entry><atom:title>A</atom:title></atom:entry></atom:feed>', "atom10"),
        ('<r:rss xmlns:r="http://backend.userland.com/rss2" version="2.0"><r:channel><r:item><r:title>A</r:title></r:item></r:channel></r:rss>', "rss20"),
        ('<rss:rss version="2.0"><rss:channel><rss:item><rss:title>A</rss:title></rss:item></rss:channel></rss:rss>', "rss20"),
        ('{"version": "https://jsonfeed.org/version/1", "title": "T", "items": [{"id": "1", "title": "A"}]}', "jsonfeed10"),
    ],
)  # fmt: skip
def test_every_family_of_feeds_is_read(text, version):
    document = parse(text)
    assert (document.error, [entry.title for entry in document.entries]) == (None, ["A"])
    assert document.format == version


def test_links_follow_every_base_on_the_way_down():
    entry = '<id>1</id><link xml:base="c/" href="d.html"/><content type="html" xml:base="e/">&lt;a href="f.png">x&lt;/a></content>'
    document = parse(
        atom(entry, attributes='xml:base="https://log.example/a/"').replace("<entry>", '<entry xml:base="b/">')
    )
    assert document.entries[0].link == "https://log.example/a/b/c/d.html"
    assert as_json(document)["entries"][0]["content_links"] == ["https://log.example/a/b/e/f.png"]


@pytest.mark.parametrize(
    ("reference", "link"),
    [
        ("/a", "https://gazette.example/a"),
        ("a", "https://gazette.example/a"),
        ("//cdn.example/a", "https://cdn.example/a"),
        ("?p=1", "https://gazette.example/feed.xml?p=1"),
        ("http://[see note", None),
        ("javascript:alert(1)", None),
        ("mailto:a@b.example", None),
        ("www.other.example/a", "https://www.other.example/a"),
        ("\n https://a.example/x\n ", "https://a.example/x"),
        ("https://a.example/x y", "https://a.example/x%20y"),
    ],
)
def test_a_link_is_an_absolute_web_address_or_none(reference, link):
    (entry,) = parse(rss(f"<title>A</title><link>{reference}</link>")).entries
    assert entry.link == link


@pytest.mark.parametrize(
    ("item", "link"),
    [
        ("<link></link><guid>https://a.example/1</guid>", "https://a.example/1"),
        ("<guid isPermaLink='TRUE'>https://a.example/1</guid>", "https://a.example/1"),
        ("<guid isPermaLink='False'>https://a.example/1</guid>", None),
        ("<guid ispermalink='false'>https://a.example/1</guid>", None),
        ("<guid>a-1</guid>", None),
        ("<guid>urn:uuid:1</guid><link>https://a.example/2</link>", "https://a.example/2"),
        ("<link rel='self' href='https://a.example/self'/><link>https://a.example/2</link>", "https://a.example/2"),
        (
            "<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='alternate' href='https://a.example/3'/>",
            "https://a.example/3",
        ),
    ],
)
def test_a_guid_is_the_link_only_where_it_says_so_and_nothing_else_does(item, link):
    (entry,) = parse(rss(f"<title>A</title>{item}")).entries
    assert entry.link == link


def test_atom_takes_the_alternate_that_is_a_page():
    links = (
        '<link rel="self" href="/self"/><link rel="enclosure" href="/a.mp3"/><link rel="alternate" type="application/json" href="/j"/>'
        '<link rel="alternate" type="text/html" href="/page"/><link rel="replies" href="/r"/>'
    )
    assert parse(atom(f"<id>1</id>{links}")).entries[0].link == "https://gazette.example/page"


def test_authors_and_categories_are_read_in_their_usual_forms():
    item = "<title>A</title><author>desk@a.example (Ann Bo)</author><dc:creator>Cy Dee</dc:creator><category>World</category><category>Talks &amp;amp; deals</category>"
    (entry,) = parse(rss(item, namespaces='xmlns:dc="http://purl.org/dc/elements/1.1/"')).entries
    assert set(entry.authors) == {"Ann Bo", "Cy Dee"}
    assert list(entry.categories) == ["World", "Talks & deals"]
    (entry,) = parse(
        atom(
            '<id>1</id><author><name>Ann</name></author><author><name>Bo</name></author><category term="x" label="World"/>'
        )
    ).entries
    assert (list(entry.authors), list(entry.categories)) == (["Ann", "Bo"], ["World"])


def test_json_feed_ids_are_text_whatever_they_are():
    items = [
        {"id": 3, "content_text": "a"},
        {"id": 3.0, "title": "b"},
        {"id": "x", "url": "/p"},
        {"content_html": "<p>no id</p>"},
        "junk",
        None,
    ]
    document = parse(json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": items}))
    assert [entry.guid for entry in document.entries] == ["3", "3", "x", None]
    assert document.entries[2].link == "https://gazette.example/p"


def test_nul_and_lone_surrogates_break_nothing():
    items = r'[{"id": "1", "title": "A\u0000B \ud83d C", "content_text": "\udc00 text\u0000", "tags": ["\ud800"]}]'
    (entry,) = parse('{"version": "https://jsonfeed.org/version/1.1", "items": ' + items + "}").entries
    assert entry.title == "AB \ufffd C"
    assert entry.text == "\ufffd text"
    json.dumps(
        as_json(parse('{"version": "https://jsonfeed.org/version/1.1", "items": ' + items + "}")), ensure_ascii=False
    ).encode()


def test_an_article_of_five_megabytes_is_read_whole():
    paragraph = "<p>The delegations met again on the second day of their talks.</p>"
    text = paragraph * (5_000_000 // len(paragraph))
    (entry,) = parse(rss(f"<title>A</title><description><![CDATA[{text}]]></description>"), detect=False).entries
    assert entry.text.count("The delegations met") == 5_000_000 // len(paragraph)


def test_entries_beyond_the_limit_are_counted():
    document = parse(rss(*(f"<title>{n}</title><guid>{n}</guid>" for n in range(12))), limit=5)
    assert (len(document.entries), document.omitted) == (5, 7)


def test_the_same_bytes_give_the_same_answer():
    text = rss("<title>A</title><description>B</description>", "<title>C</title>")
    assert parse(text) == parse(text)
