"""The codes of CAMEO and PLOVER for what one party of a meeting does towards another, as SQL of DuckDB and BigQuery.

``docs/tables.md`` has the mapping with its reasons; ``flat`` gives exports the same codes.
"""

# Of a meeting m and its participants one and other.
CAMEO = """CASE
        WHEN m.status IN ('planned', 'proposed') THEN '036'
        WHEN m.status IN ('cancelled', 'denied') THEN '125'
        WHEN coalesce(one.role, '') = 'mediator' OR coalesce(other.role, '') = 'mediator' THEN '045'
        WHEN m.mode = 'phone' THEN '041'
        WHEN one.role = 'visitor' AND other.role = 'host' THEN '042'
        WHEN one.role = 'host' AND other.role = 'visitor' THEN '043'
        WHEN m.mode <> 'in_person' OR coalesce(m.place.country, '') = ''
            OR coalesce(one.country, '') = '' OR coalesce(other.country, '') = '' THEN '040'
        WHEN m.place.country <> one.country AND m.place.country <> other.country THEN '044'
        WHEN one.country = other.country THEN '040'
        WHEN m.place.country = one.country THEN '043'
        ELSE '042' END"""
PLOVER = """CASE
        WHEN m.status IN ('planned', 'proposed') THEN 'AGREE'
        WHEN m.status IN ('cancelled', 'denied') THEN 'REJECT'
        ELSE 'CONSULT' END"""
# The columns of ``who_met_whom``.
PAIR = f"""m.meeting_id, one.actor_id AS one_id, one.name AS one_name, one.country AS one_country,
        other.actor_id AS other_id, other.name AS other_name, other.country AS other_country,
        m.status, m.mode, m.date.start AS date_start, m.date.`end` AS date_end,
        m.place.name AS place_name, m.place.country AS place_country,
        {CAMEO} AS cameo_code, {PLOVER} AS plover_event, m.confidence, m.report_count, m.last_reported"""
