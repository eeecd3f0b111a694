"""A copy of a text is known, in any language; another text on the same matter is none."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.stories import near
from transforms.stories.near import WINDOW, Pool, Pools, sketch

AT = datetime(2026, 4, 16, 12, tzinfo=UTC)
TEXTS = {
    "English": "Polish Prime Minister Tomasz Wisniewski met Ukrainian President Oleh Marchuk in Lublin on Thursday and "
    "the two agreed to build a second rail link. The line would carry grain and ore to a dry port by 2029. Wisniewski said "
    "that Warsaw would pay most of the cost. Marchuk called the accord steel in the ground, not words in the air.",
    "Spanish": "El presidente recibió el jueves en Lublin a su homólogo y ambos acordaron construir un segundo enlace "
    "ferroviario. La línea llevará grano y mineral a un puerto seco antes de 2029. El gobierno pagará la mayor parte del "
    "coste, dijo el ministro. La oposición calificó el acuerdo de acero en la tierra y no palabras en el aire.",
    "Russian": "Премьер-министр встретился в четверг с президентом в Люблине, и они договорились построить вторую "
    "железнодорожную ветку. Линия будет перевозить зерно и руду в сухой порт к 2029 году. Варшава оплатит большую часть "
    "расходов, сказал он. Президент назвал соглашение сталью в земле, а не словами на ветер.",
    "Chinese": "波兰总理周四在卢布林会见乌克兰总统双方同意修建第二条宽轨铁路连接两国该线路将在二零二九年前把粮食和矿石运往干港"
    "总理表示华沙将承担大部分费用总统称该协议是地下的钢铁而不是空中的话语欧盟委员会要求提供成本估算并询问谁来支付乌克兰的份额"
    "两国领导人还讨论了能源边境和学校并将于明年在基辅再次会面届时将签署最终文件并向媒体公布全部细节和时间表以及工程的投资计划",
}


def known(*texts, days=0):
    """Article -> its original, of texts printed one after the other."""
    some = [
        sketch(f"a{n}", AT + timedelta(hours=n, days=n * days), f"Head {n}", f"Head {n}\n\n{text}")
        for n, text in enumerate(texts)
    ]
    originals = Pools(Pool.of(some[::2]), [Pool.of(some[1::2]), Pool.of([])]).originals(Pool.of(some))
    return {one.article_id: originals.get(one.article_id) for one in some}


@pytest.mark.parametrize("text", TEXTS.values(), ids=list(TEXTS))
def test_a_copy_with_another_headline_and_a_sentence_less_is_known(text):
    cut = text[: int(len(text) * 0.85)]
    assert known(text, text, cut) == {"a0": None, "a1": "a0", "a2": "a0"}


def test_sentences_in_another_order_and_some_words_more_are_a_copy():
    first, *rest = TEXTS["English"].split(". ")
    assert known(TEXTS["English"], ". ".join([*rest, first]) + " Shares rose.")["a1"] == "a0"


def test_another_text_on_the_matter_a_correction_and_a_text_of_a_few_words_are_none():
    correction = (
        "LUBLIN (Meridian) - Meridian reported that Tomasz Wisniewski met Oleh Marchuk in Lublin on Thursday. They met "
        "on Wednesday, April 15. The line would have two tracks, and not one, an official of the railway added on Friday."
    )
    assert set(known(TEXTS["English"], correction, "They met.", "They met.").values()) == {None}


def test_a_text_printed_again_after_weeks_is_no_copy():
    assert known(TEXTS["English"], TEXTS["English"], days=30)["a1"] is None


PRINTED = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 500)), min_size=1, max_size=24)


@given(PRINTED, st.integers(1, 40), st.sets(st.integers(0, 23)))
def test_each_copy_is_one_of_the_earliest_copy_in_reach_whatever_was_read_at_once(printed, at_once, gone):
    """``printed``: which text, at which hour. Some articles that were there before are gone."""
    some = [
        sketch(f"a{(7 * n) % 25:02}", AT + timedelta(hours=hour), "", list(TEXTS.values())[text])
        for n, (text, hour) in enumerate(printed)
    ]
    new, old = some[::2], some[1::2]
    away = {one.article_id for n, one in enumerate(old) if n in gone}
    there = [one for one in some if one.article_id not in away]

    def copies(one):
        return [
            other
            for other in there
            if other.article_id != one.article_id
            and other.values == one.values
            and abs(other.published - one.published) <= WINDOW
        ]

    def order(one):
        return one.published, one.article_id

    earliest = {one.article_id: min(copies(one), key=order, default=one) for one in some}
    expected = {
        one.article_id: earliest[one.article_id].article_id
        for one in some
        if order(earliest[one.article_id]) < order(one)
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(near, "_AT_ONCE", at_once)
        pools = Pools(Pool.of(new), [Pool.of(old[:5]), Pool.of(old[5:])], away)
        assert pools.originals(Pool.of(some)) == expected
        later = pools.later(Pool.of(new))
    assert later.keys() == {
        other.article_id for one in new for other in copies(one) if other.published >= one.published
    }


def test_of_a_thousand_copies_of_one_text_in_a_week_each_is_a_copy_of_the_first():
    text = TEXTS["English"]
    some = [sketch(f"a{n:04}", AT + timedelta(minutes=n), "", f"{text} {n}") for n in range(1000)]
    pools = Pools(Pool.of(some[500:]), [Pool.of(some[:500])])
    assert pools.originals(Pool.of(some)) == {f"a{n:04}": "a0000" for n in range(1, 1000)}
