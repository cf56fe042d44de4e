"""Calm reminders to drink, stretch and loosen the bedding, for people with leg cramps at night."""

__version__ = "0.2.0"
__released__ = "2026-11-28"
"""The release date of this version (UTC); a clock that is earlier is wrong."""
