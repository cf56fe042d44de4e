"""The rules of care: pure, without I/O, with `now` as an argument."""
