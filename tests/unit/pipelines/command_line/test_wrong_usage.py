"""Whatever is wrong with a command line or a settings file ends with 2, before anything runs, in one line that names it."""

import pytest

from pipelines import cli

FEED = "<rss version='2.0'><channel><title>t</title></channel></rss>"


@pytest.fixture
def wrong(tmp_path, monkeypatch, capsys):
    """Runs a wrong command line in an empty folder with a feed, a text and a state that is none; the line it says."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "feed.xml").write_text(FEED)
    (tmp_path / "text").write_text("text")
    (tmp_path / "lines").mkdir()
    before = sorted(tmp_path.rglob("*"))

    def run(*words):
        try:
            code = cli.main(list(words))
        except SystemExit as stopped:
            code = stopped.code
        said = capsys.readouterr()
        assert code == 2, said.err
        assert said.out == ""
        assert said.err.strip().count("\n") == 0, said.err
        assert sorted(tmp_path.rglob("*")) == before, "something ran"
        return said.err

    return run


COMMAND_LINES = """
rnu                                                 | 'rnu' is not a command; did you mean 'run'?
metings                                             | 'metings' is not a command; did you mean 'meetings'?
Run                                                 | did you mean 'run'?
--verison                                           | is not a command
parse_feed x                                        | did you mean 'parse-feed'?
run --feeds feed.xml                                | did you mean '--feed'?
run --confg x                                       | did you mean '--config'?
run --feed feed.xml extra                           | 'extra' is no argument of this command
run -x                                              | '-x' is no flag of this command
run --feed                                          | --feed: expected one argument
run --json=yes                                      | --json
run                                                 | no feeds
run --config absent.yaml                            | absent.yaml: No such file
run --config .                                      | Is a directory
run --feed absent.xml                               | --feed: 'absent.xml': no such file
run --feed news.example/rss                         | did you mean 'https://news.example/rss'?
run --feed .                                        | --feed: '.': is a folder
run --feed ftp://news.example/rss                   | --feed: 'ftp://news.example/rss': ftp; only http
run --feed htp://news.example/rss                   | htp; only http
run --feed https://                                 | --feed: 'https://' is not an address
run --feed https://news.example:99999/rss           | --feed: 'https://news.example:99999/rss' is not an address
run --feed feed.xml --feed feed.xml                 | --feed: 'feed.xml' is there already
run --feed=                                         | --feed: is empty
run --feed feed.xml --state=                        | --state: is empty
run --feed feed.xml --state .                       | --state: '.' is a folder
run --feed feed.xml --state s3://b/state            | --state: 's3://b/state' is not a file on this machine
run --feed feed.xml --state text                    | state: text is a file of another kind
run --feed feed.xml --stream kafka://x              | --stream: kafka://x: not a stream
run --feed feed.xml --stream folder:                | --stream: folder:: not a stream
run --feed feed.xml --stream data/stream            | --stream: data/stream: not a stream
run --feed feed.xml --stream folder:text            | --stream: folder:text: is a file
run --feed feed.xml --stream folder:s3://b          | is not a folder on this machine
run --feed feed.xml --stream pubsub://p             | --stream: pubsub://p: not a stream
run --feed feed.xml --stream pubsub://p/t           | names no subscription
run --feed feed.xml --stream pubsub://p/t/s/u       | --stream: pubsub://p/t/s/u: not a stream
run --feed feed.xml --stream pubsub://p/t!/s        | 't!' is not a name that Pub/Sub takes
run --feed feed.xml --tables=                       | --tables: is empty
run --feed feed.xml --tables s3x://bucket           | --tables: s3x://bucket: not a place for tables
run --feed feed.xml --tables jsnol:out              | --tables: jsnol:out: not a place for tables
run --feed feed.xml --tables jsonl:                 | --tables: jsonl:: JSON lines are no place for tables
run --feed feed.xml --tables gs://                  | --tables: gs://: names no bucket
run --feed feed.xml --tables bigquery://project     | --tables: bigquery://project is not bigquery://PROJECT/DATASET
run --feed feed.xml --tables text                   | --tables: text: is a file
run --feed feed.xml --tables out --tables out       | --tables: out and out are the same place
run --feed feed.xml --tables out --tables ./out     | are the same place
run --feed feed.xml --tables jsonl:out              | --tables: jsonl:out: JSON lines are no place for tables
run --feed feed.xml --stream folder:out --tables out | tables: out lies in the stream's folder
run --feed feed.xml --model=                        | --model: is empty
publish                                             | no feeds
publish --feed feed.xml --every soon                | --every: 'soon' is not a duration
publish --feed feed.xml --every 0s                  | --every: '0s' is not a duration
publish --feed feed.xml --every=-5m                 | --every: '-5m' is not a duration
publish --feed feed.xml --every 99999999999d        | --every: '99999999999d' is not a duration between
publish --feed feed.xml --every 5m --once           | --every goes on until stopped
publish --feed feed.xml --every 5m --due            | --every goes on until stopped
publish --feed feed.xml --shard 4/4                 | --shard '4/4' is not a share
publish --feed feed.xml --shard x                   | --shard 'x' is not a share
publish --feed feed.xml --metrics-port 70000        | --metrics-port: '70000' is not a whole number from 0 to 65,535
publish --feed feed.xml --metrics-port 9100         | give --every too
batch --sinse 6h                                    | did you mean '--since'?
batch --since yesterday                             | --since: 'yesterday' is not a time
batch --since 99999999999d                          | --since: '99999999999d' is not a time
batch --since 2026-02-30                            | --since: '2026-02-30' is not a time
batch --since 0001-01-01T00:00:00+10:00             | is not a time
batch --since 2026-02-02 --until 2026-02-01         | --since 2026-02-02T00:00:00Z is not before --until
batch --temp_location=x                             | Beam's own flags need --runner
batch --sinc 6h                                     | '--sinc' is no flag
batch --runner=FlinkRunner --sinse 6h               | did you mean '--since'?
batch --runner=DirectRunner --sinse 6h              | did you mean '--since'?
batch --runner=PrismRunner --sinse 6h               | did you mean '--since'?
batch --stream pubsub://project/topic               | names no subscription
stream --stop-when-idel 1s                          | did you mean '--stop-when-idle'?
stream --stop-when-idle 1                           | --stop-when-idle: '1' is not a duration
stream --max-messages 0                             | --max-messages: '0' is not a whole number
stream --max-messages 99999999999999999999999       | --max-messages: '99999999999999999999999' is not
stream --tries -1                                   | --tries: '-1' is not a whole number from 3
stream --tries 2.5                                  | --tries: '2.5' is not a whole number
stream --gather -1s                                 | --gather
stream --metrics-port -1                            | --metrics-port: '-1' is not a whole number
stream --runner=PrismRunner --metrics-port 0        | another runner has metrics of its own
replay --stage clena                                | --stage: invalid choice: 'clena'
replay --archive --list                             | --archive replays articles
replay --since 1h --until 2h                        | is not before --until
reparse --since never                               | --since: 'never' is not a time
reparse --check --publish                           | leave out --publish
emulator --port 65536                               | --port: '65536' is not a whole number
extract absent.txt                                  | FILE: 'absent.txt': no such file
extract lines                                       | FILE: 'lines': is a folder
extract text --published yesterday                  | --published: 'yesterday' is not a time
extract text --entities --explain                   | --entities or --explain, not both
extract text --html absent/page.html                | --html: absent/page.html: there is no folder absent
extract text --model no-such-model                  | no-such-model
parse-feed                                          | required: FILE
parse-feed absent.xml                               | absent.xml: No such file
parse-feed feed.xml --at noon                       | --at 'noon' is not a time
parse-feed feed.xml --status 0                      | --status: '0' is not a whole number from 100 to 599
parse-feed feed.xml --header nocolon                | --header 'nocolon' is not 'NAME: VALUE'
parse-feed feed.xml --url nonsense                  | --url: 'nonsense'
parse-feed feed.xml --zone Mars/Olympus             | --zone: 'Mars/Olympus' is not a zone
parse-feed feed.xml --policy gid                    | --policy: invalid choice
meetings --limit -1                                 | --limit
meetings now                                        | 'now' is no argument
meetings --limit many                               | --limit
query --csv --json                                  | --csv or --json, not both
export dyad                                         | invalid choice: 'dyad'
export --since 2026-02-02 --until 2026-02-01        | --since 2026-02-02 is not before --until 2026-02-01
export --format xlsx                                | --format: invalid choice: 'xlsx'
export --nested                                     | --nested is for meetings
feeds --opml --json                                 | --opml or --json, not both
evaluate absent.jsonl                               | absent.jsonl
doctor --config absent.yaml                         | absent.yaml: No such file
""".strip().splitlines()


@pytest.mark.parametrize("line", COMMAND_LINES, ids=lambda line: line.partition("|")[0].strip())
def test_a_wrong_command_line_ends_with_2_and_one_line_that_names_the_fault(wrong, line):
    words, _, fault = line.partition("|")
    assert fault.strip() in wrong(*words.split())


SETTINGS = {
    "feeds: [{url: feed.xml}, {url: feed.xml}]": "feeds[1].url: '{folder}/feed.xml' is there already, as feeds[0].url",
    "feeds: [{url: absent.xml}]": "feeds[0].url: '{folder}/absent.xml': no such file",
    "feeds: [{opml: absent.opml}]": "feeds[0].opml: '{folder}/absent.opml': no such file",
    "feeds: [{url: 'ftp://news.example/rss'}]": "feeds[0].url: 'ftp://news.example/rss': ftp",
    "feeds: [{url: ''}]": "feeds[0].url",
    "feeds: [{url: feed.xml, language: no}]": "feeds[0].language: False is not text (put it in quotes)",
    "feeds: [{url: feed.xml, language: English language}]": "feeds[0].language: 'English language' is not a language",
    "feeds: [{url: feed.xml, timezone: Mars/Olympus}]": "feeds[0].timezone: 'Mars/Olympus' is not a zone",
    "feeds: [{url: feed.xml, every: -5m}]": "feeds[0].every: '-5m' is not a duration",
    "feeds: [{url: feed.xml, every: 99999999999d}]": "feeds[0].every: '99999999999d' is not a duration between",
    "feeds: [{url: feed.xml, headers: {'a b': c}}]": "feeds[0].headers: 'a b' is not the name of an HTTP header",
    'feeds: [{url: feed.xml, headers: {a: "c\\r\\nd: e"}}]': "feeds[0].headers.a",
    "feeds: [{url: feed.xml, headers: {a: }}]": "feeds[0].headers.a: None is not text",
    "feeds: [{url: feed.xml, user_agent: é}]": "feeds[0].user_agent",
    "feeds: [{every: 5m}]": "feeds[0]: give either 'url' or 'opml'",
    "feeds: [{url: feed.xml, full_text: sometimes}]": "feeds[0].full_text",
    "fetch: {max_entries: many}": "fetch.max_entries: 'many' is not a whole number",
    "- a": "is not a mapping",
    "feeds:": "feeds: nothing is given",
    "feeds: []": "no feeds",
    "fetch: {connections: 0}": "fetch.connections: 0 is not between 1 and 10,000",
    "fetch: {connections: -1}": "fetch.connections: -1 is not between",
    "fetch: {connections: 1.5}": "fetch.connections: 1.5 is not a whole number",
    "fetch: {host_connections: 0}": "fetch.host_connections: 0",
    "fetch: {host_spacing: -1}": "fetch.host_spacing: -1 is not between",
    "fetch: {host_spacing: .nan}": "fetch.host_spacing: nan is not between",
    "fetch: {host_spacing: .inf}": "fetch.host_spacing: inf is not between",
    "fetch: {max_bytes: 99999999999999999999}": "fetch.max_bytes: 99999999999999999999 is not between",
    "fetch: {max_entries: 0}": "fetch.max_entries: 0",
    "fetch: {parse_seconds: 0}": "fetch.parse_seconds: 0",
    "fetch: {keep_days: -1}": "fetch.keep_days: -1",
    "fetch: {timeout: 0s}": "fetch.timeout: '0s' is not a duration",
    "fetch: {timeout: 30}": "fetch.timeout: '30' is not a duration",
    "fetch: {allow_hosts: ['http://intranet/']}": "fetch.allow_hosts[0]: 'http://intranet/' is not a host",
    "fetch: {conections: 4}": "fetch.conections: unknown setting (did you mean 'connections'?)",
    "fetch: [4]": "fetch: [4] is not a mapping of settings",
    "state: [a]": "state: ['a'] is not text",
    "state: 3": "state: 3 is not text (put it in quotes)",
    "state: .": "state: '.' is a folder",
    "stream: kafka://x": "stream: kafka://x: not a stream",
    "tables: []": "tables: an empty list",
    "tables: [out, out]": "tables: out and out are the same place",
    "tables: ['', out]": "tables: is empty",
    "tables: s3x://b": "tables: s3x://b: not a place for tables",
    "tabels: out": "tabels: unknown setting (did you mean 'tables'?)",
    "language: {model: ''}": "language.model: is empty",
    "state: a\nstream: folder:b\nstate: c": "line 3: not YAML: 'state' is there twice",
    "state: a\n\tstream: folder:b": "line 2: not YAML",
    "state: a\nfeeds: [": "line 2: not YAML",
    "state: 'a": "line 1: not YAML",
    "state: \x00": "line 1: not YAML: character U+0000",
    "---\nstate: a\n---\nstate: b": "line 3: not YAML",
    "just text": "settings: 'just text' is not a mapping of settings",
    "false": "settings: False is not a mapping of settings",
    "? [a]\n: b": "line 1: not YAML: a key is not text",
    "[" * 5000: "not YAML",
}


@pytest.mark.parametrize(("text", "fault"), SETTINGS.items(), ids=lambda text: text[:60])
def test_a_wrong_settings_file_ends_with_2_and_one_line_that_names_file_and_key(wrong, tmp_path_factory, text, fault):
    folder = tmp_path_factory.mktemp("settings")
    (folder / "feed.xml").write_text(FEED)
    path = folder / "news.yaml"
    path.write_bytes(text.encode())
    said = wrong("run", "--config", str(path))
    assert fault.format(folder=folder) in said
    assert str(path) in said or fault == "no feeds"


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"state: a\nstream: folder:caf\xe9", "line 2: not YAML: not UTF-8 text (byte 0xE9)"),
        (b"\xff\xfea", "not UTF-8"),
    ],
)
def test_a_settings_file_in_another_encoding_is_named_with_its_line(wrong, tmp_path_factory, data, fault):
    path = tmp_path_factory.mktemp("settings") / "news.yaml"
    path.write_bytes(data)
    assert fault in wrong("run", "--config", str(path))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_settings_file_with_a_byte_order_mark_is_read(tmp_path, encoding):
    from pipelines.configuration.settings_file import load

    (tmp_path / "news.yaml").write_bytes("state: café.sqlite".encode(encoding))
    assert load(tmp_path / "news.yaml").state == "café.sqlite"


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_help_shows_the_common_flags_that_the_command_heeds_and_no_other(command, capsys):
    with pytest.raises(SystemExit):
        cli.main([command, "--help"])
    shown = capsys.readouterr().out.partition("\nsettings:")[2]
    for flag in ("feed", "state", "stream", "tables", "model", "json"):
        assert (f"--{flag}" in shown) == (flag in cli.COMMANDS[command].heeds.split()), flag


def test_the_version_is_the_one_of_setup_py(capsys):
    from pathlib import Path

    assert cli.main(["--version"]) == 0
    version = capsys.readouterr().out.split()[1]
    assert f'version="{version}"' in (Path(__file__).parents[4] / "setup.py").read_text()
