"""A copy of a text is known, in any language; another text on the same matter is none."""

from datetime import UTC, datetime, timedelta

import pytest

from transforms.stories.near import Pool, Pools, sketch

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
