-- What the feed readers remember. One file, one writer at a time; times are RFC 3339 in UTC.
CREATE TABLE IF NOT EXISTS feeds (
    feed_url TEXT PRIMARY KEY,          -- as the settings give it
    current_url TEXT NOT NULL,          -- where it has moved to for good
    title TEXT,
    format TEXT,
    identity TEXT NOT NULL DEFAULT 'guid',
    etag TEXT,
    last_modified TEXT,
    validated_at TEXT,                  -- when the last whole answer came
    unchanged INTEGER NOT NULL DEFAULT 0,   -- 304s in a row
    body_sha TEXT,
    moved_to TEXT,
    moved_since TEXT,
    gone INTEGER NOT NULL DEFAULT 0,
    polls INTEGER NOT NULL DEFAULT 0,
    errors INTEGER NOT NULL DEFAULT 0,      -- failures in a row
    error TEXT,
    polled_at TEXT,
    succeeded_at TEXT,
    new_at TEXT,                        -- when it last had something new
    interval_seconds REAL,
    next_poll_at TEXT,
    gaps INTEGER NOT NULL DEFAULT 0,
    entries INTEGER NOT NULL DEFAULT 0,     -- in the last document, and of these without a date
    undated INTEGER NOT NULL DEFAULT 0,
    runaway INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS hosts (
    host TEXT PRIMARY KEY,
    not_before TEXT NOT NULL,
    reason TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS articles (
    article_id TEXT PRIMARY KEY,
    feed_url TEXT NOT NULL,
    revision INTEGER NOT NULL,
    content_hash TEXT NOT NULL,
    normaliser INTEGER NOT NULL,
    published TEXT,
    sketch TEXT NOT NULL,
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    day TEXT NOT NULL,                  -- and how many revisions it had on that day
    on_day INTEGER NOT NULL,
    withheld TEXT                       -- the hash of a text that waits to be published
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS articles_by_time ON articles (feed_url, published);
CREATE INDEX IF NOT EXISTS articles_by_age ON articles (last_seen);
CREATE TABLE IF NOT EXISTS aliases (
    feed_url TEXT NOT NULL,
    alias TEXT NOT NULL,
    article_id TEXT NOT NULL,
    PRIMARY KEY (feed_url, alias)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS aliases_by_article ON aliases (article_id);
CREATE TABLE IF NOT EXISTS revisions (
    revision_id TEXT PRIMARY KEY,
    article_id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    fetch_id TEXT,
    position INTEGER NOT NULL,          -- of the entry in the fetched document
    page_sha TEXT,                      -- of the article's page; '' where that gave nothing
    message_sha TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    message_id TEXT                     -- the stream's, once it has acknowledged
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS revisions_by_article ON revisions (article_id);
CREATE INDEX IF NOT EXISTS revisions_by_fetch ON revisions (fetch_id);
CREATE TABLE IF NOT EXISTS outbox (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    revision_id TEXT NOT NULL UNIQUE,
    article_id TEXT NOT NULL,
    host TEXT NOT NULL,
    data BLOB NOT NULL,
    attributes TEXT NOT NULL,
    created_at TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    error TEXT
);
CREATE TABLE IF NOT EXISTS fetches (
    fetch_id TEXT PRIMARY KEY,
    feed_url TEXT NOT NULL,
    url TEXT NOT NULL,
    fetched_at TEXT NOT NULL,
    status INTEGER NOT NULL,
    headers TEXT NOT NULL,
    body_sha TEXT NOT NULL,
    identity TEXT NOT NULL,             -- the policy that its entries were told apart by
    timezone TEXT NOT NULL,
    language TEXT
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS fetches_by_time ON fetches (fetched_at);
CREATE TABLE IF NOT EXISTS pages (
    url TEXT NOT NULL,                  -- canonical
    fetched_at TEXT NOT NULL,
    final_url TEXT NOT NULL,
    headers TEXT NOT NULL,
    body_sha TEXT,                      -- null where it could not be fetched
    error TEXT,
    PRIMARY KEY (url, fetched_at)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS pages_by_body ON pages (body_sha);
-- Rows on their way to the tables feed_health and dead_letters.
CREATE TABLE IF NOT EXISTS rows_for_tables (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    table_name TEXT NOT NULL,
    row TEXT NOT NULL
);
