"""What is on record beside the courses: decisions, acts of the person, trials."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nightcare.domain.course import Course, Step
from nightcare.domain.reminders import Occurrence
from nightcare.domain.standing import Standing

VERDICTS = frozenset({"show", "hold", "drop"})
"""The verdicts that a decision can have."""

ACTS = frozenset({"done", "snooze", "good-night", "pause", "resume", "tonight"})
"""The acts that are recorded and can be undone."""


@dataclass(frozen=True)
class Decision:
    """What the cascade said about one occurrence, and when (UTC)."""

    at: datetime
    occurrence: Occurrence
    verdict: str
    step: Step


@dataclass(frozen=True)
class Act:
    """Something the person did (UTC), with how things stood before it."""

    id: int
    at: datetime
    what: str
    courses: tuple[Course, ...]
    standing: Standing


@dataclass(frozen=True)
class Trial:
    """A reminder that `nightcare try` asked (UTC) to be shown now."""

    id: int
    at: datetime
    reminder: str
