"""Protocols of everything that the engine needs from outside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    # Annotations alone need these; `status` does not wait for them to be loaded.
    from nightcare.domain.delivery import Delivery, DeliveryStatus
    from nightcare.domain.diary import Cramp, Morning
    from nightcare.domain.global_state import GlobalState
    from nightcare.domain.guidance import Guidance
    from nightcare.domain.history import Trial, UserAction
    from nightcare.domain.notification import Capability, Message, NotifierEvent
    from nightcare.domain.reasons import Reason
    from nightcare.domain.reminders import Key, Occurrence
    from nightcare.domain.routine import RoutineSession
    from nightcare.domain.shared_acts import SharedAct


class Notifier(Protocol):
    """A notifier, which shows messages.

    It receives the messages that belong on the screen, and keeps them there: it waits for an absent
    server, retries after a failure, and shows messages again that a replaced server has lost. Its
    methods return at once and never fail; `run` reports events.
    """

    name: str
    """The backend's name, as in `[notify] backend`."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        """The features of the notifier in use, as far as they are known."""
        ...

    def describe(self) -> str:
        """Return the name and version of the notifier in use, for logs and `status`."""
        ...

    def show(self, message: Message) -> None:
        """Put a message on the screen, and keep it there until it is closed or answered.

        Another one under the same token takes its place.
        """
        ...

    def close(self, token: str) -> None:
        """Take a message off the screen, if it is still there."""
        ...

    def forget(self, handle: str, token: str) -> None:
        """Close the notification that an earlier run of the service has left under this handle.

        A late press on it is reported as one on the message `token`.
        """
        ...

    def quiet(self, *, on: bool) -> None:
        """Set whether do not disturb is on.

        Some notifiers never draw messages of that time. Those that are still open when it ends are
        closed and shown again, once, if the notifier can close them.
        """
        ...

    async def run(self, report: Callable[[NotifierEvent], None]) -> None:
        """Serve until cancelled, and report what happens on the screen."""
        ...


class JournalPort(Protocol):
    """The journal: see `nightcare.journal.store.Journal`."""

    @property
    def diary(self) -> DiaryPort:
        """The pages of the diary."""
        ...

    def transaction(self, *, flushed: bool = ...) -> AbstractContextManager[None]:
        """Make all changes inside together, or none; nests.

        Args:
            flushed: Whether a power cut after it may not lose them.
        """
        ...

    def delivery(self, key: Key) -> Delivery | None:
        """Return the delivery of a key; None if its moment has not come."""
        ...

    def unsettled(self) -> list[Delivery]:
        """Return all deliveries without an outcome, in order of time."""
        ...

    def of_care_day(self, day: date) -> list[Delivery]:
        """Return the deliveries of one care day, in order of time."""
        ...

    def since(self, due: datetime) -> list[Delivery]:
        """Return all that were due since an instant (UTC), or have no outcome yet."""
        ...

    def known(self, keys: Iterable[Key]) -> frozenset[Key]:
        """Return the keys that have a delivery."""
        ...

    def acts_elsewhere(self, key: Key) -> list[SharedAct]:
        """Return the acts of other computers on an occurrence, and all retractions."""
        ...

    def record_undone(self, delivery: Delivery, now: datetime) -> None:
        """Record the acts of this computer that a delivery no longer has, now (UTC)."""
        ...

    def save(self, delivery: Delivery) -> None:
        """Write a delivery."""
        ...

    def forget(self, key: Key) -> None:
        """Delete the delivery of an occurrence that was moved ahead, so that it can come then."""
        ...

    def global_state(self) -> GlobalState:
        """Return the state shared by all reminders."""
        ...

    def save_global_state(self, global_state: GlobalState) -> None:
        """Write the state shared by all reminders."""
        ...

    def routine_session(self) -> RoutineSession | None:
        """Return the routine under way; None without one."""
        ...

    def routine_key(self) -> Key | None:
        """Return the occurrence whose routine is under way; None without one."""
        ...

    def save_routine_session(self, session: RoutineSession | None) -> None:
        """Write the routine under way; None where there is none any more."""
        ...

    def tips_shown(self) -> Mapping[str, int]:
        """Return for each tip ever shown a number that grows with each showing."""
        ...

    def record_tip(self, tip: str, now: datetime) -> None:
        """Record that a tip was shown now (UTC)."""
        ...

    def record_decision(
        self, now: datetime, occurrence: Occurrence, verdict: str, step: Reason
    ) -> None:
        """Record which step of the policy decided now (UTC)."""
        ...

    def record_status(self, key: Key, delivery: DeliveryStatus) -> None:
        """Record the delivery status of the last decision to show an occurrence."""
        ...

    def record_action(
        self,
        now: datetime,
        what: str,
        before: Sequence[Delivery],
        global_state: GlobalState,
        others: Sequence[Delivery] = ...,
    ) -> None:
        """Record an action of the person (now in UTC), with the state before it."""
        ...

    def last_action(self) -> UserAction | None:
        """Return the person's last action that is not undone."""
        ...

    def forget_action(self, act: UserAction) -> None:
        """Delete an action, as one that was undone."""
        ...

    def request_trial(self, reminder: str, now: datetime) -> int:
        """Ask for a reminder to be shown now (UTC); return the number of the trial."""
        ...

    def trials(self) -> list[Trial]:
        """Return the trials that `nightcare try` requested and that were not shown yet."""
        ...

    def answer_trial(self, number: int, by: str) -> None:
        """Record the notifier that has shown a trial; an empty name if none could."""
        ...

    def record_trial_status(self, number: int, delivery: DeliveryStatus) -> None:
        """Record the delivery status of a trial."""
        ...

    def write_note(self, name: str, value: Mapping[str, object]) -> None:
        """Write a note under a name; it replaces an earlier one."""
        ...

    def read_note(self, name: str) -> Mapping[str, object]:
        """Return the note of a name; empty without one."""
        ...


class DiaryPort(Protocol):
    """The diary in the journal: see `nightcare.journal.diary_store.DiaryStore`."""

    def transaction(self) -> AbstractContextManager[None]:
        """Make all changes inside together, or none; nests."""
        ...

    def cramps(self, since: date = ...) -> list[Cramp]:
        """Return the cramps of the care days since a date, in order of time."""
        ...

    def cramp(self, number: int) -> Cramp | None:
        """Return the cramp of a number; None without one."""
        ...

    def add(self, cramp: Cramp) -> Cramp:
        """Add a cramp, and return it with its new number."""
        ...

    def save_cramp(self, cramp: Cramp) -> None:
        """Write a cramp under its number."""
        ...

    def remove(self, number: int) -> None:
        """Remove the cramp of a number."""
        ...

    def mornings(self, since: date = ...) -> list[Morning]:
        """Return the answers about the nights since a date, in order of time."""
        ...

    def morning(self, night: date) -> Morning | None:
        """Return the answer about a night; None without one."""
        ...

    def save_morning(self, morning: Morning) -> None:
        """Write the answer about a night; it replaces an earlier one."""
        ...

    def remove_morning(self, night: date) -> None:
        """Remove the answer about a night."""
        ...

    def questions(self, night: date) -> tuple[datetime, ...]:
        """Return the times (UTC) of the questions about a night, in order."""
        ...

    def record_question(self, night: date, now: datetime) -> None:
        """Record a question about a night now (UTC), and delete old records."""
        ...


class TranslatorPort(Protocol):
    """Texts in the person's language: see `nightcare.i18n.translator.Translator`."""

    @property
    def guidance(self) -> Guidance:
        """The health texts."""
        ...

    def text(self, key: str, /, **values: object) -> str:
        """Return the text of a key, filled in."""
        ...

    def length(self, length: timedelta) -> str:
        """Return a length as text: "1 h 30 min"."""
        ...

    def when(self, moment: datetime, now: datetime) -> str:
        """Return a moment as text, seen from now (both local): "tomorrow 07:00"."""
        ...


class EventLog(Protocol):
    """A logger of events, given by a key of the catalogue's `log` and the values of its text."""

    def __call__(self, key: str, /, **values: object) -> None:
        """Log an event."""
        ...
