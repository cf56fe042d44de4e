"""Conditions that hold reminders back, and the reasons of decisions."""

from __future__ import annotations

from enum import StrEnum


class Condition(StrEnum):
    """A condition of the person or the desktop that may hold reminders back.

    The first that applies is the reason of the decision.
    """

    LOCKED = "locked"
    IDLE = "idle"
    DO_NOT_DISTURB = "do_not_disturb"
    PRESENTING = "presenting"


class CatalogueWord(StrEnum):
    """A value that is part of a key of the catalogue."""

    @property
    def word(self) -> str:
        """The value with underscores, for keys of the catalogue."""
        return self.replace(" ", "_")


class Reason(CatalogueWord):
    """The reason of a decision, one for each step of the policy."""

    ANSWERED = "answered"
    GOOD_NIGHT = "good night"
    DISABLED = "disabled"
    PAUSED = "paused"
    TOO_LATE = "too late"
    ASLEEP = "asleep"
    LOCKED = "locked"
    IDLE = "idle"
    DO_NOT_DISTURB = "do not disturb"
    PRESENTING = "presenting"
    ROUTINE = "routine"
    ANOTHER = "another"
    SUPERSEDED = "superseded"
    RESTARTED = "restarted"
    NOT_SHOWN = "not shown"
    REFUSED = "refused"
    SKIPPED_TODAY = "skipped today"
    SHOW = "show"

    @classmethod
    def of(cls, condition: Condition) -> Reason:
        """Return the reason for a condition, which has the same name."""
        return cls[condition.name]


ABSENCE = frozenset(map(Reason.of, Condition))
"""The reasons of reminders that wait until no condition holds them back."""
