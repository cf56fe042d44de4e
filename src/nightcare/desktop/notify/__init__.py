"""Notifiers: notification servers, plyer and the terminal."""
