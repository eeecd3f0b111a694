"""The commands that show what the tables hold: meetings, who takes part, timelines, exports, pages."""
