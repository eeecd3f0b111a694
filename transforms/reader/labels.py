"""What the reader can say of a piece and of a meeting, in the order of its outputs."""

# A piece: of a trigger (one yes or no); outside, first and further of a mention; the same of a place.
TAGS = ("trigger", "outside", "mention", "mention goes on", "no place", "place", "place goes on")
STATUSES = ("held", "ongoing", "planned", "proposed", "cancelled", "denied")
MODES = ("in_person", "phone", "video", "unknown")
