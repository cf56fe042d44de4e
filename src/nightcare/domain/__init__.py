"""What nightcare knows about care: pure, without I/O, `now` always an argument."""
