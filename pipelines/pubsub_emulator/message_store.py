"""Topics, subscriptions, messages and deliveries in SQLite. Not thread-safe: the engine runs one call at a time.

A delivery is a message that a subscription has still to see acknowledged. Its ``due`` says when it may be given (0:
never given yet), so a lease that runs out, a message that is released and one that waits for its retry are all the
same thing: a delivery that becomes due. Times are microseconds since 1970.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

SECOND = 1_000_000
_SCHEMA = """
CREATE TABLE IF NOT EXISTS topics (name TEXT PRIMARY KEY, definition BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS subscriptions (
    number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE NOT NULL, topic TEXT NOT NULL, definition BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, published INTEGER NOT NULL, body BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS messages_by_time ON messages (topic, published);
CREATE TABLE IF NOT EXISTS deliveries (
    subscription INTEGER NOT NULL, message INTEGER NOT NULL, key TEXT NOT NULL, size INTEGER NOT NULL,
    due INTEGER NOT NULL, attempts INTEGER NOT NULL, PRIMARY KEY (subscription, message)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS deliveries_by_due ON deliveries (subscription, due, message);
CREATE INDEX IF NOT EXISTS deliveries_by_key ON deliveries (subscription, key, due) WHERE key != '';
CREATE INDEX IF NOT EXISTS deliveries_by_message ON deliveries (message);
"""


class Delivery(NamedTuple):
    """A message on its way.

    Attributes:
        message: The message's id.
        published: When it was published, in microseconds.
        body: The message as it was published (a serialized PubsubMessage).
        attempts: How often it was given, this time included.
        size: Its size, in bytes.
    """

    message: int
    published: int
    body: bytes
    attempts: int
    size: int


class Store:
    """What the emulator remembers."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self.database = database
        for statement in _SCHEMA.split(";\n"):
            database.execute(statement)

    # Topics and subscriptions: name -> definition (a serialized Topic or Subscription).

    def topic(self, name: str) -> bytes | None:
        """The topic's definition."""
        row = self.database.execute("SELECT definition FROM topics WHERE name=?", (name,)).fetchone()
        return row[0] if row else None

    def put_topic(self, name: str, definition: bytes) -> None:
        """Makes or changes a topic."""
        self.database.execute("INSERT OR REPLACE INTO topics VALUES (?, ?)", (name, definition))

    def delete_topic(self, name: str) -> None:
        """Removes a topic; its subscriptions go on with what they have."""
        self.database.execute("DELETE FROM topics WHERE name=?", (name,))
        self.database.execute("UPDATE subscriptions SET topic='_deleted-topic_' WHERE topic=?", (name,))

    def topics(self, prefix: str) -> list[bytes]:
        """Definitions of the topics whose name begins with ``prefix``, by name."""
        rows = self.database.execute("SELECT name, definition FROM topics ORDER BY name")
        return [definition for name, definition in rows if name.startswith(prefix)]

    def subscription(self, name: str) -> tuple[int, str, bytes] | None:
        """The subscription's number, topic and definition."""
        query = "SELECT number, topic, definition FROM subscriptions WHERE name=?"
        row: tuple[int, str, bytes] | None = self.database.execute(query, (name,)).fetchone()
        return row

    def put_subscription(self, name: str, topic: str, definition: bytes) -> None:
        """Makes or changes a subscription."""
        self.database.execute(
            "INSERT INTO subscriptions (name, topic, definition) VALUES (?, ?, ?) "
            "ON CONFLICT (name) DO UPDATE SET definition=excluded.definition",
            (name, topic, definition),
        )

    def delete_subscription(self, number: int) -> None:
        """Removes a subscription with all that it has."""
        self.database.execute("DELETE FROM deliveries WHERE subscription=?", (number,))
        self.database.execute("DELETE FROM subscriptions WHERE number=?", (number,))

    def subscriptions(self, prefix: str = "", topic: str | None = None) -> list[tuple[int, str, str, bytes]]:
        """Number, name, topic and definition of the subscriptions, by name."""
        rows = self.database.execute("SELECT number, name, topic, definition FROM subscriptions ORDER BY name")
        return [row for row in rows if row[1].startswith(prefix) and topic in (None, row[2])]

    # Messages.

    def add_message(self, topic: str, body: bytes, published: int) -> int:
        """Stores a message; its id."""
        cursor = self.database.execute(
            "INSERT INTO messages (topic, published, body) VALUES (?, ?, ?)", (topic, published, body)
        )
        return int(cursor.lastrowid or 0)

    def add_deliveries(self, deliveries: Iterable[tuple[int, int, str, int]]) -> None:
        """Subscription number, message id, ordering key and size of what is to be delivered; what is there stays."""
        self.database.executemany("INSERT OR IGNORE INTO deliveries VALUES (?, ?, ?, ?, 0, 0)", deliveries)

    def take(self, subscription: int, most: int, room: int, now: int, due: int, ordered: bool) -> list[Delivery]:
        """Gives up to ``most`` due deliveries of ``room`` bytes together (at least one), to be due again at ``due``.

        What was given before comes first. Where ``ordered``, in the order of publishing, and nothing of a key of
        which something is under way.
        """
        if ordered:
            free = (
                "AND (key='' OR NOT EXISTS (SELECT * FROM deliveries u WHERE u.subscription=d.subscription "
                "AND u.key=d.key AND u.key!='' AND u.due>:now))"
            )
            parts = [f"due<=:now {free} ORDER BY message"]
        else:
            parts = ["due>0 AND due<=:now ORDER BY due, message", "due=0 ORDER BY message"]
        found: list[Delivery] = []
        for part in parts:
            values = {"subscription": subscription, "now": now, "most": most - len(found)}
            rows = self.database.execute(
                "SELECT d.message, d.size, d.attempts FROM deliveries d "
                f"WHERE subscription=:subscription AND {part} LIMIT :most",
                values,
            ).fetchall()
            for message, size, attempts in rows:
                if found and size > room:
                    break
                room -= size
                published, body = self.database.execute(
                    "SELECT published, body FROM messages WHERE id=?", (message,)
                ).fetchone()
                found.append(Delivery(message, published, body, attempts + 1, size))
        self.database.executemany(
            "UPDATE deliveries SET due=?, attempts=attempts+1 WHERE subscription=? AND message=?",
            [(due, subscription, one.message) for one in found],
        )
        return found

    def give_back(self, subscription: int, messages: Sequence[int]) -> None:
        """Undoes ``take`` where nobody was there to receive."""
        self.database.executemany(
            "UPDATE deliveries SET due=0, attempts=attempts-1 WHERE subscription=? AND message=?",
            [(subscription, message) for message in messages],
        )

    def next_due(self, subscription: int, now: int) -> int | None:
        """When the next delivery that is under way becomes due."""
        query = "SELECT min(due) FROM deliveries WHERE subscription=? AND due>?"
        due: int | None = self.database.execute(query, (subscription, now)).fetchone()[0]
        return due

    def acknowledge(self, subscription: int, deliveries: Iterable[tuple[int, int]]) -> None:
        """Ends deliveries, given as message and attempt; those given again since are left alone."""
        self.database.executemany(
            "DELETE FROM deliveries WHERE subscription=? AND message=? AND attempts=?",
            [(subscription, message, attempt) for message, attempt in deliveries],
        )

    def remove(self, subscription: int, message: int) -> None:
        """Ends a delivery, whichever client holds it."""
        self.database.execute("DELETE FROM deliveries WHERE subscription=? AND message=?", (subscription, message))

    def set_due(self, subscription: int, message: int, attempt: int, due: int, with_later: bool) -> None:
        """Moves a delivery's time; ``with_later``: also of what is under way behind it with its ordering key."""
        changed = self.database.execute(
            "UPDATE deliveries SET due=? WHERE subscription=? AND message=? AND attempts=? RETURNING key",
            (due, subscription, message, attempt),
        ).fetchone()
        if with_later and changed and changed[0]:
            self.database.execute(
                "UPDATE deliveries SET due=? WHERE subscription=? AND key=? AND message>? AND due>0",
                (due, subscription, changed[0], message),
            )

    def backlog(self, subscription: int) -> int:
        """How many messages are not acknowledged."""
        query = "SELECT count(*) FROM deliveries WHERE subscription=?"
        return int(self.database.execute(query, (subscription,)).fetchone()[0])

    # Time.

    def forget_before(self, subscription: int, moment: int) -> None:
        """Ends the deliveries of what was published before ``moment``."""
        self.database.execute(
            "DELETE FROM deliveries WHERE subscription=? AND message IN "
            "(SELECT id FROM messages WHERE published<? AND id IN "
            "(SELECT message FROM deliveries WHERE subscription=?))",
            (subscription, moment, subscription),
        )

    def kept_since(self, topic: str, moment: int) -> list[tuple[int, bytes]]:
        """Id and body of what was published to ``topic`` at ``moment`` or later and is still there."""
        query = "SELECT id, body FROM messages WHERE topic=? AND published>=? ORDER BY id"
        return self.database.execute(query, (topic, moment)).fetchall()

    def remove_messages(self, topic: str, moment: int) -> None:
        """Removes what was published to ``topic`` before ``moment`` and waits for no subscription."""
        self.database.execute(
            "DELETE FROM messages WHERE topic=? AND published<? "
            "AND NOT EXISTS (SELECT * FROM deliveries WHERE deliveries.message=messages.id)",
            (topic, moment),
        )

    def message_topics(self) -> list[str]:
        """The topics that messages are kept of."""
        return [topic for (topic,) in self.database.execute("SELECT DISTINCT topic FROM messages")]
