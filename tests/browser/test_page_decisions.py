"""What was decided of who is who, and what the user's own file knows, stands on the actor's page and in the API."""

import httpx
import pytest
from making import article, participant, report
from served import follow, serving, wait_for
from test_page_access import serious_faults
from test_page_safe import HOSTILE

from pipelines import cli
from transforms import rows
from transforms.tables.sinks import Tables

FILE = "- name: Ana Ruiz\n  aliases: [La Canciller, Anna Ruys]\n  wikidata: Q1234567\n"


def decisions_of(address, name):
    """The actor of that name, once the server has read it."""
    (found,) = httpx.get(f"{address}/api/actors", params={"q": name}).json()["actors"]
    return found, httpx.get(f"{address}/api/actors/{found['actor_id']}").json()["actor"]


@pytest.fixture
def decided(tmp_path):
    """Tables in which a file of actors and an analyst have had their say."""
    articles = [article(name, title=f"Talks {name}") for name in "abc"]
    who = ["Ana Ruiz", "La Canciller", "Anita Ruiz Gil"]
    told = [
        report(made, meeting=made.article_id, participants=[participant(name), participant("Bo Kim")],
               date=rows.MeetingDate(*[f"2023-04-1{number}"] * 2, "day", "then", "sentence"))
        for number, (made, name) in enumerate(zip(articles, who, strict=True))
    ]  # fmt: skip
    Tables([str(tmp_path / "tables")]).write_all({"articles": articles, "entities": [], "meeting_reports": told})
    (tmp_path / "people.yaml").write_text(FILE)
    (tmp_path / "meetwire.yaml").write_text(f"tables: {tmp_path}/tables\nactors_file: people.yaml\n")
    joining = ["actors", "join", "Ana Ruiz", "Anita Ruiz Gil", "--why", "her <b>maiden</b> name", "--by", "zoe"]
    assert cli.main([*joining, "--config", str(tmp_path / "meetwire.yaml")]) == 0
    with serving(tmp_path / "tables") as address:
        wait_for(address, 3)
        yield address


def test_an_actor_says_why_names_are_one_and_what_was_decided(page, decided):
    listed, found = decisions_of(decided, "canciller")
    assert (listed["name"], listed["wikidata_id"], found["wikidata_id"]) == ("Ana Ruiz", "Q1234567", "Q1234567")
    assert {(row["kind"], row["decided_by"], row["why"]) for row in found["decisions"]} == {
        ("join", "zoe", "her <b>maiden</b> name"), ("known", "people.yaml", "the user's own file of actors"),
    }  # fmt: skip
    assert {row["name"] for row in found["reasons"]} == {"Ana Ruiz", "La Canciller", "Anita Ruiz Gil"}
    page.goto(f"{decided}/actors?q=canciller")
    follow(page, page.get_by_role("link", name="Ana Ruiz"))
    item = page.get_by_role("link", name="Wikidata Q1234567")
    assert item.get_attribute("href") == "https://www.wikidata.org/wiki/Q1234567"
    assert "noreferrer" in item.get_attribute("rel")
    lines = page.locator(".decisions li").all_inner_texts()
    assert any(
        line.startswith("Ana Ruiz, Anita Ruiz Gil are one") and "her <b>maiden</b> name" in line for line in lines
    )
    assert any("Ana Ruiz, La Canciller, Anna Ruys are known as one" in line for line in lines)
    assert "known by people.yaml" in page.locator(".reasons li", has_text="La Canciller").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_decided_actor_has_no_serious_fault(browser, decided, scheme):
    page = browser.new_page(color_scheme=scheme)
    actor_id = decisions_of(decided, "canciller")[0]["actor_id"]
    assert serious_faults(page, decided, [f"actors/{actor_id}"]) == []
    page.close()


def test_hostile_decisions_are_text(page, tmp_path):
    made = article("a")
    Tables([str(tmp_path)]).write_all({"articles": [made], "entities": [], "meeting_reports": [report(made)]})
    with serving(tmp_path) as address:
        wait_for(address)
        actor_id = decisions_of(address, "ann")[0]["actor_id"]
    decided = [
        rows.ActorDecision(f"d{n}", kind, [actor_id, f"{actor_id} {text}"], [text, f"Ann {text}"], text, text,
                           f"2023-05-01T00:{n:02}:00Z", text, text, None, None)
        for n, text in enumerate(HOSTILE) for kind in ["join", "known"][n % 2 :][:1]
    ]  # fmt: skip
    Tables([str(tmp_path)]).write_all({"actor_decisions": decided})
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    with serving(tmp_path) as address:
        wait_for(address)
        found = httpx.get(f"{address}/api/actors/{actor_id}").json()["actor"]
        assert {row["why"] for row in found["decisions"]} == set(HOSTILE)
        page.goto(f"{address}/actors/{actor_id}")
        assert page.locator(".decisions li").count() == len(HOSTILE)
        assert page.locator("script:not([src]), [onerror], [onload], main img, main iframe, main base").count() == 0
        links = page.locator("a").evaluate_all("all => all.map((a) => a.href.baseVal ?? a.href)")
        assert [link for link in links if not link.startswith((address, "/"))] == []
