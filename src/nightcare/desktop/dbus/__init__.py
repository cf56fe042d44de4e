"""Connect to message buses and call what is on them."""
