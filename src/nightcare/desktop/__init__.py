"""What touches the desktop and the operating system, one file a neighbour."""
