"""Generators of the files that ./scripts/generate writes from the commands and the config model."""
