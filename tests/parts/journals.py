"""Journals in memory that are closed when the test that asked for them has ended."""

from __future__ import annotations

from contextlib import ExitStack

from nightcare.journal.store import Journal

_OPEN = ExitStack()


def journal_in_memory() -> Journal:
    """Return an empty journal in memory, which `close_journals` closes.

    For what a test makes in passing. Python 3.13 and later warn of a connection that is garbage
    before it was closed.
    """
    journal = Journal.in_memory()
    _OPEN.callback(journal.close)
    return journal


def close_journals() -> None:
    """Close all that were made since this was last called."""
    _OPEN.close()
