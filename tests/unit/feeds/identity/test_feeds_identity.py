"""Which article an entry is, what makes a revision of it, and that neither depends on order or noise."""

import json

import pytest
from desk import NOW, SOURCE, Desk, fates, item, link, parse
from hypothesis import given
from hypothesis import strategies as st

from transforms.articles import article_message
from transforms.feeds.document import Document
from transforms.feeds.identity import revision
from transforms.feeds.identity.masks import masked
from transforms.feeds.parsing import links
from transforms.feeds.parsing.parse import parse_document
from transforms.feeds.polling import decide, ledger


def policy(document: Document):
    return [entry.id_source for entry in document.entries]


@pytest.mark.parametrize(
    ("items", "sources"),
    [
        ([item(1, "a", link(1)), item(2, "b", link(2))], ["guid", "guid"]),
        ([item(1, None, link(1)), item(2, "b", link(2))], ["link", "guid"]),
        ([item(1, None, None), item(2, "b", link(2))], ["hash", "guid"]),
        ([item(1, "", link(1)), item(2, " ", link(2))], ["link", "link"]),
        ([item(1, "a", link(1)), item(2, "a", link(2))], ["link", "link"]),
        ([item(1, "a", link(1)), item(2, "a", link(2)), item(3, "c", link(3))], ["link", "link", "link"]),
        ([item(1, "a", None), item(2, "a", None)], ["hash", "hash"]),
        ([item(1, "a", link(0)), item(2, "a", link(0))], ["hash", "hash"]),
        ([item(1, "a", link(1)), item(2, "a", link(2)), item(3, "c", None)], ["link", "link", "guid"]),
        ([item(1, "a", link(1)), item(1, "a", link(1))], ["guid", "guid"]),
        ([item(1, "a", link(1) + "?utm_source=x"), item(1, "a", link(1))], ["guid", "guid"]),
        ([item(1, "a", link(1), title="One"), item(2, "a", link(1) + "#two", title="Two")], ["hash", "hash"]),
        ([item(1, None, link(0)), item(2, None, link(0)), item(3, None, link(0))], ["hash"] * 3),
        ([item(1, "http://a.example/1", link(1)), item(2, "https://a.example/1", link(2))], ["link", "link"]),
    ],
)
def test_the_identity_of_a_feed_is_the_best_that_tells_its_articles_apart(items, sources):
    assert policy(parse(*items)) == sources
    assert policy(parse(*reversed(items))) == sources[::-1]


def test_different_articles_have_different_ids_whatever_the_fault():
    for items in (
        [item(n, "same", link(n)) for n in range(9)],
        [item(n, "same", "https://gazette.example/") for n in range(9)],
        [item(n) for n in range(9)],
    ):
        assert len({entry.id for entry in parse(*items).entries}) == 9


def test_a_few_entries_that_share_a_link_do_not_take_the_link_from_the_rest():
    document = parse(
        *[item(n, "same", link(n)) for n in range(58)], item(98, "same", link(99)), item(99, "same", link(99))
    )
    assert document.identity == "link"
    assert policy(document) == ["link"] * 58 + ["hash"] * 2


def test_a_policy_that_is_remembered_is_never_better_than_it_was():
    assert policy(parse(item(1, "a", link(1)), policy="link")) == ["link"]


@pytest.mark.parametrize(
    "same",
    [
        ("https://Gazette.example:443/story/9?utm_source=rss&utm_medium=feed", "https://gazette.example/story/9"),
        ("http://www.gazette.example/story/9/", "https://gazette.example/story/9"),
        ("https://gazette.example/story/9#comments", "https://gazette.example/story/9"),
        ("https://gazette.example/s?b=2&a=1", "https://gazette.example/s?a=1&b=2"),
        (
            "https://gazette.example/s?id=9&fbclid=x&gclid=y&mc_cid=z&ref=rss&at_medium=RSS",
            "https://gazette.example/s?id=9",
        ),
        ("https://gazette.example/a%7Eb", "https://gazette.example/a~b"),
        ("https://gazette.example//a//b", "https://gazette.example/a/b"),
        ("https://gazette.example/a;jsessionid=A1B2", "https://gazette.example/a"),
        ("https://user@gazette.example/a", "https://gazette.example/a"),
        ("https://müller.example/a", "https://xn--mller-kva.example/a"),
        ("https://gazette.example", "https://gazette.example/"),
    ],
)
def test_two_writings_of_one_address_are_one(same):
    assert links.canonical(same[0]) == links.canonical(same[1])


@pytest.mark.parametrize(
    "different",
    [
        ("https://gazette.example/s?id=9", "https://gazette.example/s?id=10"),
        ("https://gazette.example/s?sid=9", "https://gazette.example/s?sid=10"),
        ("https://gazette.example/s?eid=9", "https://gazette.example/s?eid=10"),
        ("https://gazette.example/s?cid=9", "https://gazette.example/s?cid=10"),
        ("https://gazette.example/s?p=9", "https://gazette.example/s"),
        ("https://gazette.example/A", "https://gazette.example/a"),
        ("https://gazette.example/#!/a", "https://gazette.example/#!/b"),
        ("https://gazette.example/#/a", "https://gazette.example/#/b"),
        ("https://gazette.example:8080/a", "https://gazette.example/a"),
        ("https://gazette.example/a%2Fb", "https://gazette.example/ab"),
        ("https://sport.gazette.example/a", "https://gazette.example/a"),
    ],
)
def test_addresses_of_different_pages_stay_apart(different):
    assert links.canonical(different[0]) != links.canonical(different[1])


@given(st.text(max_size=60))
def test_no_address_breaks_it_and_a_canonical_one_is_its_own_canonical(text):
    for address in (text, "https://a.example/" + text, "http://" + text):
        once = links.canonical(address)
        assert links.canonical(once) == once
        links.absolute(address, "https://a.example/b")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5 minutes ago – Envoys met.", "52 minutes ago – Envoys met."),
        ("Envoys met. 12 comments", "Envoys met. 1,340 comments"),
        ("Envoys met. Comments: 3", "Envoys met. Comments: 4"),
        ("Envoys met. 3 min read", "Envoys met. 4 min read"),
        ("Vor 5 Minuten Treffen", "Vor einer Stunde Treffen"),
        ("Il y a 2 heures Accord", "Il y a 3 heures Accord"),
        ("Hace 2 horas Acuerdo", "Hace 20 minutos Acuerdo"),
        ("3時間前 会談", "4時間前 会談"),
        ("2 days ago\nEnvoys met.", "3 days ago\nEnvoys met."),
        ("Updated 2 weeks ago | Envoys met.", "Updated 3 weeks ago | Envoys met."),
        ("Last updated: 9 March 2026 10:15\nEnvoys met.", "Last updated: 9 March 2026 11:20\nEnvoys met."),
        ("Envoys met. a8f3b2c1d4e5f607", "Envoys met. b7f3b2c1d4e5f600"),
        ("Envoys met. 123e4567-e89b-12d3-a456-426614174000", "Envoys met. 923e4567-e89b-12d3-a456-426614174009"),
        ("See https://a.example/p?id=1&t=1773047700", "See https://a.example/p?id=1&t=1773047799"),
        ("Envoys  met.\n\nTwice.", "Envoys met. Twice."),
        ("Cafe\u0301 talks", "Café talks"),
    ],
)
def test_what_ticks_is_no_revision(one, other):
    assert masked(one) == masked(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The ministers will meet on 12 March.", "The ministers will meet on 14 March."),
        ("Envoys met 2 days ago in Rome.", "Envoys met 3 days ago in Rome."),
        ("The plan passed with 12 votes to 2.", "The plan passed with 13 votes to 2."),
        ("They talked for 20 minutes.", "They talked for 90 minutes."),
        ("Shares: 300 sold.", "Shares: 400 sold."),
        ("The view: 12 dead.", "The view: 14 dead."),
        ("He paid £5m.", "He paid $5m."),
        ("Envoys met.", "Envoys met?"),
        ("See https://a.example/p?id=1", "See https://a.example/p?id=2"),
        ("The F-16 and the B52", "The F-18 and the B52"),
        ("hace 5 años", "hace 6 años murió"),
    ],
)
def test_a_fact_that_changes_is_a_revision(one, other):
    assert masked(one) != masked(other)


@given(st.text(max_size=200))
def test_a_mask_is_stable(text):
    assert isinstance(masked(text), str)


def test_an_article_keeps_its_id_when_guids_turn_out_to_repeat():
    desk = Desk()
    desk.read(item(1, "a", link(1)), item(2, "b", link(2)))
    assert fates(desk.read(item(1, "x", link(1)), item(2, "x", link(2)), item(3, "x", link(3)))) == [
        "seen",
        "seen",
        "new",
    ]
    assert desk.policy == "link"
    assert fates(desk.read(item(3, "x", link(3)), item(1, "x", link(1)))) == ["seen", "seen"]


@pytest.mark.parametrize(
    ("before", "after"),
    [("http://a.example/1", "https://a.example/1"), ("https://www.a.example/1", "https://a.example/1")],
)
def test_a_guid_that_flips_its_scheme_is_the_same_guid(before, after):
    desk = Desk()
    desk.read(item(1, before, link(1)), item(2, "b", link(2)))
    assert fates(desk.read(item(1, after, link(1)), item(2, "b", link(2)))) == ["seen", "seen"]


def test_a_guid_that_is_rewritten_under_the_same_link_is_the_same_article():
    desk = Desk()
    desk.read(item(1, "a", link(1)), item(2, "b", link(2)))
    assert fates(desk.read(item(1, "a-v2", link(1)), item(2, "b", link(2)))) == ["seen", "seen"]


DATED = "<pubDate>Mon, 09 Mar 2026 08:00:00 GMT</pubDate>"
LONG = "Negotiators from both harbour unions met on Monday in the old customs hall and agreed to continue talks about the night shift."


def test_a_new_address_of_the_same_text_is_a_revision_only_when_the_old_one_is_gone():
    desk = Desk()
    desk.read(item(1, "one", link("one"), "Unions meet", LONG, DATED))
    moved = item(1, "two", link("two"), "Unions meet, talks go on", LONG + " Talks end soon.", DATED)
    assert fates(desk.read(moved)) == ["revised"]
    assert len({article.article_id for article in desk.messages()}) == 1
    other = Desk()
    other.read(item(1, "one", link("one"), "Unions meet", LONG, DATED))
    assert fates(other.read(item(1, "one", link("one"), "Unions meet", LONG, DATED), moved)) == ["seen", "new"]


def test_another_text_at_the_same_time_is_another_article():
    desk = Desk()
    desk.read(item(1, "one", link("one"), "Unions meet", LONG, DATED))
    other = "The price of salt rose again in the northern markets this week, and traders expect it to stay high until May at least."
    assert fates(desk.read(item(2, "two", link("two"), "Salt dear", other, DATED))) == ["new"]


def test_categories_and_authors_are_content_but_not_their_order():
    desk = Desk()
    desk.read(item(1, "a", extra="<category>x</category><category>y</category>"))
    assert fates(desk.read(item(1, "a", extra="<category>Y</category><category>x</category>"))) == ["seen"]
    assert fates(desk.read(item(1, "a", extra="<category>z</category>"))) == ["revised"]


def test_revisions_within_one_document_are_published_oldest_first_and_once():
    entry = "<entry><id>1</id><title>{0}</title><link href='https://a.example/1'/><published>2026-03-09T08:00:00Z</published><updated>2026-03-09T{1}:00:00Z</updated></entry>"
    text = (
        "<feed xmlns='http://www.w3.org/2005/Atom'>"
        + entry.format("Later", 11)
        + entry.format("First", "09")
        + entry.format("Middle", 10)
        + "</feed>"
    )
    desk = Desk()

    def read():
        document = parse_document(text.encode(), SOURCE.url, NOW, detect=False)
        planned = decide.plan(desk.state, SOURCE, document, NOW)
        with desk.state.transaction():
            ledger.record(desk.state, SOURCE, document, planned, NOW, None)
        return planned

    read()
    assert [(article.title, article.revision) for article in desk.messages()] == [
        ("First", 1),
        ("Middle", 2),
        ("Later", 3),
    ]
    assert sorted(fates(read())) == ["seen", "superseded", "superseded"]
    assert read().gap is False


def test_a_runaway_article_is_capped_for_the_day_and_its_last_text_comes_the_day_after():
    desk = Desk()
    counts = [fates(desk.read(item(1, "a", text=f"Level {n} of the river"), minutes=1))[0] for n in range(40)]
    assert counts.count("revised") + 1 == decide.MOST_REVISIONS_A_DAY
    assert counts[-1] == "runaway"
    assert fates(desk.read(item(1, "a", text="Level 39 of the river"), minutes=24 * 60)) == ["revised"]


def test_a_server_of_two_minds_does_not_publish_without_end():
    desk = Desk()
    counts = [
        fates(desk.read(item(1, "a", text=("Old text", "New text")[n % 2]), minutes=60 * 24))[0] for n in range(30)
    ]
    assert counts[:2] == ["new", "revised"]
    assert counts.count("revised") <= 1 + 2 * decide.MOST_REVERTS
    assert counts[-4:] == ["flapping"] * 4 or set(counts[-4:]) <= {"flapping", "seen"}


def test_an_article_that_goes_back_to_its_first_text_is_published_again_under_another_id():
    desk = Desk()
    for text in ("First text", "Second text", "First text"):
        desk.read(item(1, "a", text=text))
    assert [article.revision for article in desk.messages()] == [1, 2, 3]
    assert len({article.revision_id for article in desk.messages()}) == 3


def test_a_new_normaliser_does_not_publish_the_world_again(monkeypatch):
    desk = Desk()
    desk.read(*(item(n, str(n)) for n in range(5)))
    monkeypatch.setattr(
        revision, "NORMALISERS", {2: revision._version_2, 3: lambda entry: "3" + revision._version_2(entry)}
    )
    monkeypatch.setattr(revision, "VERSION", 3)
    monkeypatch.setattr(revision.content_hash, "__defaults__", (3,))
    assert fates(desk.read(*(item(n, str(n)) for n in range(5)))) == ["seen"] * 5
    changed = [item(0, "0", text="An edit"), *(item(n, str(n)) for n in range(1, 5))]
    assert fates(desk.read(*changed)) == ["revised", "seen", "seen", "seen", "seen"]
    assert {row[0] for row in desk.state.database.execute("SELECT normaliser FROM articles")} == {3}


def test_ids_are_the_same_on_every_machine():
    one, other = Desk(), Desk()
    for desk in (one, other):
        desk.read(item(1, "a", link(1)), item(2))
    assert one.messages() == other.messages()


def test_a_message_is_its_article_and_says_what_is_wrong_with_others():
    desk = Desk()
    desk.read(item(1, "a", link(1)))
    (article,) = desk.messages()
    data = article_message.encode(article)
    assert article_message.decode(data) == article
    assert article.feed_url == SOURCE.url and article.fetched_at == "2026-03-10T12:30:00Z"
    fields = json.loads(data)
    for change, fault in (
        ({"schema": 2}, "schema 2"), ({"title": None}, "'title' is NoneType, not str"), ({"revision": True}, "'revision' is bool, not int"),
        ({"authors": "x"}, "'authors' is str, not list of str"), ({"flags": [1]}, "'flags' is list"), ({"link": 3}, "'link' is int, not str or null"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=fault):
            article_message.decode(json.dumps({**fields, **change}).encode())
    for broken, fault in (
        (b"", "not JSON"),
        (b"\xff", "not UTF-8"),
        (b"[]", "JSON list"),
        (b"{}", "schema None"),
        (b"[" * 100000, "not JSON"),
    ):
        with pytest.raises(ValueError, match=fault):
            article_message.decode(broken)
    del fields["text"]
    with pytest.raises(ValueError, match="lacks the field 'text'"):
        article_message.decode(json.dumps(fields).encode())


@given(st.text(), st.text())
def test_any_text_travels_in_a_message(title, text):
    desk_article = article_message.decode(article_message.encode(_blank()._replace(title=title, text=text)))
    assert (desk_article.title, desk_article.text) == (title, text)


def _blank():
    from transforms.rows import RawArticle

    return RawArticle(
        "a",
        "r",
        1,
        "f",
        None,
        "i",
        "guid",
        None,
        None,
        "",
        None,
        "",
        None,
        [],
        [],
        None,
        None,
        None,
        None,
        "2026-03-10T12:00:00Z",
        None,
        [],
    )
