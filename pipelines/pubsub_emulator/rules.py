"""What the service refuses: names, limits and features, as one error with a gRPC status."""

import re
from typing import Any

import grpc

from pipelines.pubsub_emulator.message_filters import FilterError, parse_filter
from transforms.errors import MeetwireError
from transforms.streams import message as limits

_NAME = r"projects/[^/]+/{kind}/(?!goog)[A-Za-z][\w.~+%-]{{2,254}}"
LACKING_TOPIC = ("schema_settings", "ingestion_data_source_settings", "kms_key_name", "message_transforms")
LACKING_SUBSCRIPTION = (
    "push_config",
    "bigquery_config",
    "cloud_storage_config",
    "bigtable_config",
    "message_transforms",
    "enable_exactly_once_delivery",
    "detached",
)
CHANGEABLE_TOPIC = ("labels", "message_retention_duration", "message_storage_policy")
CHANGEABLE_SUBSCRIPTION = (
    "ack_deadline_seconds",
    "retain_acked_messages",
    "message_retention_duration",
    "labels",
    "expiration_policy",
    "dead_letter_policy",
    "retry_policy",
)
MINUTE, DAY = 60, 86_400


class ServiceError(MeetwireError):
    """What a call ends with: ``code`` and ``text``."""

    def __init__(self, code: grpc.StatusCode, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text


def invalid(text: str) -> ServiceError:
    """A request that can never work."""
    return ServiceError(grpc.StatusCode.INVALID_ARGUMENT, text)


def lacking(text: str) -> ServiceError:
    """A feature of the service that the emulator does not have."""
    return ServiceError(grpc.StatusCode.UNIMPLEMENTED, f"the embedded Pub/Sub has no {text}")


def not_found(name: str) -> ServiceError:
    """A topic or subscription that is not there."""
    return ServiceError(grpc.StatusCode.NOT_FOUND, f"Resource not found ({name}).")


def check_name(name: str, kind: str) -> None:
    """Raises where ``name`` is not ``projects/P/KIND/NAME`` with a name that the service allows."""
    if not re.fullmatch(_NAME.format(kind=kind), name):
        raise invalid(f"Invalid resource name given (name={name}): projects/PROJECT/{kind}/NAME.")


def check_topic(topic: Any) -> None:
    """Raises for a Topic (protobuf) that the service or the emulator would not make."""
    check_name(topic.name, "topics")
    _check_lacking(topic, LACKING_TOPIC)
    _check_seconds(topic, "message_retention_duration", 10 * MINUTE, 31 * DAY)


def check_subscription(subscription: Any) -> None:
    """Fills in the defaults of a Subscription (protobuf); raises for one that would not be made."""
    check_name(subscription.name, "subscriptions")
    _check_lacking(subscription, LACKING_SUBSCRIPTION)
    if not subscription.ack_deadline_seconds:
        subscription.ack_deadline_seconds = 10
    if not 10 <= subscription.ack_deadline_seconds <= 600:
        raise invalid(f"Invalid ack deadline given ({subscription.ack_deadline_seconds}): 10 to 600 seconds.")
    if not subscription.HasField("message_retention_duration"):
        subscription.message_retention_duration.seconds = 7 * DAY
    _check_seconds(subscription, "message_retention_duration", 10 * MINUTE, 31 * DAY)
    if subscription.HasField("dead_letter_policy"):
        policy = subscription.dead_letter_policy
        if not policy.max_delivery_attempts:
            policy.max_delivery_attempts = 5
        if not 5 <= policy.max_delivery_attempts <= 100:
            raise invalid(f"Invalid max_delivery_attempts ({policy.max_delivery_attempts}): 5 to 100.")
        check_name(policy.dead_letter_topic, "topics")
    if subscription.HasField("retry_policy"):
        policy = subscription.retry_policy
        if not policy.HasField("minimum_backoff"):
            policy.minimum_backoff.seconds = 10
        if not policy.HasField("maximum_backoff"):
            policy.maximum_backoff.seconds = 600
        if policy.minimum_backoff.ToMicroseconds() > policy.maximum_backoff.ToMicroseconds():
            raise invalid("retry_policy: minimum_backoff is above maximum_backoff.")
    try:
        parse_filter(subscription.filter)
    except FilterError as error:
        raise invalid(str(error)) from error


def check_message(body: Any) -> None:
    """Raises for a PubsubMessage (protobuf) that the service would not take."""
    if not body.data and not body.attributes:
        raise invalid("Some messages in the publish request are empty: give data or attributes.")
    if body.ByteSize() > limits.MAX_MESSAGE_BYTES:
        raise invalid(f"The value for message is too large: {body.ByteSize()}, at most {limits.MAX_MESSAGE_BYTES}.")
    if len(body.attributes) > limits.MAX_ATTRIBUTES:
        raise invalid(f"Too many attributes: {len(body.attributes)}, at most {limits.MAX_ATTRIBUTES}.")
    for key, value in body.attributes.items():
        if not key or len(key.encode()) > limits.MAX_KEY_BYTES or len(value.encode()) > limits.MAX_VALUE_BYTES:
            raise invalid(f"Attribute {key[:40]!r}: a key has 1 to 256 bytes, a value up to 1024.")
    if len(body.ordering_key.encode()) > limits.MAX_VALUE_BYTES:
        raise invalid("ordering_key has more than 1024 bytes.")


def _check_lacking(definition: Any, names: tuple[str, ...]) -> None:
    given = {field.name for field, value in definition.ListFields()}
    if "push_config" in given and not definition.push_config.ListFields():
        given.discard("push_config")
    for name in names:
        if name in given:
            raise lacking(name)


def _check_seconds(definition: Any, field: str, low: int, high: int) -> None:
    if definition.HasField(field) and not low <= getattr(definition, field).seconds <= high:
        raise invalid(f"Invalid {field}: {low} to {high} seconds.")
