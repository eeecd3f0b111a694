"""An embedded, durable Pub/Sub: google.pubsub.v1 over gRPC on SQLite, for laptops and tests."""
