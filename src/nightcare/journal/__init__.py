"""What is open, snoozed, held and paused, and what became of what: one SQLite file."""
