"""The exchange of acts between the journals of several computers of one person.

Each computer publishes its own acts, in one retained topic for each care day, and writes those of
others into its journal. Messages may be lost, late, duplicated, or older than earlier ones; every
computer publishes its own acts again until the broker has them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from nightcare.bridge.topics import ACTS, packed, unpacked
from nightcare.domain.delivery import Closed, Delivery
from nightcare.domain.reasons import Reason
from nightcare.domain.reminders import Key
from nightcare.domain.safe_text import is_unsafe
from nightcare.domain.shared_acts import (
    ActId,
    Retraction,
    SharedAct,
    reconciled,
    unrecorded,
)
from nightcare.journal.mapping import UNREADABLE, format_instant, parse_day
from nightcare.journal.shared_rows import UNDONE, parse_shared_act, shared_act_row
from nightcare.journal.store import Journal

SHARED_DAYS = 35
"""Days for which acts are published; a computer that is away for no longer misses none."""

_REASONS = tuple(Reason)
_AHEAD = timedelta(days=14)
_CHANGEABLE = timedelta(days=2)
"""The age up to which a change of the plan moves occurrences that were due."""


@dataclass(frozen=True)
class SharedMessage:
    """A message with acts.

    Attributes:
        computer: The id of the computer that published it.
        name: The topic below that of the computer.
        payload: The payload, which may be anything.
    """

    computer: str
    name: str
    payload: bytes


@dataclass
class _Occurrence:
    """One occurrence: its delivery here, and the acts of all computers."""

    delivery: Delivery | None
    acts: list[SharedAct]


@dataclass(frozen=True)
class ActExchange:
    """The exchange between one journal and the other computers.

    Attributes:
        journal: The journal of this computer.
        computer: The id of this computer.
    """

    journal: Journal
    computer: str

    def sync(self, now: datetime) -> bool:
        """Record local changes as acts, and apply the acts of all computers (now in UTC).

        Returns:
            Whether anything was written. A write wakes the service, so nothing unchanged is
            written.
        """
        recent = self._recent(now)
        keys = {one.occurrence.key for one in self._unrecorded(now, recent)}
        keys |= {key for key, _ in self._reconciled(now, recent)}
        if not keys:
            return False
        with self.journal.transaction():
            # Another program may have written since.
            self._record(self._unrecorded(now, self._known(keys)))
            self._apply(now, self._known(keys))
        return True

    def receive(self, messages: Iterable[SharedMessage], now: datetime) -> bool:
        """Write the acts in messages into the journal, and apply them (now in UTC).

        They include acts of this computer if its journal was lost and the broker still has them.

        Returns:
            Whether anything was written.
        """
        found = [one for message in messages for one in self._parse(message, now)]
        erased = self.journal.shared.erased_at(self.computer, now)
        here = self.journal.shared.erased_here(self.computer, now)
        found = [
            one
            for one in found
            if _is_later(one, here if one.id.computer == self.computer else erased)
        ]
        keys = {one.occurrence.key for one in found}
        known = {one.id for key in keys for one in self.journal.shared.acts_on(key)}
        new = [one for one in found if one.id not in known]
        keys = {one.occurrence.key for one in new}
        if not new:
            return False
        with self.journal.transaction():
            # Record local changes first; otherwise they would look like effects of these acts.
            self._record(self._unrecorded(now, self._known(keys)))
            self._record(new)
            self._apply(now, self._known(keys))
        return True

    def published(self, now: datetime) -> dict[str, bytes]:
        """Return the payload of each topic with acts of this computer (now in UTC), by its name."""
        by_occurrence: dict[Key, list[SharedAct]] = {}
        for one in self.journal.shared.acts(self._since(now), own=True):
            # Leave out acts under a former id of this computer, which no longer writes its topics.
            if one.id.computer == self.computer:
                by_occurrence.setdefault(one.occurrence.key, []).append(one)
        by_day: dict[date, list[dict[str, object]]] = {}
        for key, acts in sorted(by_occurrence.items(), key=lambda item: _order(item[0])):
            by_day.setdefault(key.care_day, []).append(_entry(acts))
        return {
            name: payload
            for day, entries in by_day.items()
            for name, payload in packed(f"{ACTS}/{day.isoformat()}", entries)
        }

    def _since(self, now: datetime) -> date:
        return (now - timedelta(days=SHARED_DAYS)).date()

    def _known(self, keys: Iterable[Key]) -> dict[Key, _Occurrence]:
        """Return all that is known of some occurrences."""
        return {
            key: _Occurrence(self.journal.delivery(key), self.journal.shared.acts_on(key))
            for key in keys
        }

    def _recent(self, now: datetime) -> dict[Key, _Occurrence]:
        """Return all that is known of the occurrences of the last days."""
        since = self._since(now)
        found = {
            one.key: _Occurrence(one, [])
            for one in self.journal.since(now - timedelta(days=SHARED_DAYS + 2))
            if one.key.care_day >= since
        }
        for act in self.journal.shared.acts(since):
            key = act.occurrence.key
            if key not in found:
                found[key] = _Occurrence(self.journal.delivery(key), [])
            found[key].acts.append(act)
        return found

    def _unrecorded(self, now: datetime, known: Mapping[Key, _Occurrence]) -> list[SharedAct]:
        """Return the acts of the changes on this computer, each with its number."""
        number = self.journal.shared.next_act_number(self.computer, now)
        acts = []
        for one in known.values():
            own = [act for act in one.acts if act.id.computer == self.computer]
            for effect in unrecorded(one.delivery, own):
                source = own[0] if one.delivery is None else one.delivery
                act = ActId(self.computer, number)
                acts.append(SharedAct(act, source.occurrence, source.topic, effect))
                number += 1
        return acts

    def _reconciled(
        self, now: datetime, known: Mapping[Key, _Occurrence]
    ) -> Iterator[tuple[Key, Delivery | None]]:
        """Yield each occurrence whose delivery has to change, with its new delivery."""
        state = self.journal.global_state()
        ages = datetime.min.replace(tzinfo=UTC)
        over = max(state.began or ages, (state.updated or ages + _CHANGEABLE) - _CHANGEABLE)
        for key, one in known.items():
            if one.acts:
                found = reconciled(one.delivery, one.acts, self.computer, now, over)
                if found != one.delivery:
                    yield key, found

    def _record(self, acts: Iterable[SharedAct]) -> None:
        for one in acts:
            self.journal.shared.record_act(one, own=one.id.computer == self.computer)

    def _apply(self, now: datetime, known: Mapping[Key, _Occurrence]) -> None:
        for key, delivery in self._reconciled(now, known):
            if delivery is None:
                self.journal.forget(key)
            else:
                self.journal.save(delivery)

    def _parse(self, message: SharedMessage, now: datetime) -> Iterator[SharedAct]:
        """Yield the acts in a message; one that cannot be read may be a later version's."""
        try:
            level, text, _ = message.name.split("/")
            day = parse_day(text)
            entries = unpacked(message.payload)
        except UNREADABLE:
            return
        if level == ACTS and self._since(now) <= day <= (now + _AHEAD).date():
            for entry in entries:
                yield from _parse_entry(message.computer, day, entry)


def _order(key: Key) -> tuple[date, str, str]:
    return key.care_day, key.reminder, key.slot


def _entry(acts: Sequence[SharedAct]) -> dict[str, object]:
    """Return the acts of one computer on one occurrence, as they are published."""
    entries: list[Mapping[str, object]] = []
    for one in acts:
        *_, what, at, reason, undone_computer, undone_number = shared_act_row(one, own=True)
        if isinstance(one.effect, Retraction):
            entries.append({"n": one.id.number, "undoes": [undone_computer, undone_number]})
        else:
            values = {"n": one.id.number, "what": what, "at": at, "reason": reason}
            entries.append({name: value for name, value in values.items() if value is not None})
    occurrence = acts[0].occurrence
    return {
        "reminder": occurrence.key.reminder,
        "slot": occurrence.key.slot,
        "due": format_instant(occurrence.due),
        "topic": acts[0].topic,
        "acts": entries,
    }


def _parse_entry(computer: str, day: date, entry: Any) -> Iterator[SharedAct]:
    try:
        slot = str(entry["slot"])
        if any(map(is_unsafe, slot)):
            return
        reminder, due, topic = entry["reminder"], entry["due"], entry["topic"]
        acts = list(entry["acts"])
    except UNREADABLE:
        return
    for one in acts:
        try:
            what, undone = one.get("what"), (None, None)
            if "undoes" in one:
                what, undone = UNDONE, one["undoes"]
            # An answer with an unknown reason, from a later version, still counts as an answer.
            reason = one["reason"] if one.get("reason") in _REASONS else None
            yield parse_shared_act(
                computer, one["n"], reminder, day.isoformat(), slot,
                due, topic, None, what, one.get("at"), reason, *undone,
            )  # fmt: skip
        except UNREADABLE:
            continue


def _is_later(act: SharedAct, erased: datetime | None) -> bool:
    """Return whether an act was made, and its occurrence due, after all was erased (UTC)."""
    if erased is None:
        return True
    # A bridge that lagged behind gave the answer a later number than its time.
    if isinstance(act.effect, Closed) and act.effect.at <= erased:
        return False
    return act.id.number > int(erased.timestamp() * 1000) and act.occurrence.due > erased
