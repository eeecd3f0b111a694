from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms import lexicon
from transforms.language.dates.anchor import anchor_for
from transforms.language.world.places import locate, place_name


@pytest.mark.parametrize(
    ("name", "near", "country", "timezone"),
    [
        ("Karuizawa", None, "JP", "Asia/Tokyo"),
        ("KARUIZAWA", None, "JP", "Asia/Tokyo"),
        ("Geneva", None, "CH", "Europe/Zurich"),
        ("Kiev", None, "UA", "Europe/Kyiv"),
        ("St. Petersburg", None, "RU", "Europe/Moscow"),
        ("Sao Paulo", None, "BR", "America/Sao_Paulo"),
        ("Washington", None, "US", "America/New_York"),
        ("Washington, D.C.", None, "US", "America/New_York"),
        ("Paris", None, "FR", "Europe/Paris"),
        ("Paris, Texas", None, "US", "America/Chicago"),
        ("Portland, Ore.", None, "US", "America/Los_Angeles"),
        ("London, Ontario", None, "CA", "America/Toronto"),
        ("London", "CA", "CA", "America/Toronto"),
        ("London", "JP", "GB", "Europe/London"),
        ("Vienna, Austria", None, "AT", "Europe/Vienna"),
        ("San José", None, "CR", "America/Costa_Rica"),
        ("Georgetown", None, "GY", "America/Guyana"),
        ("Camp David", None, "US", "America/New_York"),
        ("Mar-a-Lago", None, "US", "America/New_York"),
        ("the Great Hall of the People", None, "CN", "Asia/Shanghai"),
        ("Buckingham Palace", None, "GB", "Europe/London"),
        ("the Kremlin", None, "RU", "Europe/Moscow"),
        ("Yalta", None, "UA", "Europe/Simferopol"),
        ("Davos", None, "CH", "Europe/Zurich"),
        ("Singapore", None, "SG", "Asia/Singapore"),
        ("Gaza", None, "PS", "Asia/Gaza"),
        ("central Japanese town of Karuizawa, Nagano Prefecture", None, "JP", "Asia/Tokyo"),
        ("the Great Hall of the People in Beijing", None, "CN", "Asia/Shanghai"),
        ("a hotel in Geneva", None, "CH", "Europe/Zurich"),
        ("Palm Beach", None, "US", "America/New_York"),
        ("the Canadian city of London", None, "CA", "America/Toronto"),
        ("the Red Sea resort of Sharm el-Sheikh", None, "EG", "Africa/Cairo"),
        ("the South Korean capital Seoul", None, "KR", "Asia/Seoul"),
        ("Vatican City", None, "VA", "Europe/Vatican"),
        ("Camp David, Maryland", None, "US", "America/New_York"),
        ("Rancho Mirage, California, United States", None, "US", "America/Los_Angeles"),
    ],
)
def test_a_place_is_found_with_its_country_point_and_zone(name, near, country, timezone):
    found = locate(name, near)
    assert (found.country, found.timezone) == (country, timezone)
    assert -90 <= found.latitude <= 90 and -180 <= found.longitude <= 180


@pytest.mark.parametrize(
    ("name", "country"),
    [("Japan", "JP"), ("the United States", "US"), ("California", "US"), ("Ontario", "CA"), ("Bavaria", "DE"),
     ("Nagano Prefecture", "JP"), ("Washington state", "US"), ("Guangdong", "CN"),
        ("Georgia", "GE"), ("northern Syria", "SY"), ("Scotland", "GB"),
     ("the West Bank", "PS"), ("Calif.", "US"), ("Pa.", "US"), ("Hosojima, Japan", "JP"),
     ("Springfield, Japan", "JP")],
)  # fmt: skip
def test_a_country_a_state_or_an_unlisted_town_is_no_point_on_the_map(name, country):
    found = locate(name)
    assert (found.country, found.latitude, found.longitude) == (country, None, None)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("central Japanese town of Karuizawa, Nagano Prefecture", "Karuizawa"),
        ("the Turkish city of Istanbul", "Istanbul"),
        ("Vienna, Austria", "Vienna"),
        ("Rancho Mirage, California, United States", "Rancho Mirage"),
        ("the White House in Washington", "the White House in Washington"),
        ("northern Aleppo countryside", "northern Aleppo countryside"),
        ("Paris, the capital", "Paris, the capital"),
        ("village of Qwertz", "village of Qwertz"),
        ("", ""),
    ],
)
def test_a_place_is_called_by_its_name_alone(text, name):
    assert place_name(text) == name


@pytest.mark.parametrize("name", ["", "the", "nowhere at all", "Qwertzville", "paris", ",", "Paris,", "12"])
def test_what_is_no_place_is_none_or_harmless(name):
    found = locate(name)
    assert found is None or found.country == "FR"


def test_every_venue_of_the_table_lies_somewhere_with_a_zone():
    for name in lexicon.table("places"):
        found = locate(name)
        assert found.country and found.latitude is not None and ZoneInfo(found.timezone), name


def test_a_city_has_its_own_point_and_a_venue_that_of_its_city():
    found = locate("Karuizawa")
    assert (found.latitude, found.longitude) == pytest.approx((36.35, 138.63), abs=0.02)
    assert locate("Blue House")[2:] == locate("Seoul")[2:]


@given(st.text(max_size=60), st.one_of(st.none(), st.text(max_size=3)))
def test_no_text_is_an_error(name, near):
    locate(name, near)


@pytest.mark.parametrize(
    ("published", "offset", "place", "local"),
    [
        ("2023-04-19T01:30:00Z", None, "WASHINGTON", "2023-04-18T21:30:00-04:00"),
        ("2023-04-19T01:30:00Z", "+09:00", "WASHINGTON", "2023-04-19T10:30:00+09:00"),
        ("2023-04-19T01:30:00Z", "-0330", None, "2023-04-18T22:00:00-03:30"),
        ("2023-04-17T22:00:00Z", None, "KARUIZAWA, Japan", "2023-04-18T07:00:00+09:00"),
        ("2023-04-17T22:00:00Z", None, "Nowhereville", "2023-04-17T22:00:00+00:00"),
        ("2023-04-17T22:00:00Z", "nonsense", None, "2023-04-17T22:00:00+00:00"),
        ("2023-04-17T22:00:00Z", "+25:00", None, "2023-04-17T22:00:00+00:00"),
        ("2023-04-17T22:00:00", None, None, "2023-04-17T22:00:00+00:00"),
        ("2023-04-18T07:00:00+09:00", None, None, "2023-04-17T22:00:00+00:00"),
    ],
)
def test_the_zone_is_the_publishers_else_the_datelines_else_utc(published, offset, place, local):
    assert anchor_for(published, offset, place).isoformat() == local


@pytest.mark.parametrize(
    ("dateline", "day"),
    [
        ("2023-04-17", "2023-04-17"),
        ("2023-04-14", "2023-04-14"),
        ("2023-04-19", "2023-04-19"),
        ("2022-04-17", "2023-04-19"),
    ],
)
def test_the_datelines_day_counts_where_it_is_at_most_a_week_before_publication(dateline, day):
    found = anchor_for("2023-04-19T01:30:00Z", "+09:00", dateline_date=dateline)
    assert found.date().isoformat() == day and found.utcoffset().total_seconds() == 9 * 3600


def test_without_a_time_of_publication_there_is_no_anchor():
    assert anchor_for(None, "+09:00", "TOKYO") is None


def test_a_time_that_is_none_is_named():
    with pytest.raises(ValueError, match="published: 'yesterday' is no RFC 3339 time"):
        anchor_for("yesterday")
