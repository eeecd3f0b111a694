"""Dates of feeds mean what was written, or nothing; never a part of today's date."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.feeds.dates import month_names, zones
from transforms.feeds.dates.timestamps import read

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def at(text, language="", zone=""):
    found = read(text, NOW, (language,) if language else (), zone)
    return found.at and found.at.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(
    ("abbreviation", "utc"),
    [
        ("CET", "08:15"), ("CEST", "07:15"), ("MEZ", "08:15"), ("BST", "08:15"), ("WEST", "08:15"), ("WET", "09:15"), ("EET", "07:15"),
        ("EEST", "06:15"), ("MSK", "06:15"), ("JST", "00:15"), ("KST", "00:15"), ("HKT", "01:15"), ("SGT", "01:15"), ("PKT", "04:15"),
        ("NPT", "03:30"), ("WIB", "02:15"), ("IRST", "05:45"), ("SAST", "07:15"), ("EAT", "06:15"), ("WAT", "08:15"), ("EST", "14:15"),
        ("EDT", "13:15"), ("CST", "15:15"), ("CDT", "14:15"), ("MST", "16:15"), ("MDT", "15:15"), ("PST", "17:15"), ("PDT", "16:15"),
        ("AKST", "18:15"), ("HST", "19:15"), ("BRT", "12:15"), ("ART", "12:15"), ("NST", "12:45"), ("AST", "13:15"), ("GMT", "09:15"),
        ("UTC", "09:15"), ("UT", "09:15"), ("Z", "09:15"),
    ],
)  # fmt: skip
def test_a_zone_name_is_its_fixed_offset(abbreviation, utc):
    assert at(f"Mon, 09 Mar 2026 09:15:00 {abbreviation}") == f"2026-03-09T{utc}:00Z"


@pytest.mark.parametrize(
    ("abbreviation", "utc"),
    [("AEDT", "22:15"), ("AEST", "23:15"), ("NZDT", "20:15"), ("NZST", "21:15"), ("ACDT", "22:45")],
)
def test_a_zone_far_east_is_the_day_before(abbreviation, utc):
    assert at(f"Mon, 09 Mar 2026 09:15:00 {abbreviation}") == f"2026-03-08T{utc}:00Z"


def test_standard_time_stays_standard_time_in_summer():
    assert at("Thu, 03 Jul 2025 04:00:00 PST") == "2025-07-03T12:00:00Z"


@pytest.mark.parametrize(
    ("text", "language", "utc"),
    [
        ("CST", "zh-CN", "01:15"),
        ("CST", "zh", "01:15"),
        ("IST", "he", "07:15"),
        ("IST", "en", "03:45"),
        ("IST", "en-IE", "08:15"),
        ("BST", "bn", "03:15"),
        ("EST", "en-AU", "23:15"),
    ],
)
def test_namesakes_among_zones_are_told_by_the_language(text, language, utc):
    assert at(f"Mon, 09 Mar 2026 09:15:00 {text}", language).endswith(f"T{utc}:00Z")


def test_a_namesake_that_nothing_tells_is_flagged_and_a_setting_settles_it():
    assert "tz_ambiguous" in read("Mon, 09 Mar 2026 09:15:00 CST", NOW).flags
    settled = read("Mon, 09 Mar 2026 09:15:00 CST", NOW, (), "Asia/Shanghai")
    assert (settled.at.hour, settled.offset, settled.flags) == (1, "+08:00", ())


def test_a_date_without_zone_is_utc_with_a_flag_or_in_the_feeds_zone():
    assert read("2026/3/9 15:07:41", NOW) == (datetime(2026, 3, 9, 15, 7, 41, tzinfo=UTC), None, ("tz_assumed_utc",))
    assert read("2026/3/9 15:07:41", NOW, (), "Asia/Tokyo") == (
        datetime(2026, 3, 9, 6, 7, 41, tzinfo=UTC),
        "+09:00",
        (),
    )


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("2026-03-09T09:15:00+09:00", "+09:00"), ("Mon, 09 Mar 2026 09:15:00 -0330", "-03:30"), ("Mon, 09 Mar 2026 09:15:00 JST", "+09:00"),
        ("2026-03-09T09:15:00Z", None), ("Mon, 09 Mar 2026 09:15:00 GMT", None), ("Mon, 09 Mar 2026 09:15:00 +0000", None), ("2026-03-09", None),
    ],
)  # fmt: skip
def test_the_publishers_offset_is_kept_where_it_is_not_utc(text, offset):
    assert read(text, NOW).offset == offset


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-09T09:15:00Z", "2026-03-09 09:15:00 +0000", "20260309T091500Z", "2026-03-09T10:15:00+01:00[Europe/Berlin]",
        "Mon, 9 Mar 2026 09:15:00 GMT", "Mon, 09 Mar 26 09:15:00 GMT", "Monday, 09-Mar-26 09:15:00 GMT", "9 Mar 2026 09:15 UTC",
        "Mon Mar  9 09:15:00 2026", "Mon Mar 9 10:15:00 CET 2026", "Mon, 9 Mar 2026 11:15:00 GMT+0200", "Mon, 9 Mar 2026 11:15:00 GMT+2",
        "Mon, 9 Mar 2026 14:45:00 UTC+05:30", "Mon, 09 Mar 2026 09:15:00 +0000 (UTC)", "Mon, 09 Mar 2026 02:15:00 -0700 (PDT)",
        "Mon, 09 Mar 2026 11:15:00 +02:00", "Mon, 09 Mar 2026 05:15:00 −0400", "March 9, 2026, 4:15 am EST", "March 9th, 2026 9:15 AM UTC",
        "2026-03-09 10:15:00 Europe/Berlin", "Mon, 09 Mar 2026 10:15:00 Europe/Berlin", "1773047700", "1773047700000", "2026-068T09:15:00Z",
        "2026-3-9T9:15:0Z", "2026/03/09 09:15:00", "09-Mar-2026 09:15", "Mon, 09 Mar 2026 09.15.00 GMT", "2026. 3. 9. 09:15",
        "2026-03-09T09:15:00.123456789Z", "2026-03-09T10:15:00,5+0100", "Mon,09 Mar 2026 09:15:00 GMT", "Mon., 09 Mar. 2026 09:15:00 GMT",
        "Wed, 09 Mar 2026 09:15:00 GMT", "\n Mon, 09 Mar 2026 09:15:00 GMT\n", "9/3/2026 9:15:00", "09.03.2026 09:15", "2026-03-09 09:15:00 UTC",
    ],
)  # fmt: skip
def test_a_moment_in_any_form_is_that_moment(text):
    assert at(text) == "2026-03-09T09:15:00Z"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Seg, 09 Mar 2026 18:05:00 +0000", "pt"), ("lun., 09 mars 2026 18:05:00 +0000", "fr"), ("Mo, 09 Mär 2026 18:05:00 +0000", "de"),
        ("Пн, 09 мар 2026 18:05:00 +0000", "ru"), ("9 марта 2026 г., 18:05", "ru"), ("понеделник, 9 март 2026 18:05", "bg"),
        ("Пн, 9 бер 2026 18:05:00 +0000", "uk"), ("9 de marzo de 2026 18:05", "es"), ("lunes, 9 de marzo de 2026, 18:05", "es"),
        ("lun, 09 mar 2026 18:05:00 +0000", "it"), ("ma, 09 mrt 2026 18:05:00 +0000", "nl"), ("mån, 09 mar 2026 18:05:00 +0000", "sv"),
        ("man. 9. mars 2026 18.05", "nb"), ("9. marts 2026 kl. 18.05", "da"), ("ma 9. maaliskuuta 2026 klo 18.05", "fi"),
        ("Ma, 09 maalis 2026 18:05:00 +0000", "fi"), ("pon, 9 marca 2026 18:05", "pl"), ("Po, 9 března 2026 18:05", "cs"),
        ("9. marec 2026 18:05", "sk"), ("2026. március 9. 18:05", "hu"), ("9 martie 2026, 18:05", "ro"), ("Pzt, 09 Mar 2026 18:05:00 +0000", "tr"),
        ("9 Mart 2026 Pazartesi 18:05", "tr"), ("Δευ, 09 Μαρ 2026 18:05:00 +0000", "el"), ("Δευτέρα, 9 Μαρτίου 2026 6:05 μ.μ.", "el"),
        ("9 ožu 2026 18:05", "hr"), ("9. mart 2026. 18:05", "sr"), ("9. marec 2026 18:05", "sl"), ("2026 m. kovo 9 d. 18:05", "lt"),
        ("9. märts 2026 18:05", "et"), ("2026年3月9日 18:05", "ja"), ("2026年3月9日 下午6:05", "zh"), ("令和8年3月9日 18時05分", "ja"),
        ("2026년 3월 9일 오후 6:05", "ko"), ("٩ مارس ٢٠٢٦ ١٨:٠٥", "ar"), ("9 آذار 2026 18:05", "ar"), ("9 मार्च 2026 18:05", "hi"),
        ("9 মার্চ 2026 18:05", "bn"), ("9 มีนาคม 2569 18:05", "th"), ("9 Maret 2026 18:05", "id"), ("Thứ Hai, 9 tháng 3 2026 18:05", "vi"),
        ("9 de març de 2026 18:05", "ca"), ("2026(e)ko martxoak 9 18:05", "eu"), ("9 Mawrth 2026 18:05", "cy"), ("9 במרץ 2026 18:05", "he"),
        ("Mon, 09 Mar 2026 18:05:00 +0000", "fr"), ("9 mars 2026 à 18 h 05", "fr"), ("9. März 2026, 18:05 Uhr", "de"), ("9 Maart 2026 18:05", "af"),
        ("9 mac 2026 18:05", "ms"), ("9 Machi 2026 18:05", "sw"), ("2026-cı il mart 9, 18:05", "az"), ("9 მარტი 2026 18:05", "ka"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("told", [True, False])
def test_months_are_known_in_the_publishers_language_told_or_not(text, language, told):
    if not told and language in ("sl",):
        pytest.skip("the same words as Slovak")
    assert at(text, language if told else "") == "2026-03-09T18:05:00Z"


def test_a_month_that_two_languages_name_alike_goes_by_the_language():
    assert at("9. listopada 2025 18:05", "hr") == "2025-10-09T18:05:00Z"
    assert at("9 listopada 2025 18:05", "pl") == "2025-11-09T18:05:00Z"


@pytest.mark.parametrize(
    "text",
    [
        "Mon, 01 Jan 0001 00:00:00 +0000",
        "Wed, 01 Jan 2099 08:00:00 GMT",
        "Thu, 01 Jan 1970 00:00:00 +0000",
        "0000000000",
        "1601-01-01T00:00:00Z",
        "9999-12-31T23:59:59-14:00",
        "Sun, 31 Dec 1899 00:00:00 GMT",
        "2026-03-11T12:00:01Z",
    ],
)
def test_an_implausible_date_is_null_with_a_flag(text):
    assert read(text, NOW).at is None
    assert "date_implausible" in read(text, NOW).flags


@pytest.mark.parametrize(
    "text",
    [
        "Tue, 31 Feb 2026 09:15:00 GMT",
        "{{ post.date }}",
        "yesterday",
        "2 hours ago",
        "",
        "n/a",
        "0000-00-00 00:00:00",
        "Mon, 09 Mar 2026 25:15:00 GMT",
        "2026-03",
        "2026",
        "March 2026",
        "09:15",
        "%Y-%m-%d 2026 09",
        "2026-13-45",
        "Invalid Date 2026 12",
        "x" * 500,
    ],
)
def test_what_is_no_moment_is_null_with_a_flag(text):
    assert read(text, NOW) == (None, None, ("date_unparsed",))


def test_a_slightly_future_date_is_kept_with_a_flag():
    assert read("Tue, 10 Mar 2026 15:00:00 GMT", NOW) == (datetime(2026, 3, 10, 15, tzinfo=UTC), None, ("date_future",))


@pytest.mark.parametrize(
    ("text", "moment"),
    [("Mon, 09 Mar 2026 24:00:00 GMT", "2026-03-10T00:00:00Z"), ("2026-03-09T23:59:60Z", "2026-03-10T00:00:00Z")],
)
def test_midnight_at_the_days_end_and_leap_seconds(text, moment):
    assert at(text) == moment


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("9:15 PM", 21),
        ("9:15 AM", 9),
        ("12:15 AM", 0),
        ("12:15 PM", 12),
        ("9:15pm", 21),
        ("9:15 p.m.", 21),
        ("21:15 PM", 21),
    ],
)
def test_the_halves_of_the_day(text, hour):
    assert read(f"Mon, 09 Mar 2026 {text}", NOW).at.hour == hour


@pytest.mark.parametrize(
    ("text", "language", "day"),
    [
        ("03/09/2026 10:15 AM", "en-US", "2026-03-09"),
        ("03/02/2026 10:15", "fr", "2026-02-03"),
        ("03/02/2026 10:15", "en-GB", "2026-02-03"),
        ("02/13/2026 10:15", "fr", "2026-02-13"),
        ("09/03/2026 10:15", "en-US", "2026-03-09"),
    ],
)
def test_the_order_of_day_and_month_goes_by_language_and_plausibility(text, language, day):
    assert at(text, language).startswith(day)


@given(st.datetimes(datetime(1990, 1, 2), datetime(2026, 3, 9)), st.integers(-14 * 4, 14 * 4))
def test_every_moment_is_read_back_in_every_strict_form(moment, quarters):
    moment = moment.replace(microsecond=0)
    local, minutes = moment + timedelta(minutes=15 * quarters), abs(15 * quarters)
    offset = f"{'-' if quarters < 0 else '+'}{minutes // 60:02d}{minutes % 60:02d}"
    for form in (
        f"%a, %d %b %Y %H:%M:%S {offset}",
        f"%Y-%m-%dT%H:%M:%S{offset[:3]}:{offset[3:]}",
        f"%d %B %Y, %H:%M:%S {offset}",
        f"%Y/%m/%d %H:%M:%S {offset}",
    ):
        assert read(local.strftime(form), NOW).at == moment.replace(tzinfo=UTC)


@given(st.text(max_size=60), st.sampled_from(["", "en", "ja", "zz-ZZ-q"]))
def test_no_text_breaks_it(text, language):
    read(text, NOW, (language,) if language else ())


@given(st.text(alphabet="0123456789-/:., TZ+марmr年月日aApP", max_size=30))
def test_no_near_date_breaks_it(text):
    read(text, NOW)


def test_every_month_name_of_every_language_is_that_month():
    import json
    from importlib import resources

    table = json.loads(
        resources.files("transforms.feeds.dates").joinpath("month_names.json").read_text(encoding="utf-8")
    )
    assert len(table) > 90
    for language, rows in table.items():
        for month, names in enumerate(rows, 1):
            for name in names.split():
                assert month_names.lookup(name.replace("_", " "), (language,)) == month, (language, name)


def test_every_abbreviation_lies_within_the_worlds_zones():
    assert all(-12 * 60 <= minutes <= 14 * 60 for minutes in zones.ABBREVIATIONS.values())
    assert zones.ABBREVIATIONS.keys() >= zones.AMBIGUOUS
