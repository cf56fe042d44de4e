"""The records beside the deliveries: decisions, the person's actions, trials."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nightcare.domain.delivery import Delivery, DeliveryStatus
from nightcare.domain.global_state import GlobalState
from nightcare.domain.reasons import Reason
from nightcare.domain.reminders import Occurrence

VERDICTS = frozenset({"show", "hold", "drop"})
"""The verdicts that a decision can have."""

ACTS = frozenset({"done", "snooze", "skip", "good-night", "pause", "resume", "tonight"})
"""The acts that are recorded and can be undone."""

NOT_SHOWN = ""
"""The answer to a trial that could not be shown."""


@dataclass(frozen=True)
class Decision:
    """One verdict of the policy on an occurrence, and its time (UTC).

    Attributes:
        at: When it decided.
        occurrence: The occurrence.
        verdict: "show", "hold" or "drop".
        step: The step that decided.
        delivery: How far what was to be shown came on its way to the screen; else None.
    """

    at: datetime
    occurrence: Occurrence
    verdict: str
    step: Reason
    delivery: DeliveryStatus | None = None


@dataclass(frozen=True)
class UserAction:
    """Something the person did, with how things stood before it.

    Attributes:
        id: Its number.
        at: When (UTC).
        what: What it was.
        deliveries: What it changed, as that stood before.
        global_state: What held for all reminders before.
        beside: What else was not over, as that stood before.
    """

    id: int
    at: datetime
    what: str
    deliveries: tuple[Delivery, ...]
    global_state: GlobalState
    beside: tuple[Delivery, ...] = ()


@dataclass(frozen=True)
class Trial:
    """A reminder that `nightcare try` asked (UTC) to be shown now."""

    id: int
    at: datetime
    reminder: str
