"""The dates that news tells of: "on Monday", "last week", "May 19-21", as days of the calendar."""
