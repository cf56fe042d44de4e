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
        at: The time of the decision (UTC).
        occurrence: The occurrence.
        verdict: "show", "hold" or "drop".
        step: The step that decided.
        delivery: The delivery status, if the verdict is "show"; else None.
    """

    at: datetime
    occurrence: Occurrence
    verdict: str
    step: Reason
    delivery: DeliveryStatus | None = None


@dataclass(frozen=True)
class UserAction:
    """An action of the person, with the state before it.

    Attributes:
        id: Its number.
        at: Its time (UTC).
        what: Its kind, one of `ACTS`.
        deliveries: The deliveries that it changed, in the state before.
        global_state: The global state before.
        others: The other deliveries that undo may have to restore, in the state before.
    """

    id: int
    at: datetime
    what: str
    deliveries: tuple[Delivery, ...]
    global_state: GlobalState
    others: tuple[Delivery, ...] = ()


@dataclass(frozen=True)
class Trial:
    """A request of `nightcare try`, at an instant (UTC), to show a reminder."""

    id: int
    at: datetime
    reminder: str
