"""Tables: schemas, conforming rows to them, and the sinks that write them."""
