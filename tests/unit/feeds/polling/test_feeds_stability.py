"""Guids and links that do not stay with their articles are no identity: such feeds are told apart by link or content."""

import pytest
from desk import Desk, fates, item, link

from transforms.feeds.identity.masks import masked, masked_title


def aliases(desk):
    return desk.state.database.execute("SELECT count(*) FROM aliases").fetchone()[0]


@pytest.mark.parametrize("linked", [False, True])
def test_guids_that_are_drawn_at_each_poll_publish_nothing_twice(linked):
    desk = Desk()
    for poll in range(6):
        found = desk.read(*(item(n, f"{poll}-{n}", link(n) if linked else None) for n in range(10)))
        assert fates(found) == ["new" if poll == 0 else "seen"] * 10
    assert desk.policy == ("link" if linked else "hash")
    assert aliases(desk) <= 40, "what is no identity does not fill the state"
    assert (
        sorted(fates(desk.read(*(item(n, f"x-{n}", link(n) if linked else None) for n in range(11)))))
        == ["new"] + ["seen"] * 10
    )


@pytest.mark.parametrize("linked", [False, True])
def test_guids_that_are_positions_in_the_list_give_no_revisions(linked):
    desk = Desk()
    for poll in range(6):
        newest_first = range(10 + poll - 1, poll - 1, -1)
        found = desk.read(*(item(n, str(place), link(n) if linked else None) for place, n in enumerate(newest_first)))
        assert fates(found) == (["new"] * 10 if poll == 0 else ["new"] + ["seen"] * 9)
    assert {article.revision for article in desk.messages()} == {1}


def test_guids_that_are_positions_of_wholly_new_articles_give_new_articles():
    desk = Desk()
    for poll in range(4):
        found = desk.read(
            *(
                item(100 * poll + n, str(n), text=f"{poll} {['alpha', 'beta', 'gamma', 'delta'][poll]} " * 9)
                for n in range(10)
            )
        )
        assert fates(found) == ["new"] * 10


@pytest.mark.parametrize(
    "polls",
    [
        [[item(n, f"g{n}", link(n)) for n in range(10)], [item(n, f"g{n}", link(n)) for n in range(100, 110)]],
        [[item(n, f"g{n}", link(n)) for n in range(10)], [item(n, f"g{n}", link(n), text="An edit of it") for n in range(10)]],
        [[item(n, f"g{n}") for n in range(10)], [item(n, f"g{n}", text=f"Text {n}: the crews agreed on part {n * 7} of the plan, at last.") for n in range(10)]],
        [[item(n, f"g{n}", text="Same") for n in range(5)], [item(n, f"g{n}", text="Same") for n in range(3, 9)]],
        [[item(0, "a", link(0), title="Weather", text="Fine"), item(1, "b", link(1), title="Weather", text="Fine")], [item(1, "b", link(1), title="Weather", text="Rain"), item(0, "a", link(0), title="Weather", text="Fine")]],
    ],
)  # fmt: skip
def test_a_healthy_feed_keeps_its_guids(polls):
    desk = Desk()
    for items in polls:
        desk.read(*items)
    assert desk.policy == "guid"


def dated(moment):
    return f"<pubDate>Mon, 09 Mar 2026 {moment}:00 GMT</pubDate>"


# How entries are dated at a poll: not at all, each with its own moment, or all with the moment of the fetch.
DATES = {
    "undated": lambda poll, n: "",
    "dated": lambda poll, n: dated(f"0{n}:00"),
    "dated by the fetch": lambda poll, n: dated(f"1{poll}:0{n}"),
}


@pytest.mark.parametrize("linked", [True, False], ids=["linked", "unlinked"])
@pytest.mark.parametrize("date", DATES.values(), ids=DATES)
def test_whatever_links_and_dates_stand_beside_drawn_guids_nothing_is_published_twice(linked, date):
    desk = Desk()
    for poll in range(4):
        found = desk.read(*(item(n, f"{poll}-{n}", link(n) if linked else None, extra=date(poll, n)) for n in range(6)))
        assert fates(found) == ["new" if poll == 0 else "seen"] * 6
    assert desk.policy == ("link" if linked else "text" if date is DATES["dated by the fetch"] else "hash")


@pytest.mark.parametrize(
    "entry",
    [
        lambda poll, n: item(n, extra=DATES["dated by the fetch"](poll, n)),
        lambda poll, n: item(n, None, f"https://gazette.example/{n}/{poll}x"),
        lambda poll, n: item(n, None, f"https://gazette.example/{n}/{poll}x", extra=DATES["dated"](poll, n)),
        lambda poll, n: item(n, f"{poll}-{n}", f"https://gazette.example/{n}?session={poll}{n}"),
    ],
    ids=["dates alone", "links alone", "links with dates", "links and guids"],
)
def test_whatever_else_is_drawn_at_each_poll_is_told_apart_by_content_and_soon_no_news(entry):
    desk = Desk()
    found = [fates(desk.read(*(entry(poll, n) for n in range(6)))) for poll in range(6)]
    assert found[0] == ["new"] * 6
    assert not any("new" in fates for fates in found[1:])
    assert found[3:] == [["seen"] * 6] * 3
    assert desk.policy in ("hash", "text")


@pytest.mark.parametrize(
    ("extra", "linked", "fate"),
    [
        (lambda poll: "", False, "seen"),
        (lambda poll: dated(f"1{poll}:00"), False, "new"),
        (lambda poll: dated(f"1{poll}:00"), True, "new"),
    ],
    ids=["with nothing else", "with a new date", "with a new date and link"],
)
def test_the_same_words_under_a_new_guid_in_a_feed_of_one_entry_are_new_where_a_date_says_so(extra, linked, fate):
    desk = Desk()
    found = [
        fates(desk.read(item(1, f"{poll}", link(poll) if linked else None, extra=extra(poll)))) for poll in range(4)
    ]
    assert found == [["new"], *[[fate]] * 3]


SUBJECTS = [
    "Harbour wages in Porto", "A treaty on salmon", "Night trains to Oslo", "Grain through the strait", "Borders of the lake",
    "The price of salt", "Two ministers in Lima", "A bridge at the delta", "Snow on the pass",
]  # fmt: skip


@pytest.mark.parametrize("linked", [True, False], ids=["linked", "unlinked"])
@pytest.mark.parametrize("has_dates", [True, False], ids=["dated", "undated"])
def test_guids_that_are_places_in_a_list_that_moves_by_one_or_more_make_no_revisions(linked, has_dates):
    desk, published = Desk(), []
    for newest in (4, 5, 7, 8):
        numbers = range(newest, newest - 5, -1)
        items = (
            item(
                n, str(place), link(n) if linked else None, SUBJECTS[n], f"{SUBJECTS[n]} was the subject of the envoys",
                dated(f"0{n}:00") if has_dates else "",
            )
            for place, n in enumerate(numbers)
        )  # fmt: skip
        published.append(len(desk.read(*items).published))
    assert published == [5, 1, 2, 1]
    assert {article.revision for article in desk.messages()} == {1}
    assert desk.policy == ("link" if linked else "hash")


# Feeds that change a lot and are in order: their entries at a poll, and the fate of each from the second poll on.
IN_ORDER = {
    "all new each time": (lambda poll, n: item(f"{poll}{n}", f"g{poll}{n}", link(f"{poll}{n}")), "new new new"),
    "the same words each day": (
        lambda poll, n: item("", f"g{poll}{n}", link(f"{poll}{n}"), "Weather", "Fine", dated(f"1{poll}:0{n}")),
        "new new new",
    ),
    "rewritten under their guids": (lambda poll, n: item(poll * 7 + n, f"g{n}", link(n)), "revised revised revised"),
    "corrected under their guids": (
        lambda poll, n: item(n, f"g{n}", link(n), text=f"The envoys of {n} met {poll + 2} times"), "revised revised revised",
    ),
    "redated under their guids": (lambda poll, n: item(n, f"g{n}", link(n), extra=dated(f"1{poll}:0{n}")), "seen seen seen"),
    "moved to another host once": (
        lambda poll, n: item(n, moved(poll, n), moved(poll, n), extra=dated(f"0{n}:00")), "seen revised seen",
    ),
}  # fmt: skip


def moved(poll, n):
    return f"https://{'old' if poll < 2 else 'new'}.example/{n}"


@pytest.mark.parametrize(("entry", "then"), IN_ORDER.values(), ids=IN_ORDER)
def test_a_feed_in_order_keeps_its_guids_however_much_it_changes(entry, then):
    desk = Desk()
    for poll, fate in enumerate(["new", *then.split()]):
        assert fates(desk.read(*(entry(poll, n) for n in range(5)))) == [fate] * 5
    assert desk.policy == "guid"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Updated: talks resume at 14:30 in Rome", "Updated: talks resume at 16:30 in Oslo"),
        ("points: 12", "points: 13"),
        ("12 comments on the treaty", "13 comments on the treaty"),
        ("Talks began 2 hours ago", "Talks began 3 hours ago"),
        ("Case a8f3b2c1d4e5f607 reopened", "Case b7f3b2c1d4e5f600 reopened"),
        ("Quake: 40 dead (updated 10:15)", "Quake: 60 dead (updated 11:15)"),
    ],
)
def test_in_a_title_with_other_words_every_figure_is_news(one, other):
    assert masked_title(one) != masked_title(other)
    desk = Desk()
    desk.read(item(1, "a", title=one))
    assert fates(desk.read(item(1, "a", title=other))) == ["revised"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Updated: ministers meet at 14:30 in Rome.", "Updated: ministers meet at 16:30 in Oslo."),
        ("Last updated 10:15 after 3 deaths", "Last updated 11:15 after 4 deaths"),
        ("The ministry published 12 comments on it", "The ministry published 13 comments on it"),
        ("The bill drew 300 likes from nobody", "The bill drew 400 likes from nobody"),
        ("Points: 12 for Norway", "Points: 13 for Norway"),
        ("Followers: 1200 marched", "Followers: 1300 marched"),
    ],
)
def test_a_mask_covers_only_what_ticks(one, other):
    assert masked(one) != masked(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Last updated: Mon 9 March 2026, 10:15 GMT", "Last updated: Tue 10 March 2026, 11:15 GMT"),
        ("Points: 12\n# Comments: 3", "Points: 13\n# Comments: 4"),
        ("Envoys met. 12 comments | Share", "Envoys met. 13 comments | Share"),
        ("Envoys met.\n12 comments\nShare", "Envoys met.\n13 comments\nShare"),
    ],
)
def test_a_line_that_is_a_clock_or_a_counter_is_no_news(one, other):
    assert masked(one) == masked(other)


def test_a_text_that_its_server_settles_on_after_going_back_and_forth_is_published():
    desk = Desk()
    for poll in range(20):
        desk.read(item(1, "a", text=("Old text", "New text")[poll % 2]), minutes=60 * 24)
    for _ in range(3):
        desk.read(item(1, "a", text="Old text"), minutes=60 * 24)
    assert desk.messages()[-1].text == "Old text"
