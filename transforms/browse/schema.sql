-- The read model: what pages show, with what they filter and sort by worked out beforehand.
CREATE TABLE reports (
    report_id VARCHAR, revision_id VARCHAR, meeting_id VARCHAR, article_id VARCHAR, participants JSON, status VARCHAR,
    mode VARCHAR, "date" JSON, place JSON, duration_minutes BIGINT, occasion VARCHAR, topics VARCHAR[],
    attribution VARCHAR, evidence JSON, confidence DOUBLE, extractor VARCHAR, published TIMESTAMPTZ
);
CREATE TABLE articles (
    article_id VARCHAR, feed_title VARCHAR, title VARCHAR, link VARCHAR, published TIMESTAMPTZ, text VARCHAR,
    utc_offset VARCHAR, duplicate_of VARCHAR, mentions JSON
);
CREATE TABLE meetings (
    meeting_id VARCHAR, state BIGINT, sort_key VARCHAR, body JSON, status VARCHAR, mode VARCHAR, kind VARCHAR, day DATE, last_day DATE,
    year VARCHAR, country VARCHAR, place VARCHAR, latitude DOUBLE, longitude DOUBLE, countries VARCHAR[], feeds VARCHAR[],
    actors VARCHAR[], confidence DOUBLE, last_reported TIMESTAMPTZ, words VARCHAR
);
CREATE TABLE parties (
    meeting_id VARCHAR, actor_id VARCHAR, number INTEGER, name VARCHAR, kind VARCHAR, title VARCHAR, country VARCHAR,
    day DATE, status VARCHAR, confidence DOUBLE
);
CREATE TABLE actors (
    actor_id VARCHAR, name VARCHAR, kind VARCHAR, title VARCHAR, country VARCHAR, meetings BIGINT, first_day DATE,
    last_day DATE, words VARCHAR
);
CREATE TABLE pairs (one VARCHAR, other VARCHAR, meetings BIGINT, last_day DATE);
CREATE TABLE aliases ("old" VARCHAR, "new" VARCHAR);
CREATE TABLE polls (
    feed_url VARCHAR, polled_at TIMESTAMPTZ, status VARCHAR, error VARCHAR, fetched BIGINT, published BIGINT, gap BOOLEAN,
    next_poll_at TIMESTAMPTZ
);
CREATE TABLE letters (
    letter_id VARCHAR, stage VARCHAR, error_type VARCHAR, error VARCHAR, element_id VARCHAR, payload VARCHAR,
    occurred_at TIMESTAMPTZ, version VARCHAR, solved BOOLEAN, size BIGINT
);
CREATE TABLE arrivals (hour TIMESTAMPTZ, articles BIGINT, delay_seconds DOUBLE);
CREATE TABLE totals (articles BIGINT, reports BIGINT);
