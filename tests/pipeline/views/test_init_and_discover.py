"""A deployment of one's own: ``init`` writes its settings, ``discover`` finds feeds and puts them there."""

import http.server
import json
import threading

import pytest
import yaml

from pipelines import cli
from pipelines.configuration.add_feeds import with_feeds
from pipelines.configuration.settings import Settings
from pipelines.configuration.settings_file import load

RSS = (
    "<rss version='2.0'><channel><title>{}</title><language>{}</language><item><guid>{}</guid><title>Talks</title>"
    "<pubDate>Mon, 12 Oct 2026 09:00:00 GMT</pubDate></item></channel></rss>"
)
ATOM = (
    "<feed xmlns='http://www.w3.org/2005/Atom'><title>Blog</title><entry><id>1</id><title>x</title>"
    "<updated>2026-10-13T10:00:00Z</updated></entry></feed>"
)
HOME = """<!doctype html><html><head><base href="/news/">
<link rel="Alternate stylesheet" type="text/css" href="x.css">
<link REL="alternate" TYPE="application/rss+xml; charset=utf-8" title="World" href="world.rss">
<link rel=alternate type="application/atom+xml" href="/blog.atom"><link rel="alternate" hreflang="de" href="/de">
<link rel="alternate" type="application/json+oembed" href="/oembed"><link rel="alternate" type="application/rss+xml"
href="/dead.rss"><link rel="alternate" type="application/rss+xml" href="file:///etc/passwd">
<link rel="alternate" type="application/rss+xml" href="http://[broken"></head><body>Home</body></html>"""


@pytest.fixture
def site(monkeypatch, tmp_path):
    """A web server on loopback: path -> document. Its ``settings`` allow it."""
    documents = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = documents.get(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", "text/html" if "<html" in (body or "") else "application/xml")
            self.end_headers()
            self.wfile.write((body or "none").encode("utf-8"))

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.chdir(tmp_path)
    address = f"http://127.0.0.1:{server.server_port}"
    text = "# mine\nfetch: {allow_hosts: ['127.0.0.1'], host_spacing: 0.01}\nfeeds: []  # none yet\n# the end\n"
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    yield address, documents
    server.shutdown()
    server.server_close()


@pytest.fixture
def found(site, capsys):
    def run(path="/", *flags):
        code = cli.main(["discover", site[0] + path if path.startswith("/") else path, "--config=mine.yaml", *flags])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def test_a_page_lists_what_it_announces_with_title_last_entry_and_language(site, found):
    address, documents = site
    documents |= {"/": HOME, "/news/world.rss": RSS.format("World", "en-GB", 1), "/blog.atom": ATOM}
    code, out, err = found()
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == f"{address}/news/world.rss"
    assert lines[1].strip() == "World · en · rss20 · 1 entry · last entry 2026-10-12 09:00 UTC"
    assert lines[2] == f"{address}/blog.atom"
    assert "Blog" in lines[3]
    assert err == f"{address}/dead.rss: http_404\ndiscover: 2 feeds at {address}/; left out: 1 http_404\n"


def test_json_is_one_feed_a_line(site, found):
    site[1]["/feed.xml"] = RSS.format("World", "en", 1)
    (line,) = found("/feed.xml", "--json")[1].splitlines()
    assert json.loads(line) == {
        "url": f"{site[0]}/feed.xml", "title": "World", "format": "rss20", "language": "en", "entries": 1,
        "last_entry": "2026-10-12T09:00:00Z",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "documents", "feeds"),
    [
        ("/f", {"/f": RSS}, ["/f"]),
        ("/", {"/": "<html>no link", "/feed": RSS}, ["/feed"]),
        ("/", {"/": "<html><a href='/all/rss/'>RSS</a>", "/all/rss/": RSS}, ["/all/rss/"]),
        ("/story", {"/story": "<html>s", "/": "<html><link rel=alternate type=text/xml href=n.xml>", "/n.xml": RSS}, ["/n.xml"]),
        ("/", {"/": "<html><link rel='feed' href='/x'>", "/x": RSS}, ["/x"]),
        ("/", {"/rss.xml": RSS}, ["/rss.xml"]),  # the home page itself does not answer
        (
            "/",
            {
                "/": "<html>x",
                "/robots.txt": "User-agent: *\nSitemap: /sm/news.xml\nSitemap: /sm/all.xml",
                "/sm/news.xml": "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' "
                "xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'><url><loc>https://a.example/1</loc><news:news>"
                "<news:publication_date>2026-10-12T09:00:00Z</news:publication_date><news:title>Talks</news:title>"
                "</news:news></url></urlset>",
            },
            ["/sm/news.xml"],
        ),
        (
            "/l.opml",
            {"/l.opml": "<opml version='2.0'><body><outline xmlUrl='/a'/><outline xmlUrl='/b'/></body></opml>", "/a": RSS, "/b": RSS},
            ["/a", "/b"],
        ),
    ],
)  # fmt: skip
def test_a_feed_a_page_links_usual_addresses_sitemaps_and_lists(site, found, asked, documents, feeds):
    site[1].update({path: RSS.format(path, "en", path) if body is RSS else body for path, body in documents.items()})
    code, out, _ = found(asked)
    assert code == 0
    assert [line for line in out.splitlines() if line.startswith("http")] == [site[0] + feed for feed in feeds]


COMMENTS = "<rss version='2.0'><channel><title>{}</title>{}</channel></rss>"
BY_LINK = COMMENTS.format("Talks", "<item><title>Ann</title><link>https://a.example/talks{}</link></item>")


@pytest.mark.parametrize(
    ("path", "feed"),
    [
        ("/comments/feed/", RSS.format("World", "en", 1)),
        ("/?feed=comments-rss2", RSS.format("World", "en", 1)),
        ("/feeds/comments/default", COMMENTS.format("Blog", "")),
        ("/talks/feed/", COMMENTS.format("Comments on: Talks", "")),
        ("/talks/feed/", BY_LINK.format("#comment-12")),
        ("/talks/feed/", BY_LINK.format(".html?showComment=1#c12")),
    ],
)
def test_feeds_of_comments_are_left_out_unless_named(site, found, path, feed):
    address, documents = site
    links = f"<link rel=alternate type=application/rss+xml href='{path}'>" + "<link rel=feed href='/news'>"
    documents |= {"/": f"<html>{links}</html>", "/news": RSS.format("News", "en", 1), path: feed}
    code, out, err = found()
    assert code == 0
    assert [line for line in out.splitlines() if line.startswith("http")] == [f"{address}/news"]
    assert err.splitlines()[0] == f"{address}{path}: comments: name this address itself to take it"
    assert err.splitlines()[1] == f"discover: 1 feed at {address}/; left out: 1 comments"
    assert found(path)[1].startswith(f"{address}{path}\n")


@pytest.mark.parametrize("path", ["/comment/rss", "/commentisfree/rss", "/news/no-comments-yet.xml"])
def test_opinion_pages_are_no_comments(site, found, path):
    site[1].update({"/": f"<html><link rel=feed href='{path}'>", path: BY_LINK.format("#section")})
    assert found()[0] == 0


def test_nothing_found_is_said_and_exit_1(site, found):
    site[1]["/"] = "<html>nothing"
    assert found() == (1, "", f"discover: no feeds at {site[0]}/\n")


def test_a_private_address_is_refused_by_the_guard(site, capsys):
    site[1]["/"] = RSS.format("x", "en", 1)
    assert cli.main(["discover", site[0]]) == 1
    assert "blocked_address" in capsys.readouterr().err


def test_add_keeps_every_comment_and_adds_a_feed_once(site, found, tmp_path):
    site[1]["/f.xml"] = RSS.format("x", "en", 1)
    assert found("/f.xml", "--add")[2].endswith("discover: 1 feed added to mine.yaml, 0 there already\n")
    text = (tmp_path / "mine.yaml").read_text(encoding="utf-8")
    assert text.endswith(f"feeds:  # none yet\n  - url: {site[0]}/f.xml\n# the end\n")
    assert text.startswith("# mine\n")
    assert found("/f.xml", "--add")[2].endswith("discover: 0 feeds added to mine.yaml, 1 there already\n")
    assert (tmp_path / "mine.yaml").read_text(encoding="utf-8") == text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.yaml"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# only a comment\n",
        "feeds:\n",
        "feeds: []",
        "feeds: null # none\nstate: s\n",
        "feeds:\n  - url: https://a.example/1   # one\n  # two was here\n\n# the state\nstate: s\n",
        "feeds:\n- url: https://a.example/1\n  every: 10m # often\nstate: s",
        "feeds:\n    - every: 1h\n      headers:\n        X: 'y'\n      url: https://a.example/1\nstate: s\n",
        "feeds: [{url: https://a.example/1}, {opml: 'l.opml'}] # two\nstate: s\n",
        "state: s\nfeeds:\n  - {url: https://a.example/1}",
        "state: s\r\nfeeds:\r\n  - url: https://a.example/1\r\n# end\r\n",
        "\ufeffstate: s\n# no feeds\n",
        'state: s\nfeeds:\n  - url: "https://a.example/1"\n    user_agent: >-\n      my\n      reader\ntables: t\n',
    ],
)
@pytest.mark.parametrize(
    "url", ["https://b.example/rss", "https://b.example/?a=1&b=[x]#part", "C:\\feeds\\it's.xml", "a: b"]
)
def test_feeds_are_added_to_any_settings_and_the_rest_stays(text, url):
    made = with_feeds(text, [url, "https://c.example/"])
    before, after = (yaml.safe_load(each.removeprefix("\ufeff")) or {} for each in (text, made))
    assert after == {**before, "feeds": [*(before.get("feeds") or []), {"url": url}, {"url": "https://c.example/"}]}
    for comment in (line.split("#", 1)[1] for line in text.splitlines() if "#" in line):
        assert f"#{comment}" in made
    assert ("\r\n" in made) == ("\r\n" in text)


def test_init_writes_settings_that_hold_the_defaults_and_explain_each_key(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["init"]) == 0
    made = load(tmp_path / "meetwire.yaml")
    assert made == Settings(
        state="meetwire-data/state.sqlite", stream="folder:meetwire-data/stream", tables=("meetwire-data/tables",)
    )
    text = (tmp_path / "meetwire.yaml").read_text(encoding="utf-8")
    lines = [
        line[1:] if line.startswith("#") and ("  " in line or ": " in line) else line for line in text.splitlines()
    ]
    for key in ("fetch", "language", *(f"  {each}" for each in Settings().fetch.__dataclass_fields__)):
        assert any(line.strip("# ").startswith(f"{key.strip()}:") for line in lines), key
    assert "meetwire run" in capsys.readouterr().err


def test_what_is_commented_out_in_the_settings_is_the_default(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    cli.main(["init"])
    text = (tmp_path / "meetwire.yaml").read_text(encoding="utf-8")
    begin = text.index("# fetch:")
    given = [
        line.removeprefix("# ") for line in text[begin:].splitlines() if line.startswith(("# fetch", "# lang", "#   "))
    ]
    (tmp_path / "given.yaml").write_text("\n".join(given), encoding="utf-8")
    made = load(tmp_path / "given.yaml")
    assert (made.fetch, made.language) == (Settings().fetch, Settings().language)


def test_init_never_overwrites(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "meetwire.yaml").write_text("feeds: []\n")
    assert cli.main(["init"]) == 2
    assert capsys.readouterr().err == (
        "meetwire init: meetwire.yaml: is there already, and is left as it is; name another file\n"
    )
    assert (tmp_path / "meetwire.yaml").read_text() == "feeds: []\n"


def test_init_with_the_sample_names_feeds_that_can_be_read(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["init", "--sample", "--feed=https://news.example/rss"]) == 0
    feeds = [str(feed.url) for feed in load(tmp_path / "meetwire.yaml").feeds]
    assert feeds.pop(0) == "https://news.example/rss"
    assert len(feeds) == 5
    assert all((tmp_path / feed).read_bytes() for feed in feeds)
    assert "discover" not in capsys.readouterr().err


@pytest.mark.parametrize("there", ["meetwire.yaml", "sample-feeds"])
def test_init_with_the_sample_writes_nothing_where_something_is(monkeypatch, tmp_path, capsys, there):
    monkeypatch.chdir(tmp_path)
    (tmp_path / there).write_text("state: s")
    assert cli.main(["init", "--sample"]) == 2
    assert f"meetwire init: {there}: is there already" in capsys.readouterr().err
    assert [path.read_text() for path in tmp_path.iterdir()] == ["state: s"]


@pytest.mark.parametrize(
    ("name", "data"), [("news.yaml", "news-data"), ("my news: all.yaml", "my-news-all-data"), ("déjà.yml", "déjà-data")]
)
def test_two_settings_files_have_their_data_apart(monkeypatch, tmp_path, name, data):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.xml").write_text(RSS.format("x", "en", 1))
    assert cli.main(["init", name, "--feed=own.xml", "--feed=https://news.example/rss"]) == 0
    made = load(tmp_path / name)
    assert made.tables == (f"{data}/tables",)
    assert [feed.url for feed in made.feeds][1] == "https://news.example/rss"
    assert (tmp_path / str(made.feeds[0].url)).samefile(tmp_path / "own.xml")


def test_commands_read_the_settings_of_one_s_own(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.xml").write_text(RSS.format("Own", "en", 1))
    cli.main(["init", "--feed=own.xml"])
    cli.main(["feeds"])
    assert "own.xml" in capsys.readouterr().out
