"""Names of one person are one, however they are written; namesakes, spouses and brothers are two."""

import pytest

from transforms.stories.told_party import LIKELY, SURE, agree, namesakes, party_of


def person(text, title=None, country=None):
    return party_of(text, "person", title, country)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kateřina Novotná", "Katerina Novotna"),
        ("KUROSAKI Shinji", "Shinji Kurosaki"),
        ("Bae Chang-min", "Chang-min Bae"),
        ("Bae Changmin", "Bae Chang-min"),
        ("Antony J. Blinken", "Antony Blinken"),
        ("J. Robert Hale", "John Robert Hale"),
        ("Marcelo Figueiredo Pinto", "Marcelo Figueiredo"),
        ("Fathi al-Zentani", "Fathi el-Zentani"),
        ("Salma El Obaidi", "Salma al-Obeidi"),
        ("Yusuf al-Kharusi", "Youssef Al Kharousi"),
        ("Ainura Jumabekova", "Aynura Dzhumabekova"),
        ("Trần Quốc Bảo", "Tran Quoc Bao"),
        ("Archbishop Samuel Adebayo", "Samuel Adebayo"),
        ("Australia's Megan Thornbury", "Megan Thornbury"),
    ],
)
def test_spellings_orders_and_titles_of_one_full_name_are_one_person(one, other):
    assert agree(person(one), person(other)).score >= SURE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kwabena Asare", "Yaw Asare"),
        ("Park Min-jun", "Park Soo-yeon"),
        ("János Németh", "Eszter Németh"),
        ("Peter Novak", "Petra Novak"),
        ("Alexander Ivanov", "Alexandra Ivanova"),
        ("Mario Rossi", "Maria Rossi"),
        ("Kim Ji-ho", "Kim Hyun-woo"),
        ("John Carter", "James Carter"),
        ("Delegate Number 3", "Delegate Number 39"),
        ("王 毅", "王 沪"),
    ],
)
def test_another_first_name_is_another_person(one, other):
    assert agree(person(one), person(other)).score == 0
    assert agree(person(other), person(one)).score == 0


@pytest.mark.parametrize("one", ["Yaw Asare", "Asare Yaw", "Kofi Asare"])
@pytest.mark.parametrize("other", ["Kwabena Asare", "Asare Kwabena"])
def test_those_who_share_a_surname_are_namesakes(one, other):
    assert namesakes(person(one), person(other))


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        (person("Asare"), person("Yaw Asare"), LIKELY, SURE),  # a surname alone is not enough
        (person("Asare", country="GH"), person("Yaw Asare", country="GH"), SURE, 1),
        (person("Asare", country="GH"), person("Yaw Asare", country="NG"), 0, 0),
        (person("Silva", "Sports Minister", "PT"), person("Teresa Silva", "sports minister", "PT"), SURE, 1),
        (person("Greece's prime minister"), person("Dimitris Papanikolaou", "prime minister", "GR"), SURE, 1),
        (person("Greece's prime minister"), person("Dimitris Papanikolaou", "foreign minister", "GR"), 0, 0),
        (person("Turkey's president"), person("Dimitris Papanikolaou", "prime minister", "GR"), 0, 0),
        (person("Bolivia's foreign minister"), person("Lucía Aguirre", "minister", "BO"), LIKELY, SURE),
        (party_of("Chile", "country", None, "CL"), person("Rodrigo Sepúlveda", None, "CL"), LIKELY, SURE),
        (party_of("Chile", "country", None, "CL"), person("Lucía Aguirre", None, "BO"), 0, 0),
    ],
)
def test_offices_and_countries_stand_for_whom_they_can(one, other, least, most):
    assert least <= agree(one, other).score <= most
    assert agree(one, other) == agree(other, one)
