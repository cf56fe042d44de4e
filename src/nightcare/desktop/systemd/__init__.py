"""The systemd user manager: the unit, its environment, and messages to the manager."""
