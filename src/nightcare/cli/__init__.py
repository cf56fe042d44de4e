"""The commands, in click."""
