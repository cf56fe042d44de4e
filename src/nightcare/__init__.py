"""Calm reminders to drink, stretch and loosen the bedding, against leg cramps at night."""

__version__ = "0.1.0"
