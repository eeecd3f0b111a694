import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.articles.captions import is_caption
from transforms.articles.parts import blocks, parts

STORY = [
    "Fisheries Minister Ade Okoro met his Norwegian counterpart Liv Dahl on Monday, his office said.",
    "The two spoke for an hour about quotas in the northern waters, and agreed to meet again in June.",
]


def kinds(text, headline_end=0):
    return [(p.kind, text[p.start : p.end]) for p in parts(text, headline_end)]


@pytest.mark.parametrize(
    "caption",
    [
        "Fisheries Minister Ade Okoro (R) shakes hands with Liv Dahl in Bergen on May 3, 2024. (Pool photo)",
        "Ade Okoro (left) and Liv Dahl (right) pose before their talks.",
        "Liv Dahl, second from left, walks with Ade Okoro in Bergen, Norway, May 3, 2024.",
        "FILE - Minister Ade Okoro speaks in parliament in Lagos, Nigeria, Jan. 5, 2023.",
        "FILE PHOTO: Minister Ade Okoro arrives for a meeting in Lagos, Nigeria, January 5, 2023. REUTERS/Jo Bloggs",
        "File photo shows Minister Okoro at the harbour.",
        "In this photo released by the ministry, Okoro, left, meets Dahl in Bergen on Friday, May 3, 2024.",
        "This handout picture shows the ministers at their talks on 3 May 2024.",
        "[Photo: Ministry of Fisheries]",
        "The ministers are seen at the signing of a treaty in Bergen, Norway, May 3, 2024. (AP Photo/Jo Bloggs)",
        "Norwegian ships off Bergen. (Photo by Jo Bloggs/Getty Images)",
        "Clockwise from top left: Okoro, Dahl, Brandt and Ito attend the summit in Bergen.",
        "Ministers attend a plenary session in Bergen, Norway, May 3, 2024. Jo Bloggs/Pool via REUTERS",
        "(L-R) Ade Okoro, Liv Dahl and Mia Brandt pose for a photo in Bergen on May 3, 2024.",
        "Minister Dahl greets her guest in Bergen on May 3, 2024. [Xinhua/Jo Bloggs]",
        "Photo: Okoro and Dahl at the harbour.",
        "Okoro meets Dahl at the harbour. | Photo Credit: The Bergen Post",
        "Liv Dahl (2nd L) meets Ade Okoro (2nd R) in Bergen on May 3, 2024. (Kyodo)",
    ],
)
def test_a_caption_is_a_caption(caption):
    assert is_caption(caption)
    found = kinds("\n\n".join([STORY[0], caption, STORY[1]]))
    assert found[0] == ("body", STORY[0]) and found[-1] == ("body", STORY[1])
    assert {kind for kind, _ in found[1:-1]} <= {"caption", "credit"}


@pytest.mark.parametrize(
    "sentence",
    [
        *STORY,
        "He painted a dark picture of the talks and of what would follow.",
        "The return of the fleet is seen by critics as a signal to the north.",
        "She showed reporters a photo of the two ministers that the ministry had taken.",
        "Voters must show a photo ID, the minister said, or stay at home.",
        "The minister walks to work, meets everyone, and speaks his mind.",
        "Okoro (Labour) and Dahl (Conservative) met on Monday, their parties said.",
        "The deal (worth 3 million euros) was signed on May 3, 2024, the ministry said.",
        "The ministry sent its answer to the committee (via its website).",
        "They agreed on the wording of the treaty (with a file).",
        "The number of seats rose (it is the third from the left in the image but was not there before).",
        "Let the number of ministers be n = 12",
        "The group met in the Photo Museum in Bergen.",
        "The minister, who was left out of the talks, was right to leave, Dahl said.",
    ],
)
def test_a_sentence_of_the_story_is_no_caption(sentence):
    assert kinds(sentence) == [("body", sentence)]


def test_the_marks_of_a_caption_are_credits_and_its_words_are_caption():
    text = "FILE - Ade Okoro (R) greets Liv Dahl (L) in Bergen, May 3, 2024. (Pool photo)(Kyodo) ==Kyodo"
    assert kinds(text) == [
        ("credit", "FILE -"),
        ("caption", "Ade Okoro"),
        ("credit", "(R)"),
        ("caption", "greets Liv Dahl"),
        ("credit", "(L)"),
        ("caption", "in Bergen, May 3, 2024."),
        ("credit", "(Pool photo)(Kyodo) ==Kyodo"),
    ]


@pytest.mark.parametrize(
    "opening",
    [
        "Related coverage:", "Related stories", "RELATED ARTICLES", "Read more:", "Also read:", "See also:",
        "More from Africa", "More on this story", "Further reading:", "Recommended for you", "You may also like",
        "Most read",
        "Don't miss", "In other news",
    ],
)  # fmt: skip
def test_links_under_their_heading_are_related_to_the_end(opening):
    links = ["French minister meets farmers", "Leaders to hold summit in Oslo next week"]
    text = "\n\n".join([*STORY, opening, *links])
    assert kinds(text) == [("body", s) for s in STORY] + [("related", s) for s in (opening, *links)]


def test_the_story_goes_on_behind_a_box_of_links():
    text = "\n\n".join([STORY[0], "Related coverage:", "Premier meets farmers over fuel tax", STORY[1]])
    assert [kind for kind, _ in kinds(text)] == ["body", "related", "related", "body"]


@pytest.mark.parametrize(
    "line",
    [
        "Read more: Premier meets farmers over fuel tax",
        "READ MORE: Premier meets farmers",
        "ALSO READ | Premier meets farmers over fuel tax",
        "Watch: Okoro and Dahl meet in Bergen",
        "Explainer: why ministers meet in Bergen",
        "Subscribe to our newsletter for the latest from Bergen.",
        "Sign up for The Morning Briefing here",
        "Get the latest news delivered to your inbox every day",
        "Follow us on Twitter and Facebook",
        "Join our WhatsApp channel for updates: follow here",
        "Click here to read the full interview",
        "Our Standards: The Trust Principles.",
        "© 2024 The Bergen Post. All rights reserved.",
        "This article was originally published in The Bergen Post.",
        "Advertisement",
        "Story continues below",
        "Topics: fisheries, Norway",
    ],
)
def test_a_line_to_the_reader_is_no_story(line):
    text = "\n\n".join([STORY[0], line, STORY[1]])
    assert kinds(text) == [("body", STORY[0]), ("related", line), ("body", STORY[1])]


@pytest.mark.parametrize(
    "line",
    [
        "Reporting by Jo Bloggs; Editing by Ada Roe",
        "(Reporting by Jo Bloggs in Bergen and Ada Roe in Lagos; Writing by Li Wei; Editing by Mia Ito)",
        "(Additional reporting by Jo Bloggs)",
        "Edited by: Ada Roe",
        "With inputs from agencies",
        "(With inputs from ANI)",
        "Jo Bloggs in Bergen contributed to this report.",
        "AP Photo/Jo Bloggs",
        "Photo by Jo Bloggs",
        "Photo: Getty Images",
        "Getty Images",
        "Source: Xinhua",
        "— AFP",
        "==Kyodo",
        "ENDS",
        "###",
        "-30-",
    ],
)
def test_who_wrote_and_photographed_is_a_credit(line):
    text = "\n\n".join([*STORY, line])
    assert kinds(text) == [*(("body", s) for s in STORY), ("credit", line)]


@pytest.mark.parametrize(
    "mark",
    ["==Kyodo", "(ANI)", "(PTI)", "— AFP", "-- BERNAMA", "(Reporting by Jo Bloggs; Editing by Ada Roe)", "- Reuters"],
)
def test_an_agencys_mark_behind_the_last_words_is_a_credit(mark):
    text = f"{STORY[0]}\n\n{STORY[1]} {mark}"
    assert kinds(text) == [("body", STORY[0]), ("body", STORY[1]), ("credit", mark)]


def test_headline_byline_dateline_and_story_are_told_apart():
    text = f"Ministers agree on quotas\n\nBy Ada Roe\n\nBERGEN, Norway (AP) — {STORY[0]}\n\n{STORY[1]}"
    assert kinds(text, len("Ministers agree on quotas")) == [
        ("headline", "Ministers agree on quotas"),
        ("credit", "By Ada Roe"),
        ("dateline", "BERGEN, Norway (AP) —"),
        ("body", STORY[0]),
        ("body", STORY[1]),
    ]


def test_a_story_without_blank_lines_is_read_line_by_line():
    text = "\n".join([*STORY, "Related coverage:", "Premier meets farmers over fuel tax"])
    assert [kind for kind, _ in kinds(text)] == ["body", "body", "related", "related"]


def test_a_paragraph_wrapped_over_lines_is_one():
    wrapped = (
        "Fisheries Minister Ade Okoro met his Norwegian counterpart Liv Dahl\n"
        "on Monday in the old town hall of Bergen, and they spoke about the\nquotas in the north."
    )
    assert list(blocks(f"{wrapped}\n\n{STORY[1]}")) == [
        (0, len(wrapped)),
        (len(wrapped) + 2, len(wrapped) + 2 + len(STORY[1])),
    ]


def test_the_word_more_in_a_sentence_opens_no_list():
    text = "More ministers met in Bergen on Monday than ever before, the mayor said."
    assert kinds(text) == [("body", text)]
    text = "Read more than one newspaper, the minister told pupils on Monday."
    assert kinds(text) == [("body", text)]
    text = "Related industries met the minister on Monday."
    assert kinds(text) == [("body", text)]


TEXTS = st.one_of(
    st.text(max_size=400),
    st.lists(
        st.sampled_from(
            [
                *STORY,
                "Related coverage:",
                "(R)",
                "FILE - ",
                "Read more: x",
                "==Kyodo",
                "OSLO (AP) — ",
                "\n",
                "\n\n",
                " ",
                "Photo by A",
                "\u2028",
                "\r\n",
            ]
        ),
        max_size=12,
    ).map("".join),
)


@given(TEXTS, st.integers(0, 40))
def test_parts_are_in_order_without_overlap_and_leave_only_white_space(text, headline_end):
    found = parts(text, min(headline_end, len(text)))
    at = 0
    for part in found:
        assert at <= part.start < part.end <= len(text)
        assert not text[at : part.start].strip()
        assert text[part.start : part.end] == text[part.start : part.end].strip()
        at = part.end
    assert not text[at:].strip()


@pytest.mark.parametrize("captions", [1, 2])
def test_a_dateline_under_captions_opens_the_story(captions):
    caption = "Minister Ana Duarte (R) greets Minister Per Lindholm in Oslo on Oct. 12, 2026. (Meridian/Pool)\n\n"
    opening = "OSLO, Norway, Oct. 12 (Meridian) —"
    text = caption * captions + opening + " The two ministers met on Monday."
    found = [part.kind for part in parts(text)]
    assert found.count("dateline") == 1
    assert text[slice(*next((p.start, p.end) for p in parts(text) if p.kind == "dateline"))] == opening
    assert "caption" in found[:2]
