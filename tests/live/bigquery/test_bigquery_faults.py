"""On BigQuery's bad days a row is written, or a dead letter with the reason, or it is said that BigQuery is away.

Never two of these, never none, and always in bounded time.
"""

import itertools
import json
import time

import pytest
from fault_proxy import Answer, error
from holding import query
from making import article, by_table, extract, ticking

from transforms import rows
from transforms.clock import utc_now
from transforms.tables.bigquery.client import BigQueryUnavailableError
from transforms.tables.lines import to_lines
from transforms.tables.sinks import Tables, open_sink


@pytest.fixture
def tables(target):
    """The tables, made before the faults begin."""
    open_sink(target).client.list_tables("x")
    return Tables([target], ticking())


def inserting(answer, table="articles"):
    """A rule that gives ``answer`` to insertAll requests for ``table``."""
    return lambda request: answer if request.inserts and f"/{table}/insertAll" in request.path else None


def holds(target):
    names = query(target, "SELECT article_id FROM articles_latest ORDER BY 1")
    return [name for (name,) in names], query(target, "SELECT * FROM dead_letters_latest")


def reasons(letters):
    return [row[rows.DeadLetter._fields.index("error")] for row in letters]


PASSING = {
    "quotaExceeded": error(403, "quotaExceeded"),
    "rateLimitExceeded": error(403, "rateLimitExceeded"),
    "429": error(429, "rateLimitExceeded"),
    "500": error(500, "internalError"),
    "502": Answer(502, {"error": {"code": 502, "message": "bad gateway", "errors": []}}),
    "503": error(503, "backendError"),
    "not yet there": error(404, "notFound"),
    "dropped before": Answer(drop=True),
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_a_fault_that_passes_is_waited_out_and_every_row_is_written_once(tables, target, proxy, fault):
    proxy.fault(inserting(fault), times=2)
    written = tables.write("articles", [article("a"), article("b")])
    assert (written.rows, written.dead) == ({"articles": 2}, 0)
    assert query(target, "SELECT article_id FROM articles ORDER BY 1") == [["a"], ["b"]]
    assert holds(target)[1] == []


@pytest.mark.parametrize("fault", ["answer lost", "answer late"])
def test_rows_whose_answer_was_lost_are_sent_again_and_seen_once(tables, target, proxy, fault, monkeypatch):
    monkeypatch.setattr("transforms.tables.bigquery.client.REQUEST_SECONDS", 0.5)
    lost = [1]

    def rule(request):
        if request.inserts and lost and lost.pop():
            return Answer(passed=request, drop=fault == "answer lost", wait=0.0 if fault == "answer lost" else 1.5)
        return None

    proxy.fault(rule)
    tables.write("articles", [article("a"), article("b")])
    assert holds(target) == (["a", "b"], [])
    sent = [[row["insertId"] for row in request.inserts] for request in proxy.requests if request.inserts]
    assert sent[0] == sent[1], "the same insert ids, so that BigQuery itself can drop the repeat"


@pytest.mark.parametrize("fault", ["quotaExceeded", "503", "not yet there", "dropped before"])
def test_when_bigquery_stays_away_that_is_said_before_long_and_no_row_is_a_dead_letter(target, proxy, fault):
    target = target.replace("deadline=5", "deadline=1")
    assert open_sink(target).client
    proxy.fault(inserting(PASSING[fault]))
    begun = time.monotonic()
    with pytest.raises(BigQueryUnavailableError, match=r"BigQuery took no rows for 1 s: .+"):
        Tables([target]).write("articles", [article("a")])
    assert time.monotonic() - begun < 30
    assert holds(target) == ([], [])
    proxy.rules.clear()
    Tables([target]).write("articles", [article("a")])
    assert holds(target) == (["a"], [])


def test_missing_permission_is_raised_at_once_and_no_row_is_a_dead_letter(tables, target, proxy):
    proxy.fault(inserting(error(403, "accessDenied", "Access Denied: Table articles")))
    with pytest.raises(PermissionError, match="Access Denied"):
        tables.write("articles", [article("a")])
    assert len([request for request in proxy.requests if request.inserts]) == 1
    assert holds(target) == ([], [])


def refusing(name, reason="invalid", stopping=True):
    """Answers as BigQuery does where one row is bad: with ``stopping`` it takes none of the others either."""

    def rule(request):
        ids = [row["json"].get("article_id") for row in request.inserts]
        if name not in ids or "/articles/insertAll" not in request.path:
            return None
        bad = ids.index(name)
        errors = [{"index": bad, "errors": [{"reason": reason, "location": "published", "message": "Could not parse"}]}]
        if stopping:
            errors += [{"index": n, "errors": [{"reason": "stopped"}]} for n in range(len(ids)) if n != bad]
            return Answer(200, {"kind": "bigquery#tableDataInsertAllResponse", "insertErrors": errors})
        kept = [row for row in request.inserts if row["json"].get("article_id") != name]
        body = json.dumps({**json.loads(request.body), "rows": kept}).encode()
        return Answer(passed=request._replace(body=body), change=lambda answer: {**answer, "insertErrors": errors})

    return rule


@pytest.mark.parametrize("stopping", [True, False])
def test_a_row_that_bigquery_refuses_is_a_dead_letter_with_its_reason_and_all_others_are_written(
    tables, target, proxy, stopping
):
    proxy.fault(refusing("b", stopping=stopping))
    written = tables.write("articles", [article("a"), article("b"), article("c")])
    assert written.dead == 1
    names, letters = holds(target)
    assert names == ["a", "c"]
    assert reasons(letters) == ["invalid (published): Could not parse"]
    letter = dict(zip(rows.DeadLetter._fields, letters[0], strict=True))
    assert (letter["stage"], letter["error_type"], letter["element_id"]) == ("tables", "RefusedError", "b.1")
    assert json.loads(letter["payload"])["text"] == article("b").text


def test_a_row_whose_reason_is_a_quota_is_sent_again(tables, target, proxy):
    proxy.fault(refusing("b", reason="rateLimitExceeded", stopping=False), times=2)
    assert tables.write("articles", [article("a"), article("b")]).dead == 0
    assert holds(target) == (["a", "b"], [])


def test_a_request_that_is_too_large_is_split_until_it_fits(tables, target, proxy):
    proxy.fault(lambda request: error(413, "requestTooLarge") if len(request.inserts) > 3 else None)
    names = [f"a{n:02}" for n in range(20)]
    assert tables.write("articles", map(article, names)).dead == 0
    assert holds(target) == (names, [])
    assert query(target, "SELECT COUNT(*) FROM articles") == [[20]]


def test_a_row_that_is_too_large_by_itself_is_a_dead_letter_after_a_bounded_number_of_requests(tables, target, proxy):
    def too_large(request):
        bad = any(row["json"].get("article_id") == "a07" for row in request.inserts)
        return error(413, "requestTooLarge", "Request Entity Too Large") if bad else None

    proxy.fault(too_large)
    names = [f"a{n:02}" for n in range(16)]
    assert tables.write("articles", map(article, names)).dead == 1
    held, letters = holds(target)
    assert held == [name for name in names if name != "a07"]
    assert len(letters) == 1
    assert reasons(letters)[0].startswith("413 ")
    assert len([request for request in proxy.requests if "/articles/insertAll" in request.path]) <= 10


def test_a_row_for_which_the_whole_request_is_refused_is_found_by_halving(tables, target, proxy):
    def bad_request(request):
        bad = any(row["json"].get("article_id") == "a3" for row in request.inserts)
        return error(400, "invalid", "Timestamp field out of range") if bad else None

    proxy.fault(bad_request)
    tables.write("articles", [article(f"a{n}") for n in range(8)])
    held, letters = holds(target)
    assert held == ["a0", "a1", "a2", "a4", "a5", "a6", "a7"]
    assert "Timestamp field out of range" in reasons(letters)[0]


def test_requests_hold_at_most_500_rows_and_9_mebibytes(tables, target, proxy):
    tables.write("articles", [article(f"a{n:04}") for n in range(1100)])
    tables.write("articles", [article(f"b{n}", text="x" * 4_000_000) for n in range(5)])
    sent = [request for request in proxy.requests if request.inserts]
    assert max(len(request.inserts) for request in sent) == 500
    assert max(len(request.body) for request in sent) <= 9 << 20
    assert query(target, "SELECT COUNT(*) FROM articles") == [[1105]]


def creating(request):
    return request.method == "POST" and request.path.split("?")[0].endswith("/tables") and b"staging_" in request.body


def loading(request):
    return request.method in ("POST", "PUT") and "/upload/" in request.path


def querying(request):
    asked = request.method == "POST" and request.path.split("?")[0].endswith(("/jobs", "/queries"))
    return asked and b"INSERT INTO" in request.body


def waiting(request):
    return request.method == "GET" and ("/queries/meetwire_commit" in request.path or "/jobs/meetwire_" in request.path)


WHERE = {"create": creating, "load": loading, "append": querying, "end": waiting}
LOADED = [
    *itertools.product(("create", "load", "append", "end"), ("rateLimitExceeded", "429", "503", "dropped before")),
    *itertools.product(("create", "load", "append"), ("quotaExceeded", "500", "502")),
]


@pytest.mark.parametrize(("where", "fault"), LOADED, ids=map(" ".join, LOADED))
def test_loading_waits_out_a_fault_that_passes(target, proxy, where, fault):
    sink, met = open_sink(target), []
    assert sink.client
    rule = WHERE[where]
    proxy.fault(lambda request: met.append(request) or PASSING[fault] if rule(request) else None, times=2)
    sink.write(to_lines(by_table(extract("a"), extract("b")))[0], utc_now(), bounded=True)
    assert len(met) >= 2
    assert holds(target) == (["a", "b"], [])
    assert query(target, "SELECT COUNT(*) FROM articles") == [[2]]


@pytest.mark.parametrize("where", ["load", "append"])
def test_a_job_whose_answer_was_lost_is_not_done_twice(target, proxy, where):
    """BigQuery takes each job id once; the emulator takes a query's again."""
    sink, taken = open_sink(target), set()
    assert sink.client

    def rule(request):
        if not WHERE[where](request):
            return None
        name = json.loads(request.body)["jobReference"]["jobId"] if where == "append" else len(taken)
        if name in taken:
            return error(409, "duplicate", f"Already Exists: Job {name}")
        taken.add(name)
        return Answer(passed=request, drop=len(taken) == 1)

    proxy.fault(rule)
    sink.write(to_lines(by_table(extract("a"), extract("b")))[0], utc_now(), bounded=True)
    assert query(target, "SELECT COUNT(*) FROM articles") == [[2]]


@pytest.mark.parametrize("reason", ["rateLimitExceeded", "quotaExceeded", "backendError", "internalError"])
@pytest.mark.parametrize("kind", ["staging", "commit"])
def test_a_job_that_ends_for_want_of_quota_is_followed_by_another(target, proxy, kind, reason):
    """The first job of its kind was taken, and has failed, whoever asks for it and how often."""
    sink, failed = open_sink(target), {}
    assert sink.client
    fault = {"reason": reason, "message": "Exceeded rate limits: too many table update operations"}

    def fail(job):
        failed[job["jobReference"]["jobId"]] = job
        job["status"] = {"state": "DONE", "errorResult": fault, "errors": [fault]}
        return job

    def rule(request):
        *_, asked, name = request.path.split("?")[0].split("/")
        if not failed and kind == "staging" and request.method == "PUT":
            return Answer(passed=request, change=fail)
        if not failed and kind == "commit" and querying(request):
            return Answer(200, fail(json.loads(request.body)))
        if name not in failed:
            return None
        return Answer(200, failed[name]) if asked == "jobs" else error(403 if "xceeded" in reason else 503, reason)

    proxy.fault(rule)
    sink.write(to_lines(by_table(extract("a"), extract("b")))[0], utc_now(), bounded=True)
    assert failed
    assert holds(target) == (["a", "b"], [])
    assert query(target, "SELECT COUNT(*) FROM articles") == [[2]]


def test_rows_are_loaded_beside_rows_that_were_streamed_in_lately_and_the_views_show_the_newest(target, proxy):
    """What was streamed in lately can be neither changed nor deleted; appending does not ask for that."""
    clock = ticking()
    Tables([target], clock).write_all(by_table(extract("a")))
    busy = "UPDATE or DELETE statement over table articles would affect rows in the streaming buffer"
    changing = (b"UPDATE ", b"DELETE ", b"MERGE ", b"TRUNCATE ")
    proxy.fault(lambda r: error(400, "invalidQuery", busy) if any(word in r.body for word in changing) else None)
    again = to_lines(by_table(extract("a", status="planned"), extract("b")))[0]
    open_sink(target).write(again, clock(), bounded=True)
    assert holds(target) == (["a", "b"], [])
    assert query(target, "SELECT status FROM meeting_reports_latest ORDER BY 1") == [["held"], ["planned"]]
