"""From encounters to reports: one a meeting, with what the reader saw beside the rules."""
