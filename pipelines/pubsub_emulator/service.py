"""The calls of google.pubsub.v1's Publisher and Subscriber, over the store. Requests and answers are raw protobufs."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import grpc
from google.pubsub_v1 import types

from pipelines.pubsub_emulator import rules, wire
from pipelines.pubsub_emulator.engine import Engine
from pipelines.pubsub_emulator.message_filters import Predicate, parse_filter
from pipelines.pubsub_emulator.message_store import SECOND, Delivery, Store
from pipelines.pubsub_emulator.rules import ServiceError, invalid, lacking, not_found

# A client that did not raise gRPC's limit takes 4 MB at once.
ANSWER_BYTES = 3_500_000
PULL_SECONDS = 20.0


class Service:
    """What the emulator does. Each public method is a call; ``store`` is only touched inside the engine's thread.

    Args:
        engine: Owns the database.
        clock: Seconds since 1970.
    """

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.time) -> None:
        self._engine, self._clock = engine, clock
        self._store: Store = engine.run(lambda: Store(engine.database))
        self._filters: dict[int, Predicate] = {}
        self._changed = threading.Condition()
        self._version = 0

    # Publisher.

    def create_topic(self, topic: Any) -> Any:
        """Makes a topic; ALREADY_EXISTS where it is there."""
        rules.check_topic(topic)

        def create() -> None:
            if self._store.topic(topic.name):
                raise ServiceError(grpc.StatusCode.ALREADY_EXISTS, f"Topic already exists ({topic.name}).")
            self._store.put_topic(topic.name, topic.SerializeToString())

        self._engine.run(create)
        return topic

    def get_topic(self, request: Any) -> Any:
        """A topic's definition."""
        return self._engine.run(lambda: self._topic(request.topic))

    def update_topic(self, request: Any) -> Any:
        """Changes a topic's retention or labels."""

        def update() -> Any:
            topic = self._topic(request.topic.name)
            wire.merge(topic, request.topic, request.update_mask.paths, rules.CHANGEABLE_TOPIC)
            rules.check_topic(topic)
            self._store.put_topic(topic.name, topic.SerializeToString())
            return topic

        return self._engine.run(update)

    def list_topics(self, request: Any) -> Any:
        """A project's topics, a page at a time."""
        found = self._engine.run(lambda: self._store.topics(f"{request.project}/topics/"))
        page, token = wire.page(found, request)
        return wire.pb(types.ListTopicsResponse)(
            topics=[wire.pb(types.Topic).FromString(one) for one in page], next_page_token=token
        )

    def list_topic_subscriptions(self, request: Any) -> Any:
        """The names of a topic's subscriptions, a page at a time."""

        def names() -> list[str]:
            self._topic(request.topic)
            return [name for _, name, _, _ in self._store.subscriptions(topic=request.topic)]

        page, token = wire.page(self._engine.run(names), request)
        return wire.pb(types.ListTopicSubscriptionsResponse)(subscriptions=page, next_page_token=token)

    def delete_topic(self, request: Any) -> None:
        """Removes a topic; its subscriptions keep what they have."""

        def delete() -> None:
            self._topic(request.topic)
            self._store.delete_topic(request.topic)

        self._engine.run(delete)

    def publish(self, request: Any) -> Any:
        """Stores messages; answers when they are durable."""
        if not request.messages:
            raise invalid("The publish request has no messages.")
        for body in request.messages:
            rules.check_message(body)

        def publish() -> list[str]:
            self._topic(request.topic)
            return [str(identity) for identity in self._publish(request.topic, request.messages)]

        answer = wire.pb(types.PublishResponse)(message_ids=self._engine.run(publish))
        self.wake()
        return answer

    def _publish(self, topic: str, bodies: Sequence[Any]) -> list[int]:
        now = self._now()
        subscriptions = self._store.subscriptions(topic=topic)
        identities, deliveries = [], []
        for body in bodies:
            body.message_id = ""
            body.ClearField("publish_time")
            identity = self._store.add_message(topic, body.SerializeToString(), now)
            identities.append(identity)
            for number, _, _, definition in subscriptions:
                if self._filter(number, definition)(body.attributes):
                    deliveries.append((number, identity, body.ordering_key, body.ByteSize()))
        self._store.add_deliveries(deliveries)
        return identities

    # Subscriber: definitions.

    def create_subscription(self, subscription: Any) -> Any:
        """Makes a subscription, which gets what is published from now on."""
        rules.check_subscription(subscription)

        def create() -> None:
            self._topic(subscription.topic)
            if self._store.subscription(subscription.name):
                text = f"Subscription already exists ({subscription.name})."
                raise ServiceError(grpc.StatusCode.ALREADY_EXISTS, text)
            self._store.put_subscription(subscription.name, subscription.topic, subscription.SerializeToString())

        self._engine.run(create)
        return subscription

    def get_subscription(self, request: Any) -> Any:
        """A subscription's definition."""
        return self._engine.run(lambda: self._subscription(request.subscription)[1])

    def update_subscription(self, request: Any) -> Any:
        """Changes what can be changed of a subscription."""

        def update() -> Any:
            _, subscription = self._subscription(request.subscription.name)
            wire.merge(subscription, request.subscription, request.update_mask.paths, rules.CHANGEABLE_SUBSCRIPTION)
            rules.check_subscription(subscription)
            self._store.put_subscription(subscription.name, subscription.topic, subscription.SerializeToString())
            return subscription

        return self._engine.run(update)

    def list_subscriptions(self, request: Any) -> Any:
        """A project's subscriptions, a page at a time."""
        prefix = f"{request.project}/subscriptions/"
        found = self._engine.run(lambda: [self._defined(*row) for row in self._store.subscriptions(prefix)])
        page, token = wire.page(found, request)
        return wire.pb(types.ListSubscriptionsResponse)(subscriptions=page, next_page_token=token)

    def delete_subscription(self, request: Any) -> None:
        """Removes a subscription with what it has not seen acknowledged."""

        def delete() -> None:
            number, _ = self._subscription(request.subscription)
            self._store.delete_subscription(number)
            self._filters.pop(number, None)

        self._engine.run(delete)

    # Subscriber: messages.

    def pull(self, request: Any, active: Callable[[], bool], seconds: float | None) -> Any:
        """What is due; waits for the first message while the caller does (``active``), at most ``seconds``."""
        if request.max_messages < 1:
            raise invalid("max_messages must be at least 1.")
        until = self._clock() + min(PULL_SECONDS, PULL_SECONDS if seconds is None else seconds - 0.05)
        while True:
            version = self._version
            received, due = self.take(request.subscription, request.max_messages, ANSWER_BYTES, None)
            if received and not active():
                self.give_back(request.subscription, received)
                received = []
            if received or request.return_immediately or not active() or self._clock() >= until:
                return wire.pb(types.PullResponse)(received_messages=received)
            self.wait(version, due, until)

    def take(self, name: str, most: int, room: int, deadline_seconds: int | None) -> tuple[list[Any], int | None]:
        """Up to ``most`` ReceivedMessages of ``room`` bytes together; where there is none, when the next is due."""

        def take() -> tuple[list[Any], int | None]:
            number, subscription = self._subscription(name)
            now = self._now()
            due = now + (deadline_seconds or subscription.ack_deadline_seconds) * SECOND
            found = self._store.take(number, most, room, now, due, subscription.enable_message_ordering)
            policy = subscription.dead_letter_policy
            limit = policy.max_delivery_attempts if subscription.HasField("dead_letter_policy") else 0
            kept = [
                one
                for one in found
                if not limit or one.attempts <= limit or not self._forward(number, subscription, one)
            ]
            received = [wire.received(one, bool(limit)) for one in kept]
            return received, None if received else (now if found else self._store.next_due(number, now))

        received, due = self._engine.run(take)
        if due is not None and due <= self._now():
            self.wake()
        return received, due

    def give_back(self, name: str, received: Sequence[Any]) -> None:
        """Undoes ``take``: the caller is gone."""

        def give_back() -> None:
            number, _ = self._subscription(name)
            self._store.give_back(number, [wire.parse_ack_id(one.ack_id)[0] for one in received])

        self._engine.run(give_back)
        self.wake()

    def wait(self, version: int, due: int | None, until: float) -> None:
        """Waits until something has changed since ``version``, a delivery is ``due``, or the time ``until``."""
        with self._changed:
            seconds = until - self._clock()
            if due is not None:
                seconds = min(seconds, due / SECOND - self._clock())
            # A caller that has gone away is noticed within a quarter of a second.
            self._changed.wait_for(lambda: self._version != version, timeout=max(0.001, min(0.25, seconds)))

    def version(self) -> int:
        """Grows with every change that may make a delivery due."""
        return self._version

    def acknowledge(self, request: Any) -> None:
        """Ends deliveries. Ids of deliveries that were given again since are ignored, as in the service."""
        acks = [wire.parse_ack_id(ack_id) for ack_id in request.ack_ids]

        def acknowledge() -> bool:
            number, subscription = self._subscription(request.subscription)
            self._store.acknowledge(number, acks)
            return bool(subscription.enable_message_ordering)

        if self._engine.run(acknowledge):
            self.wake()

    def modify_ack_deadline(self, request: Any) -> None:
        """Holds deliveries so many seconds from now; 0 releases them, after the retry policy's pause."""
        seconds = request.ack_deadline_seconds
        if not 0 <= seconds <= 600:
            raise invalid(f"Invalid ack deadline given ({seconds}): 0 to 600 seconds.")
        acks = [wire.parse_ack_id(ack_id) for ack_id in request.ack_ids]

        def modify() -> None:
            number, subscription = self._subscription(request.subscription)
            for message, attempt in acks:
                pause = seconds * SECOND or wire.backoff(subscription, attempt)
                self._store.set_due(number, message, attempt, self._now() + pause, with_later=seconds == 0)

        self._engine.run(modify)
        if seconds == 0:
            self.wake()

    def seek(self, request: Any) -> Any:
        """Moves a subscription to a time: what was published before is acknowledged, what came later and is still
        kept is delivered again."""
        if request.snapshot:
            raise lacking("snapshots")
        if not request.HasField("time"):
            raise invalid("A seek needs a target: a time.")

        def seek() -> None:
            number, subscription = self._subscription(request.subscription)
            moment = request.time.ToMicroseconds()
            self._store.forget_before(number, moment)
            matches = self._filter(number, subscription.SerializeToString())
            since = max(moment, self._now() - self._kept(subscription) * SECOND)
            again = []
            for identity, stored in self._store.kept_since(subscription.topic, since):
                body = wire.pb(types.PubsubMessage).FromString(stored)
                if matches(body.attributes):
                    again.append((number, identity, body.ordering_key, len(stored)))
            self._store.add_deliveries(again)

        self._engine.run(seek)
        self.wake()
        return wire.pb(types.SeekResponse)()

    def clean(self) -> None:
        """Removes what is older than its retention."""

        def clean() -> None:
            now = self._now()
            for row in self._store.subscriptions():
                subscription = self._defined(*row)
                self._store.forget_before(row[0], now - subscription.message_retention_duration.seconds * SECOND)
            for topic in self._store.message_topics():
                kept = [self._kept(self._defined(*row)) for row in self._store.subscriptions(topic=topic)]
                definition = self._store.topic(topic)
                kept.append(wire.pb(types.Topic).FromString(definition or b"").message_retention_duration.seconds)
                self._store.remove_messages(topic, now - max(kept) * SECOND)

        self._engine.run(clean)

    # Inside the engine's thread.

    def _topic(self, name: str) -> Any:
        definition = self._store.topic(name)
        if definition is None:
            raise not_found(name)
        return wire.pb(types.Topic).FromString(definition)

    def _subscription(self, name: str) -> tuple[int, Any]:
        row = self._store.subscription(name)
        if row is None:
            raise not_found(name)
        return row[0], self._defined(row[0], name, row[1], row[2])

    def _defined(self, number: int, name: str, topic: str, definition: bytes) -> Any:
        subscription = wire.pb(types.Subscription).FromString(definition)
        subscription.topic = topic
        subscription.state = types.Subscription.State.ACTIVE
        return subscription

    def _filter(self, number: int, definition: bytes) -> Predicate:
        if number not in self._filters:
            self._filters[number] = parse_filter(wire.pb(types.Subscription).FromString(definition).filter)
        return self._filters[number]

    def _kept(self, subscription: Any) -> int:
        """For how many seconds a subscription's acknowledged messages can be had back."""
        definition = self._store.topic(subscription.topic)
        by_topic: int = wire.pb(types.Topic).FromString(definition or b"").message_retention_duration.seconds
        own: int = subscription.message_retention_duration.seconds if subscription.retain_acked_messages else 0
        return max(by_topic, own)

    def _forward(self, number: int, subscription: Any, delivery: Delivery) -> bool:
        """Publishes a delivery to the dead-letter topic instead; false where that topic is not there."""
        topic = subscription.dead_letter_policy.dead_letter_topic
        if self._store.topic(topic) is None:
            return False
        body = wire.pb(types.PubsubMessage).FromString(delivery.body)
        _, project, _, name = subscription.name.split("/")
        body.attributes["CloudPubSubDeadLetterSourceDeliveryCount"] = str(delivery.attempts - 1)
        body.attributes["CloudPubSubDeadLetterSourceSubscription"] = name
        body.attributes["CloudPubSubDeadLetterSourceSubscriptionProject"] = project
        self._publish(topic, [body])
        self._store.remove(number, delivery.message)
        return True

    def _now(self) -> int:
        return int(self._clock() * SECOND)

    def wake(self) -> None:
        """Lets every waiting call look again."""
        with self._changed:
            self._version += 1
            self._changed.notify_all()
