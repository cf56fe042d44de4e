"""The journal: one SQLite file with deliveries, the diary, and the state of the reminders."""
