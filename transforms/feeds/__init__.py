"""Feed readers: fetching, parsing, identity and polling.

Plain Python without Beam. ``parse.parse_document`` is a pure function of one fetched document; ``ledger`` decides in
one SQLite transaction what of it is new; ``outbox`` brings that to the stream; ``reader`` is the loop around them.
"""
