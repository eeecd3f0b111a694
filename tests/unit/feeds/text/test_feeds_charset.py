"""Bytes become the text that was written, whatever label they come with."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.feeds.text.charset import codec, decode

RUSSIAN = "Переговоры продолжены. Встреча министров состоится в марте, сообщил представитель правительства."
GERMAN = "Größe: zwölf Meter, schön für Fußgänger. Über die Brücke führt künftig ein Weg."
FRENCH = "Les négociations ont été prolongées jusqu’à l’été, a déclaré le délégué à la presse."
CZECH = "Jednání pokračují. Ministři se sejdou v březnu, řekl mluvčí vlády."
GREEK = "Οι διαπραγματεύσεις συνεχίζονται, δήλωσε ο εκπρόσωπος της κυβέρνησης."
JAPANESE = "外相会談は東京で行われた。両国は協力を続けることで一致した。カタカナ"
CHINESE = "两国外长在北京举行会谈，双方同意继续合作。"
TRADITIONAL = "兩國外長在臺北舉行會談，雙方同意繼續合作。"
KOREAN = "양국 외교장관은 서울에서 회담을 갖고 협력을 계속하기로 했다."
ARABIC = "أجرى الوزيران محادثات في القاهرة واتفقا على مواصلة التعاون"
HEBREW = "השרים נפגשו בירושלים והסכימו להמשיך בשיחות"
TURKISH = "Bakanlar İstanbul'da görüştü ve iş birliğini sürdürmeyi kararlaştırdı"


def feed(text, label=None, language=""):
    prolog = f'<?xml version="1.0" encoding="{label}"?>' if label else ""
    return f"{prolog}<rss><channel><language>{language}</language><item><title>{text}</title><link>https://a.example/1</link></item></channel></rss>"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (RUSSIAN, "windows-1251"), (RUSSIAN, "koi8-r"), (RUSSIAN, "iso-8859-5"), (GERMAN, "iso-8859-1"), (GERMAN, "windows-1252"),
        (FRENCH, "windows-1252"), (CZECH, "windows-1250"), (CZECH, "iso-8859-2"), (GREEK, "iso-8859-7"), (JAPANESE, "shift_jis"),
        (JAPANESE, "euc-jp"), (JAPANESE, "iso-2022-jp"), (CHINESE, "gb2312"), (CHINESE, "gbk"), (CHINESE, "gb18030"),
        (TRADITIONAL, "big5"), (KOREAN, "euc-kr"), (ARABIC, "windows-1256"), (HEBREW, "windows-1255"), (TURKISH, "iso-8859-9"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "where", ["header", "prolog", "header over a prolog that says UTF-8", "prolog under a header that says UTF-8"]
)
def test_a_label_that_fits_is_believed_wherever_it_stands(text, encoding, where):
    prolog = {"header": None, "prolog": encoding, "header over a prolog that says UTF-8": "UTF-8"}.get(where, encoding)
    header = {"prolog": "", "prolog under a header that says UTF-8": "text/xml; charset=utf-8"}.get(
        where, f'text/xml; charset="{encoding}"'
    )
    document = feed(text, prolog)
    assert decode(document.encode(encoding), header).text == document


@pytest.mark.parametrize("text", [RUSSIAN, GERMAN, FRENCH, CZECH, JAPANESE, KOREAN, ARABIC])
@pytest.mark.parametrize("label", [None, "iso-8859-1", "windows-1252", "utf-16", "no-such-charset", "us-ascii"])
def test_utf8_is_known_by_its_bytes_under_any_label(text, label):
    document = feed(text, label)
    assert decode(document.encode(), f"text/xml; charset={label}" if label else "").text == document


@pytest.mark.parametrize("text", [RUSSIAN, GERMAN, FRENCH, JAPANESE, ARABIC])
@pytest.mark.parametrize("header", ["", "text/xml; charset=utf-8", "text/xml; charset=iso-8859-1"])
@pytest.mark.parametrize("bad", [b"\xff", b"\xe4", b"\x80", b"\xc3"])
def test_one_bad_byte_in_utf8_costs_one_character(text, header, bad):
    document = feed("%" + text, "utf-8")
    decoded = decode(document.encode().replace(b"%", bad + b" "), header)
    assert decoded.text == document.replace("%", "\ufffd ")
    assert decoded.repaired


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (b"", "utf-16-le"),
        (b"", "utf-16-be"),
    ],
)
def test_marks_and_nul_bytes_tell_unicode_forms(mark, encoding):
    document = feed(RUSSIAN, "utf-16")
    assert decode(mark + document.encode(encoding), "text/xml; charset=windows-1252").text == document


def test_a_utf16_label_on_plain_bytes_is_passed_over():
    document = feed(GERMAN, "utf-16")
    assert decode(document.encode("utf-8"), "").text == document


@pytest.mark.parametrize(
    ("text", "encoding", "language", "host"),
    [
        (RUSSIAN, "cp1251", "ru", ""), (RUSSIAN, "koi8-r", "ru", ""), (RUSSIAN, "cp1251", "", "news.example.ru"),
        (CZECH, "cp1250", "cs", ""), (CZECH, "cp1250", "", "noviny.cz"), (GREEK, "cp1253", "el", ""), (JAPANESE, "cp932", "ja", ""),
        (JAPANESE, "euc_jp", "", ""), (JAPANESE, "cp932", "", ""), (CHINESE, "gb18030", "zh-cn", ""), (TRADITIONAL, "big5", "zh-TW", ""),
        (KOREAN, "cp949", "", ""), (HEBREW, "cp1255", "he", ""), (ARABIC, "cp1256", "ar", ""), (TURKISH, "cp1254", "tr", ""),
        (GERMAN, "cp1252", "", ""), (FRENCH, "cp1252", "", ""), (RUSSIAN, "cp1251", "", ""),
    ],
)  # fmt: skip
@pytest.mark.parametrize("label", [None, "utf-8"])
def test_without_a_label_that_fits_the_words_and_the_language_tell(text, encoding, language, host, label):
    document = feed(text, label, language)
    assert decode(document.encode(encoding), "", host).text == document


@pytest.mark.parametrize(
    "label",
    [
        "utf-7",
        "idna",
        "punycode",
        "rot13",
        "base64",
        "zlib",
        "unicode_escape",
        "raw_unicode_escape",
        "undefined",
        "mbcs",
        "x\x00y",
    ],
)
def test_codecs_that_are_no_charset_are_unknown(label):
    assert codec(label) is None


@given(st.binary(max_size=400), st.sampled_from(["", "text/xml; charset=shift_jis", "a; charset=utf-8", "charset='"]))
def test_no_bytes_break_it(body, header):
    decode(body, header)
