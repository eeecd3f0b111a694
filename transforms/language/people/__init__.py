"""People by name, their titles, and the offices that they hold."""
