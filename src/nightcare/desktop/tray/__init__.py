"""The tray icon, by StatusNotifierItem and dbusmenu."""

from __future__ import annotations

WATCHER = "org.kde.StatusNotifierWatcher"
"""The name of the watcher of tray icons, and of its interface."""
