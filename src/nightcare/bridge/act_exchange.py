"""The exchange of acts between the journals of several computers of one person.

Each computer publishes its own acts, in one retained topic for each occurrence, and writes those of
others into its journal. Messages may be lost, late, doubled, or older than what was received
before; every computer publishes its own acts again until the broker has them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote, unquote

from nightcare.bridge.topics import ACTS
from nightcare.domain.delivery import Delivery
from nightcare.domain.reminders import Key
from nightcare.domain.safe_text import is_unsafe
from nightcare.domain.shared_acts import (
    ActId,
    Retraction,
    SharedAct,
    reconciled,
    unrecorded,
)
from nightcare.journal.mapping import UNREADABLE, format_instant, parse_key
from nightcare.journal.shared_rows import UNDONE, parse_shared_act, shared_act_row
from nightcare.journal.store import Journal

SHARED_DAYS = 35
"""The days for which acts are published; a computer may be away for as long and miss none."""

_AHEAD = timedelta(days=14)
_CHANGEABLE = timedelta(days=2)
"""A change of the plan moves what was due within these."""

_MOST_BYTES = 64 * 1024
_MOST_ACTS = 500


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
        """Record what has changed here as acts, and apply the acts of all computers (now in UTC).

        Returns:
            Whether anything was written. Without need nothing is, for a write wakes the service.
        """
        known = self._recent(now)
        if not self._unrecorded(now, known) and not any(self._reconciled(now, known)):
            return False
        with self.journal.transaction():
            self._record(self._unrecorded(now, self._recent(now)))
            self._apply(now, self._recent(now))
        return True

    def receive(self, messages: Iterable[SharedMessage], now: datetime) -> bool:
        """Write the acts in messages into the journal, and apply them (now in UTC).

        Acts of this computer are ignored: the person may have erased them here.

        Returns:
            Whether anything was written.
        """
        others = [one for one in messages if one.computer != self.computer]
        found = [one for message in others for one in self._parse(message, now)]
        erased = self.journal.shared.erased_at(self.computer)
        if erased is not None:
            limit = int(erased.timestamp() * 1000)
            found = [one for one in found if one.id.number > limit and one.occurrence.due > erased]
        keys = {one.occurrence.key for one in found}
        known = {one.id for key in keys for one in self.journal.shared_acts_on(key)}
        new = [one for one in found if one.id not in known]
        keys = {one.occurrence.key for one in new}
        if not new:
            return False
        with self.journal.transaction():
            # What has changed here is recorded first: else it would look like an effect of these.
            self._record(self._unrecorded(now, self._known(keys)))
            self._record(new)
            self._apply(now, self._known(keys))
        return True

    def published(self, now: datetime) -> dict[str, bytes]:
        """Return the payload of each topic with acts of this computer (now in UTC), by its name."""
        by_occurrence: dict[Key, list[SharedAct]] = {}
        for one in self.journal.shared_acts(self._since(now)):
            if one.id.computer != self.computer:
                continue
            by_occurrence.setdefault(one.occurrence.key, []).append(one)
        return {act_topic(key): act_payload(acts) for key, acts in by_occurrence.items()}

    def _since(self, now: datetime) -> date:
        return (now - timedelta(days=SHARED_DAYS)).date()

    def _known(self, keys: Iterable[Key]) -> dict[Key, _Occurrence]:
        """Return all that is known of some occurrences."""
        return {
            key: _Occurrence(self.journal.delivery(key), self.journal.shared_acts_on(key))
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
        for act in self.journal.shared_acts(since):
            key = act.occurrence.key
            if key not in found:
                found[key] = _Occurrence(self.journal.delivery(key), [])
            found[key].acts.append(act)
        return found

    def _unrecorded(self, now: datetime, known: Mapping[Key, _Occurrence]) -> list[SharedAct]:
        """Return the acts that say what has changed here, each with its number."""
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
            self.journal.record_shared_act(one, own=one.id.computer == self.computer)

    def _apply(self, now: datetime, known: Mapping[Key, _Occurrence]) -> None:
        for key, delivery in self._reconciled(now, known):
            if delivery is None:
                self.journal.forget(key)
            else:
                self.journal.save(delivery)

    def _parse(self, message: SharedMessage, now: datetime) -> Iterator[SharedAct]:
        """Yield the acts in a message; one that cannot be read may be a later version's."""
        if len(message.payload) > _MOST_BYTES:
            return
        try:
            key = _parse_topic(message.name)
            value = json.loads(message.payload)
            due, topic, acts = value["due"], value["topic"], value["acts"][:_MOST_ACTS]
        except UNREADABLE:
            return
        if not self._since(now) <= key.care_day <= (now + _AHEAD).date():
            return
        for one in acts:
            try:
                what, undone = one.get("what"), (None, None)
                if "undoes" in one:
                    what, undone = UNDONE, one["undoes"]
                yield parse_shared_act(
                    message.computer, one["n"], key.reminder, key.care_day.isoformat(), key.slot,
                    due, topic, None, what, one.get("at"), one.get("reason"), *undone,
                )  # fmt: skip
            except UNREADABLE:
                continue


def act_topic(key: Key) -> str:
    """Return the topic of an occurrence, below that of the computer."""
    levels = (key.care_day.isoformat(), key.reminder, key.slot)
    return "/".join((ACTS, *(quote(one, safe="") for one in levels)))


def act_payload(acts: Iterable[SharedAct]) -> bytes:
    """Return the payload for the acts of one computer on one occurrence."""
    entries: list[Mapping[str, object]] = []
    first = None
    for one in acts:
        first = first or one
        *_, what, at, reason, undone_computer, undone_number = shared_act_row(one, own=True)
        if isinstance(one.effect, Retraction):
            entries.append({"n": one.id.number, "undoes": [undone_computer, undone_number]})
        else:
            values = {"n": one.id.number, "what": what, "at": at, "reason": reason}
            entries.append({name: value for name, value in values.items() if value is not None})
    assert first is not None
    head = {"due": format_instant(first.occurrence.due), "topic": first.topic}
    return json.dumps({**head, "acts": entries}, separators=(",", ":")).encode()


def _parse_topic(name: str) -> Key:
    """Return the key in a topic; refuse any other topic."""
    level, *levels = name.split("/")
    care_day, reminder, slot = map(unquote, levels)
    if level != ACTS or any(map(is_unsafe, slot)):
        raise ValueError(name)
    return parse_key(reminder, care_day, slot)
