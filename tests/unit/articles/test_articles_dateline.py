from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.articles.dateline import find_dateline, place_of
from transforms.rows import Dateline

PUBLISHED = datetime.fromisoformat("2023-04-17T18:00:00+09:00")
STORY = "The two ministers met for talks on fisheries, officials said."


@pytest.mark.parametrize(
    ("opening", "place", "day"),
    [
        ("KARUIZAWA, Japan, April 17 (Kyodo) — ", "KARUIZAWA, Japan", "2023-04-17"),
        ("LONDON (Reuters) - ", "LONDON", None),
        ("LONDON, April 16 (Reuters) - ", "LONDON", "2023-04-16"),
        ("PARIS – ", "PARIS", None),
        ("Washington — ", "Washington", None),
        ("BEIJING, Jan. 5 (Xinhua) -- ", "BEIJING", "2023-01-05"),
        ("TOKYO: ", "TOKYO", None),
        ("MOSCOW/KYIV (Reuters) - ", "MOSCOW/KYIV", None),
        ("ROME AND PARIS (AP) — ", "ROME AND PARIS", None),
        ("WASHINGTON, D.C. — ", "WASHINGTON, D.C.", None),
        ("NEW YORK (AP) _ ", "NEW YORK", None),
        ("JERUSALEM (AP) ", "JERUSALEM", None),
        ("MOSCOW. Jan 5 (Interfax) - ", "MOSCOW", "2023-01-05"),
        ("PORT-AU-PRINCE, Haiti (AP) — ", "PORT-AU-PRINCE, Haiti", None),
        ("SAN JOSÉ, Costa Rica (AP) — ", "SAN JOSÉ, Costa Rica", None),
        ("Tokyo, April 17 (Jiji Press)--", "Tokyo", "2023-04-17"),
        ("New Delhi [India], April 17 (ANI): ", "New Delhi [India]", "2023-04-17"),
        ("GENEVA (21 March 2023) – ", "GENEVA", "2023-03-21"),
        ("AMMAN, 3 May (Petra) -- ", "AMMAN", "2023-05-03"),
        ("Geneva, 5 May 2023 - ", "Geneva", "2023-05-05"),
        ("UNITED NATIONS (AP) — ", "UNITED NATIONS", None),
        ("VATICAN CITY (AP) — ", "VATICAN CITY", None),
        ("ABOARD AIR FORCE ONE (AP) — ", "ABOARD AIR FORCE ONE", None),
        ("QWERTZVILLE, Dec. 30 (AP) — ", "QWERTZVILLE", "2022-12-30"),
        ("St. Petersburg — ", "St. Petersburg", None),
        ("Nairobi, Kenya — ", "Nairobi, Kenya", None),
        ("HANOI, April 17 — ", "HANOI", "2023-04-17"),
        ("BRUSSELS, Belgium (AFP) —\n", "BRUSSELS, Belgium", None),
        ("(Reuters) - ", None, None),
        ("April 5 (Reuters) - ", None, "2023-04-05"),
        ("KUALA LUMPUR, April 17 (Bernama) -- ", "KUALA LUMPUR", "2023-04-17"),
        ("SANTIAGO DE CHILE (AFP) - ", "SANTIAGO DE CHILE", None),
        ("N'DJAMENA, Chad (AP) — ", "N'DJAMENA, Chad", None),
        ("PRETORIA, South Africa, 14 April 2023 (AFP) - ", "PRETORIA, South Africa", "2023-04-14"),
    ],
)
def test_a_dateline_gives_place_and_day_and_ends_where_the_story_begins(opening, place, day):
    text = opening + STORY
    dateline, end = find_dateline(text, PUBLISHED)
    assert dateline == Dateline(place, day)
    assert text[end:].lstrip() == STORY


@pytest.mark.parametrize(
    "text",
    [
        "XI MEETS PUTIN - REPORT SAYS",
        "CHINA – JAPAN TALKS END",
        "Beijing – which claims the island – protested on Monday.",
        "Japan - the world's third-largest economy - said on Monday that it would.",
        "BREAKING — President Foo has met his rival.",
        "Japanese Foreign Minister Ito (R) shakes hands with his guest.",
        "Monday - The minister met the envoy.",
        "London: Prime Minister Okoro is to meet the king.",
        "NATO — the alliance said it would meet.",
        "US-China talks: what comes next for the two leaders.",
        "Xi, Putin meet in Moscow for talks on trade.",
        "The minister said - on Monday - that he would go.",
        "EU - The bloc's ministers met.",
        "MCP (Model Context Protocol) connects the ministry's computers.",
        "A. Smith (Labour) — The member spoke.",
        "",
        "—",
        "PARIS —",
    ],
)
def test_headlines_and_sentences_are_no_dateline(text):
    assert find_dateline(text, PUBLISHED) is None


def test_a_byline_above_is_passed_over_and_the_place_of_the_story_counts():
    text = "Ministers meet\n\nBy Ada Roe\nUpdated 3 hours ago\n\nOSLO (AP) — " + STORY
    dateline, end = find_dateline(text, PUBLISHED, start=len("Ministers meet\n\n"))
    assert dateline.place == "OSLO" and text[end:] == STORY


def test_a_dateline_deep_in_the_story_does_not_count():
    assert find_dateline(STORY + "\n\nOSLO (AP) — " + STORY, PUBLISHED) is None


def test_without_a_time_of_publication_a_day_needs_its_year():
    assert find_dateline("OSLO, May 5 (AP) — " + STORY)[0] == Dateline("OSLO", None)
    assert find_dateline("OSLO, May 5, 2021 (AP) — " + STORY)[0] == Dateline("OSLO", "2021-05-05")


def test_of_several_places_the_first_that_is_known_lies_somewhere():
    assert place_of("MOSCOW/KYIV").country == "RU"
    assert place_of("ROME AND PARIS").country == "IT"
    assert place_of("QWERTZVILLE") is None


@given(st.text(max_size=200), st.integers(0, 50))
def test_no_text_is_an_error(text, start):
    found = find_dateline(text, None, min(start, len(text)))
    assert found is None or start <= found[1] <= len(text)
