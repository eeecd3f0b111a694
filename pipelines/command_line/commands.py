"""The commands of ``meetwire``, in the order in which its help lists them."""

from typing import NamedTuple


class Command(NamedTuple):
    """One command.

    Attributes:
        module: Where it is.
        what: What it does, in a few words.
        heeds: Which of the flags that every command takes it acts on; ``--config`` always.
        beam: Whether ``--runner=…`` and further flags of Beam's may follow.
    """

    module: str
    what: str
    heeds: str
    beam: bool = False


COMMANDS: dict[str, Command] = {
    "run": Command(
        "pipelines.run",
        "read the feeds once and print who met whom: the main job",
        "feed state stream tables model reader json",
    ),
    "init": Command("pipelines.init", "write a commented settings file of one's own", "feed"),
    "discover": Command("pipelines.upkeep.discover", "find the feeds of a site, and add them to the settings", "json"),
    "publish": Command(
        "pipelines.publish", "read the feeds into the stream, once or again and again", "feed state stream tables json"
    ),
    "feeds": Command("pipelines.upkeep.feed_status", "how each feed is doing; OPML out", "feed state json"),
    "reparse": Command(
        "pipelines.reparse", "the messages of kept fetches again, from their bytes", "feed state stream"
    ),
    "batch": Command(
        "pipelines.batch",
        "take a span of the stream through the chain into the tables",
        "state stream tables model reader",
        beam=True,
    ),
    "stream": Command(
        "pipelines.streaming",
        "take the stream through the chain into the tables, until it is stopped",
        "state stream tables model reader",
        beam=True,
    ),
    "worker-pool": Command("pipelines.running.worker_pool", "start workers for a runner elsewhere, such as Flink", ""),
    "replay": Command("pipelines.replay", "take dead letters through the chain again", "tables model reader json"),
    "emulator": Command("pipelines.upkeep.emulator", "an embedded, durable Google Pub/Sub for laptops and tests", ""),
    "extract": Command("pipelines.extract", "articles in, meetings out: a Unix filter", "model reader"),
    "parse-feed": Command("pipelines.upkeep.parse_feed", "show what one fetched document yields", "json"),
    "meetings": Command("pipelines.views.meetings", "who met whom, from the tables, newest first", "tables json"),
    "actors": Command("pipelines.views.actors", "who takes part in meetings: names, offices, countries", "tables json"),
    "timeline": Command("pipelines.views.timeline", "the meetings of one of them by time", "tables json"),
    "serve": Command("pipelines.views.serve", "who met whom on a page, live, and as an API", "stream tables"),
    "digest": Command("pipelines.views.digest", "what is new, as text for a mail", "tables"),
    "report": Command("pipelines.views.report", "the same pages as files, for a folder on disk", "tables"),
    "open": Command("pipelines.views.open", "open such a folder in the browser", ""),
    "query": Command("pipelines.views.query", "SQL over the tables", "tables json"),
    "export": Command("pipelines.views.export", "meetings, participants or pairs as CSV or JSON lines", "tables"),
    "migrate": Command(
        "pipelines.upkeep.migrate", "take tables of the first format over into those of today", "tables"
    ),
    "rebuild": Command("pipelines.upkeep.rebuild", "merge all reports into meetings anew", "tables json"),
    "compact": Command("pipelines.upkeep.compact", "rewrite many small files of the tables as few", "tables json"),
    "evaluate": Command(
        "pipelines.evaluation.evaluate",
        "precision, recall and F1 against gold articles, with floors",
        "model reader json",
    ),
    "doctor": Command(
        "pipelines.upkeep.doctor",
        "check settings, model reader, stream and tables without running",
        "feed state stream tables model json",
    ),
}
