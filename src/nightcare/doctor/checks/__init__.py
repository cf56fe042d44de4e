"""The checks of `nightcare doctor`, one file a subject."""
