"""Guids and links that do not stay with their articles are no identity: such feeds are told apart by link or content."""

import pytest
from test_feeds_identity import SOURCE, Desk, fates, item, link, parse

from transforms.feeds import decide, ledger
from transforms.feeds.masks import masked, masked_title
from transforms.feeds.stability import settle_by_history


class HistoryDesk(Desk):
    def read(self, *items, minutes=30):
        from datetime import timedelta

        self.now += timedelta(minutes=minutes)
        document = settle_by_history(self.state, SOURCE.url, parse(*items, policy=self.policy))
        self.policy = document.identity
        planned = decide.plan(self.state, SOURCE, document, self.now)
        with self.state.transaction():
            ledger.record(self.state, SOURCE, document, planned, self.now, None)
        return planned


def aliases(desk):
    return desk.state.database.execute("SELECT count(*) FROM aliases").fetchone()[0]


@pytest.mark.parametrize("linked", [False, True])
def test_guids_that_are_drawn_at_each_poll_publish_nothing_twice(linked):
    desk = HistoryDesk()
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
    desk = HistoryDesk()
    for poll in range(6):
        newest_first = range(10 + poll - 1, poll - 1, -1)
        found = desk.read(*(item(n, str(place), link(n) if linked else None) for place, n in enumerate(newest_first)))
        assert fates(found) == (["new"] * 10 if poll == 0 else ["new"] + ["seen"] * 9)
    assert {article.revision for article in desk.messages()} == {1}


def test_guids_that_are_positions_of_wholly_new_articles_give_new_articles():
    desk = HistoryDesk()
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
    desk = HistoryDesk()
    for items in polls:
        desk.read(*items)
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
