-- The read model: documents and indexes of what pages show. Ids of rows are 63 bits of their id's hash (``key_of``),
-- but for meetings, which are numbered from 1 without gaps: ``facts`` has them as columns.
CREATE TABLE meetings (number INTEGER PRIMARY KEY, meeting_id TEXT NOT NULL UNIQUE, body TEXT NOT NULL);
CREATE VIRTUAL TABLE meeting_words USING fts5(words, tokenize = 'ascii', detail = none);
CREATE TABLE parties (
    actor INTEGER, meeting INTEGER, day TEXT, PRIMARY KEY (actor, meeting)
) WITHOUT ROWID;
CREATE INDEX parties_of_meeting ON parties (meeting);
-- Who met whom, once a meeting that was held and is likely; the lesser actor is the one.
CREATE TABLE met (one INTEGER, other INTEGER, meeting INTEGER, day TEXT, PRIMARY KEY (one, other, meeting)) WITHOUT ROWID;
CREATE INDEX met_in_meeting ON met (meeting);
CREATE TABLE pairs (one INTEGER, other INTEGER, meetings INTEGER, last_day TEXT, PRIMARY KEY (one, other)) WITHOUT ROWID;
-- Pairs that have to be counted anew.
CREATE TABLE stale_pairs (one INTEGER, other INTEGER, PRIMARY KEY (one, other)) WITHOUT ROWID;
CREATE INDEX pairs_of_other ON pairs (other);
CREATE INDEX pairs_by_meetings ON pairs (meetings);
CREATE TABLE reports (report INTEGER PRIMARY KEY, own_meeting INTEGER, article INTEGER, body TEXT NOT NULL);
CREATE INDEX reports_by_own_meeting ON reports (own_meeting);
CREATE TABLE merged (report INTEGER PRIMARY KEY, meeting INTEGER, meeting_id TEXT, actor_ids TEXT NOT NULL, reasons TEXT);
CREATE INDEX merged_of_meeting ON merged (meeting);
-- Participants of reports, from which actors are counted.
CREATE TABLE told (
    actor INTEGER, report INTEGER, number INTEGER, actor_id TEXT, meeting INTEGER, name TEXT, kind TEXT, title TEXT,
    country TEXT, published TEXT, reason TEXT, PRIMARY KEY (actor, report, number)
) WITHOUT ROWID;
CREATE INDEX told_in_report ON told (report);
CREATE TABLE actors (
    actor INTEGER PRIMARY KEY, actor_id TEXT, name TEXT, kind TEXT, title TEXT, country TEXT, meetings INTEGER,
    first_day TEXT, last_day TEXT, names TEXT, offices TEXT, reasons TEXT, wikidata_id TEXT
);
-- Decisions that count, once for each actor whom they concern.
CREATE TABLE decisions (
    actor INTEGER, decision_id TEXT, kind TEXT, names TEXT, country TEXT, wikidata_id TEXT, decided_at TEXT, decided_by TEXT,
    why TEXT
);
CREATE INDEX decisions_of_actor ON decisions (actor);
CREATE INDEX actors_by_meetings ON actors (meetings DESC, actor_id);
CREATE VIRTUAL TABLE actor_words USING fts5(words, tokenize = 'ascii', detail = none);
CREATE TABLE articles (
    article INTEGER PRIMARY KEY, article_id TEXT, feed_title TEXT, title TEXT, link TEXT, published TEXT, fetched_at TEXT,
    utc_offset TEXT, duplicate_of TEXT, text TEXT
);
CREATE INDEX articles_by_time ON articles (fetched_at, published);
CREATE TABLE sketches (article INTEGER PRIMARY KEY, duplicate_of TEXT);
CREATE TABLE mentions (entity INTEGER PRIMARY KEY, article INTEGER, name TEXT, type TEXT, places TEXT);
CREATE INDEX mentions_of_article ON mentions (article);
CREATE TABLE polls (
    feed_url TEXT, polled_at TEXT, status TEXT, error TEXT, fetched INTEGER, published INTEGER, gap INTEGER, next_poll_at TEXT
);
CREATE TABLE letters (
    letter_id TEXT, stage TEXT, error_type TEXT, error TEXT, element_id TEXT, payload TEXT, occurred_at TEXT, version TEXT,
    solved INTEGER, size INTEGER
);
CREATE TABLE totals (articles INTEGER, reports INTEGER, actors INTEGER);
INSERT INTO totals VALUES (0, 0, 0);
