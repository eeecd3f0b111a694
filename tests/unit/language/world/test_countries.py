import pycountry
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.language.people.titles import parse_title
from transforms.language.world import countries
from transforms.language.world.organisations import is_organisation, organisation_of


def test_every_country_of_iso_3166_and_kosovo_is_known_by_its_iso_name():
    assert set(countries.codes()) == {c.alpha_2 for c in pycountry.countries} | {"XK"}
    for country in pycountry.countries:
        assert countries.name_of(country.alpha_2)
        common = getattr(country, "common_name", country.name)
        plain = common.split(",")[0].split(" (")[0]
        assert countries.country_of(plain) is not None, plain


def test_every_name_and_demonym_of_the_table_leads_back_to_its_country():
    from transforms import lexicon

    for code, row in lexicon.table("countries").items():
        for form in (row["name"], *row.get("also", ())):
            assert countries.country_of(form) == code, form
            assert countries.is_country_name(f"the {form}"), form
        for form in row["people"]:
            assert countries.is_demonym(form), form
            assert countries.country_of(form) == code, form


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("U.S.", "US"),
        ("US", "US"),
        ("the United States'", "US"),
        ("America", "US"),
        ("Americans", "US"),
        ("U.K.", "GB"),
        ("Britain’s", "GB"),
        ("British", "GB"),
        ("Britons", "GB"),
        ("Scottish", "GB"),
        ("England", "GB"),
        ("Welsh", "GB"),
        ("South Korea", "KR"),
        ("South Koreans", "KR"),
        ("DPRK", "KP"),
        ("North Korea's", "KP"),
        ("NORTH KOREA", "KP"),
        ("Ivory Coast", "CI"),
        ("Cote d'Ivoire", "CI"),
        ("Czech Republic", "CZ"),
        ("Türkiye", "TR"),
        ("Turkiye", "TR"),
        ("UAE", "AE"),
        ("Emirati", "AE"),
        ("Dutch", "NL"),
        ("Holland", "NL"),
        ("Kosovar", "XK"),
        ("Palestinian", "PS"),
        ("Gaza", "PS"),
        ("Taiwanese", "TW"),
        ("DR Congo", "CD"),
        ("Republic of Congo", "CG"),
        ("Nigerien", "NE"),
        ("Nigerian", "NG"),
        ("Burkinabè", "BF"),
        ("Timor-Leste", "TL"),
        ("western Japan", "JP"),
        ("former Soviet", "RU"),
        ("St. Lucia", "LC"),
        ("Georgian", "GE"),
        ("Norway", "NO"),
        ("Filipino", "PH"),
    ],
)
def test_news_names_lead_to_the_country(text, code):
    assert countries.country_of(text) == code


@pytest.mark.parametrize(
    "text",
    [
        "us",
        "Us",
        "turkey",
        "polish",
        "Republican",
        "Labour",
        "Democratic",
        "Beijing",
        "Kremlin",
        "Car",
        "",
        "the",
        "European",
        "Asian",
    ],
)
def test_other_words_are_no_country(text):
    assert countries.country_of(text) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Beijing", "CN"),
        ("the Kremlin", "RU"),
        ("White House", "US"),
        ("WASHINGTON", "US"),
        ("Downing Street", "GB"),
        ("the Élysée", "FR"),
        ("Blue House", "KR"),
        ("The Hague", "NL"),
        ("Ulaanbaatar", "MN"),
        ("Malacañang", "PH"),
        ("Osaka", None),
        ("Japan", None),
        ("Brussels", None),
    ],
)
def test_a_seat_of_government_stands_for_its_country(text, code):
    assert countries.capital_metonym(text) == code


def test_names_and_demonyms_are_told_apart():
    assert countries.is_country_name("Germany") and not countries.is_demonym("Germany")
    assert countries.is_demonym("German") and not countries.is_country_name("German")
    assert countries.name_of("ZZ") is None and countries.adjective_of("JP") == "Japanese"
    assert countries.seats_of("FR")[0] == "Paris"


@given(st.text(max_size=80))
def test_no_text_is_an_error(text):
    countries.country_of(text)
    countries.capital_metonym(text)
    organisation_of(text)
    parse_title(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("G-7", "G7"),
        ("the Group of Seven", "G7"),
        ("NATO's", "NATO"),
        ("E.U.", "European Union"),
        ("U.N.", "United Nations"),
        ("African Union", "African Union"),
        ("Hamas", "Hamas"),
        ("Asean", "ASEAN"),
        ("Hizballah", "Hezbollah"),
    ],
)
def test_bodies_are_known_by_their_names(text, name):
    assert organisation_of(text).name == name


@pytest.mark.parametrize("text", ["is", "As", "who", "Japan", "Republican Party", "quad"])
def test_other_words_are_no_body(text):
    assert not is_organisation(text)


@pytest.mark.parametrize(
    ("text", "office", "counterpart", "country", "body", "standing"),
    [
        ("Japanese Foreign Minister", "foreign minister", "foreign minister", "JP", None, None),
        ("U.S. Secretary of State", "secretary of state", "foreign minister", "US", None, None),
        ("Britain's foreign secretary", "foreign secretary", "foreign minister", "GB", None, None),
        ("then-Republican President", "president", "president", None, None, "former"),
        ("President-elect", "president", "president", None, None, "elect"),
        ("former British Prime Minister", "prime minister", "prime minister", "GB", None, "former"),
        ("Acting Defence Minister", "defense minister", "defense minister", None, None, "acting"),
        ("Deputy Foreign Minister", "deputy foreign minister", "deputy foreign minister", None, None, None),
        (
            "Minister for Foreign and European Affairs",
            "minister for foreign and european affairs",
            "foreign minister",
            None,
            None,
            None,
        ),
        ("Minister of Foreign Affairs of Peru", "minister of foreign affairs", "foreign minister", "PE", None, None),
        ("Chinese Vice Premier", "vice premier", "vice prime minister", "CN", None, None),
        ("U.N. Secretary-General", "secretary-general", "secretary general", None, "United Nations", None),
        ("President of the European Commission", "president", "president", None, "European Commission", None),
        ("Taoiseach", "taoiseach", "prime minister", "IE", None, None),
        ("Archbishop of Canterbury", "archbishop", "archbishop", None, None, None),
        ("Chief Justice", "chief justice", "chief justice", None, None, None),
        ("CEO", "ceo", "chief executive", None, None, None),
        ("Japanese ambassador to the United States", "ambassador", "ambassador", "JP", None, None),
        ("U.S. special envoy for Sudan", "special envoy", "envoy", "US", None, None),
    ],
)
def test_a_title_says_office_country_and_standing(text, office, counterpart, country, body, standing):
    title = parse_title(text)
    assert tuple(title) == (office, counterpart, country, body, standing)


@pytest.mark.parametrize("text", ["", "table", "the two", "Mr.", "Japan", "Hayashi"])
def test_other_words_are_no_title(text):
    assert parse_title(text) is None
