"""Calm reminders to drink, stretch and loosen the bedding, for people with leg cramps at night."""

__version__ = "0.2.0"
__released__ = "2026-11-28"
"""The day before which no clock can be right that this version looks at (UTC)."""
