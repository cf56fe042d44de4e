"""Presence: whether the person is there and may be disturbed."""
