"""Settings are checked as a whole before anything runs, and a fault names its place."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.configuration.feed_sources import feeds_of
from pipelines.configuration.settings import Settings, SettingsError, duration
from pipelines.configuration.settings_file import load
from transforms.streams.connect import parse_address

CONFIGS = sorted((Path(__file__).parents[4] / "configs").glob("*.yaml"))


@pytest.fixture
def settings_file(tmp_path):
    def write(text):
        path = tmp_path / "news.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_every_settings_file_that_is_shipped_can_be_used(path):
    settings = load(path)
    assert feeds_of(settings)
    parse_address(settings.stream)


def test_a_whole_file_becomes_settings(settings_file):
    path = settings_file(
        """
        feeds:
          - {url: https://news.example/rss, every: 15m, full_text: true, headers: {Accept-Language: en}}
          - {url: wire.xml}
          - {opml: feeds.opml}
        state: s.sqlite
        stream: pubsub://project/topic/subscription
        tables: [out, "lines"]
        language: {model: en_core_web_trf}
        """
    )
    settings = load(path)
    assert settings.feeds[0].every == timedelta(minutes=15)
    assert settings.feeds[0].full_text is True
    assert settings.feeds[0].headers == {"Accept-Language": "en"}
    assert settings.feeds[1].url == str(path.parent / "wire.xml")
    assert settings.feeds[2].opml == str(path.parent / "feeds.opml")
    assert settings.tables == ("out", "lines")
    assert settings.language.model == "en_core_web_trf"


def test_an_empty_file_is_the_defaults(settings_file):
    assert load(settings_file("")) == Settings()


def test_one_table_needs_no_list(settings_file):
    assert load(settings_file("tables: out")).tables == ("out",)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("feedz: []", "feedz: unknown setting"),
        ("feeds: [{url: a.xml, evry: 5m}]", "feeds[0].evry: unknown setting"),
        ("feeds: [{url: a.xml}, {url: b.xml, every: 5 minuts}]", "feeds[1].every: '5 minuts' is not a duration"),
        ("feeds: [{url: a.xml, full_text: perhaps}]", "feeds[0].full_text: 'perhaps' is not true or false"),
        ("feeds: [{every: 5m}]", "feeds[0]: give either 'url' or 'opml'"),
        ("feeds: [{url: a.xml, opml: b.opml}]", "feeds[0]: give either 'url' or 'opml'"),
        ("feeds: [{url: a.xml, headers: [a]}]", "feeds[0].headers: ['a'] is not a mapping"),
        ("language: small", "language: 'small' is not a mapping of settings"),
        ("language: {model: 3}", "language.model: 3 is not text"),
        ("stream: [a]", "stream: ['a'] is not text"),
        ("feeds: [", "not YAML"),
        ("- a\n- b", "['a', 'b'] is not a mapping of settings"),
    ],
)
def test_a_fault_names_file_key_and_value_in_one_line(settings_file, text, fault):
    path = settings_file(text)
    with pytest.raises(SettingsError) as raised:
        load(path)
    assert str(raised.value).startswith(f"{path}: ")
    assert fault in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SettingsError, match=r"absent\.yaml: No such file"):
        load(tmp_path / "absent.yaml")


@given(st.text())
def test_any_text_is_a_duration_or_a_clear_error(text):
    try:
        assert duration(text) > timedelta(0)
    except ValueError as error:
        assert "is not a duration" in str(error)
