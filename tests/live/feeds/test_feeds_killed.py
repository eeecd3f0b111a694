"""Killed with SIGKILL at any moment of polling and publishing: nothing is lost, nothing is doubled."""

import random
import subprocess
import sys
import time

import pytest
import yaml
from webhosts import serve

from transforms.articles import article_message
from transforms.feeds.polling.decide import MOST_REVISIONS_A_DAY
from transforms.streams.connect import read_range


class Newsroom:
    """Feeds of articles that are written and edited while they are read.

    An article is edited only when its last revision is on the stream: what a server takes back before anybody could
    read it twice, nobody can promise to have read.
    """

    def __init__(self, site, feeds, seed):
        self.site, self.feeds, self.random = site, feeds, random.Random(seed)
        self.articles = {feed: {} for feed in range(feeds)}
        self.written = set()
        self.tag = 0

    def write(self, on_stream):
        for feed, articles in self.articles.items():
            for number, version in list(articles.items()):
                editable = version < MOST_REVISIONS_A_DAY  # a story that is edited more often is held back
                if editable and (feed, number, version) in on_stream and self.random.random() < 0.3:
                    articles[number] = version + 1
            for _ in range(self.random.randrange(3)):
                articles[len(articles)] = 1
            self.written |= {(feed, number, version) for number, version in articles.items()}
            self._put(feed)

    def _put(self, feed):
        self.tag += 1
        items = "".join(
            f"<item><title>Story {number}</title><guid isPermaLink='false'>{feed}-{number}</guid>"
            f"<description>Feed {feed}, story {number}, version {version} of the text.</description></item>"
            for number, version in sorted(self.articles[feed].items(), reverse=True)
        )
        body = f"<rss version='2.0'><channel><title>F{feed}</title>{items}</channel></rss>".encode()
        tag = f'"{self.tag}"'

        def answer(handler):
            if handler.headers.get("If-None-Match") == tag:
                handler.send_response(304)
                handler.end_headers()
                return
            handler.send_response(200)
            handler.send_header("ETag", tag)
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)

        self.site.put("127.0.0.1", f"/{feed}", answer)


def read(stream):
    """(feed, article, version) -> the revision ids that it came under, and how many messages in all."""
    found, messages = {}, 0
    for received in read_range(stream):
        article = article_message.decode(received.data)
        words = article.text.replace(",", "").split()
        found.setdefault((int(words[1]), int(words[3]), int(words[5])), set()).add(article.revision_id)
        messages += 1
    return found, messages


def kill_again_and_again(tmp_path, kills, feeds=4, seed=20260309):
    with serve() as site:
        room = Newsroom(site, feeds, seed)
        stream = f"folder:{tmp_path / 'stream'}"
        settings = {
            "feeds": [{"url": f"http://127.0.0.1:{site.port}/{feed}", "every": "1s"} for feed in range(feeds)],
            "fetch": {"allow_hosts": ["127.0.0.1"], "host_spacing": 0.0, "host_connections": 4},
            "state": str(tmp_path / "state.sqlite"),
            "stream": stream,
            "tables": str(tmp_path / "tables"),
        }
        config = tmp_path / "settings.yaml"
        config.write_text(yaml.safe_dump(settings))
        command = [sys.executable, "-m", "pipelines.cli", "publish", "--config", str(config)]
        on_stream, killed = {}, 0
        for turn in range(kills):
            room.write(on_stream)
            process = subprocess.Popen([*command, *(["--every", "1s"] if turn % 2 else [])], stderr=subprocess.PIPE)
            try:
                process.wait(timeout=room.random.uniform(0.25, 1.1 if turn % 2 == 0 else 2.2))
            except subprocess.TimeoutExpired:
                process.kill()
                killed += 1
            process.communicate()
            on_stream, _ = read(stream)
        last = subprocess.run(command, capture_output=True, text=True, timeout=250)
        assert last.returncode == 0, last.stderr
        return room.written, *read(stream), killed


def check(written, found, messages, killed, kills):
    assert set(found) == written, "every revision reaches the stream, and none that was not written"
    assert all(len(ids) == 1 for ids in found.values()), "a repeat has the revision_id of the first"
    assert len(set().union(*found.values())) == len(written), "after the drop of repeats none is doubled"
    assert messages >= len(written)
    assert killed >= kills // 2


def test_killed_at_ten_random_moments_nothing_is_lost_or_doubled(tmp_path):
    check(*kill_again_and_again(tmp_path, 10), 10)


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_killed_at_a_hundred_random_moments_nothing_is_lost_or_doubled(tmp_path):
    began = time.monotonic()
    written, found, messages, killed = kill_again_and_again(tmp_path, 150, feeds=6)
    check(written, found, messages, killed, 150)
    assert killed >= 100
    print(f"{killed} kills, {len(written)} revisions, {messages} messages, {time.monotonic() - began:.0f} s")
