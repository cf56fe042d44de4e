"""The tray icon, by StatusNotifierItem and dbusmenu."""
