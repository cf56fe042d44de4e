"""The exchange of values between several computers: pause, "Good night", tonight, the diary.

Of the values of several computers under one name, the last one counts (`domain/shared_values.py`).
Each computer publishes its own values. Notes on cramps stay on the computer where they were typed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from nightcare.bridge.act_exchange import SHARED_DAYS, SharedMessage
from nightcare.bridge.setting_values import (
    ACTIONS,
    EVENINGS,
    PAUSE,
    SETTINGS,
    evenings_since,
    kind_of,
    pause_end,
    settings_of,
    texts_of,
    with_settings,
    written_settings,
)
from nightcare.bridge.topics import VALUES, packed, unpacked
from nightcare.domain.diary import Answer, Cramp
from nightcare.domain.global_state import GlobalState
from nightcare.domain.schedule import Schedule
from nightcare.domain.shared_values import SharedValue, changed_values, is_credible, latest
from nightcare.engine.reschedule import apply_settings
from nightcare.journal.diary_store import parse_cramp, parse_morning
from nightcare.journal.mapping import (
    UNREADABLE,
    format_clock,
    format_instant,
    parse_clock,
    parse_day,
    parse_instant,
)
from nightcare.journal.shared_rows import parse_shared_value
from nightcare.journal.shared_store import ERASED, JOINED
from nightcare.journal.store import Journal

DIARY_KEPT_DAYS = 400
"""The days for which the diary is shared."""

CRAMP, MORNING = "cramp", "morning"

_AHEAD = timedelta(days=14)


@dataclass(frozen=True)
class ValueExchange:
    """The exchange between one journal and the other computers.

    Attributes:
        journal: The journal of this computer.
        computer: The id of this computer.
        schedule: The schedule in force.
        zone: The time zone of the person.
        diary: Whether the diary is shared.
    """

    journal: Journal
    computer: str
    schedule: Schedule
    zone: tzinfo
    diary: bool

    def sync(self, now: datetime) -> bool:
        """Record local changes (now in UTC); return whether anything was written."""
        if not self._changes(now):
            return False
        with self.journal.transaction():
            self._record(now)
        return True

    def receive(self, messages: Iterable[SharedMessage], now: datetime) -> bool:
        """Write the values in messages into the journal, and apply them (now in UTC).

        Returns:
            Whether anything was written.
        """
        messages = tuple(messages)
        self.erase(messages, now)
        erased = self.journal.shared.erased_at(self.computer, now)
        here = self.journal.shared.erased_here(self.computer, now)

        def is_kept(one: SharedValue) -> bool:
            until = here if one.computer == self.computer else erased
            return until is None or one.at > until or one.name == ERASED

        found = [one for one in self._parsed(messages, now) if is_kept(one)]
        if not found:
            return False
        known = {(one.computer, one.name): one.at for one in self._values(now)}
        # A broker that was restored from a backup has older ones.
        new = [
            one
            for one in sorted(found, key=lambda one: one.at)
            if (at := known.get((one.computer, one.name))) is None or at < one.at
        ]
        if not new:
            return False
        with self.journal.transaction():
            # Record local changes first; otherwise they would look like effects of these values.
            self._record(now)
            self.journal.shared.save(new)
            self._apply(now)
        return True

    def erase(
        self, messages: Iterable[SharedMessage], now: datetime, copies: Iterable[Path] = ()
    ) -> None:
        """Erase records that messages report as erased on another computer (now in UTC).

        Files with `copies` of records are removed. If this computer began to share later, its own
        records were not meant; a journal that began later has older ones of others only.
        """
        shared = self.journal.shared
        known = shared.erased_at(self.computer, now)
        found = (one.at for one in self._parsed(messages, now) if one.name == ERASED)
        until = max(found, default=None)
        if until is None or (known is not None and until <= known):
            return
        state = self.journal.global_state()
        if (state.began or until) <= until < shared.sharing_since(self.computer, now):
            shared.mark_erased(self.computer, until)
            return
        # Keep a setting that was made later.
        self.sync(now)
        later = latest(one for one in self._values(now) if one.at > until)
        began, updated = state.began, state.updated
        kept = GlobalState(began and max(began, until), updated and max(updated, until))
        settings = written_settings(later, kept, now)
        state = with_settings(kept, settings, now)
        shared.erase_until(until, now, state, self.computer, copies)

    def published(self, now: datetime) -> dict[str, bytes]:
        """Return the payload of each topic with a value of this computer (now in UTC)."""
        by_topic: dict[str, list[dict[str, object]]] = {}
        own = self.journal.shared.values(self.computer)
        for one in sorted(own, key=lambda one: one.name):
            if self._is_published(one, now):
                value = None if one.value is None else json.loads(one.value)
                entry = {"name": one.name, "at": format_instant(one.at), "value": value}
                month = f"{one.at:%Y-%m}" if kind_of(one.name) in (CRAMP, MORNING) else "settings"
                by_topic.setdefault(f"{VALUES}/{month}", []).append(entry)
        return {
            name: payload
            for topic, entries in by_topic.items()
            for name, payload in packed(topic, entries)
        }

    def _is_published(self, one: SharedValue, now: datetime) -> bool:
        kind, *levels = one.name.split("/")
        if kind == PAUSE:
            until = pause_end(one, now)
            return until is not None or one.at >= now - timedelta(days=SHARED_DAYS)
        if kind in (ERASED, JOINED):
            return kind == ERASED
        if kind in EVENINGS:
            return date.fromisoformat(levels[0]) >= evenings_since(now)
        return self.diary and (_day_of(one) or one.at.date()) >= _diary_since(now)

    def _values(self, now: datetime) -> list[SharedValue]:
        return [one for one in self.journal.shared.values() if is_credible(one.at, now)]

    # Changes on this computer

    def _record(self, now: datetime) -> None:
        shared = self.journal.shared
        shared.save(self._changes(now))
        if self.diary:
            names = shared.cramp_names()
            for one in self.journal.diary.cramps(_diary_since(now)):
                if one.id not in names:
                    shared.name_cramp(one.id, self._new_name(one))

    def _changes(self, now: datetime) -> list[SharedValue]:
        written = latest(self._values(now))
        state = self.journal.global_state()
        present, known = settings_of(state, now), written_settings(written, state, now)
        times = self.journal.shared.action_times()
        recorded = {
            name: max(times[one] for one in ACTIONS[kind_of(name)] if one in times)
            for name in {*present, *known}
            if any(one in times for one in ACTIONS[kind_of(name)])
        }
        changed = changed_values(present, known, self.computer, now, recorded)
        if self.diary:
            present, recorded = self._diary(now)
            known = {
                name: one
                for name, one in written.items()
                if kind_of(name) in (CRAMP, MORNING)
                if name in present or (_day_of(one) or date.min) >= _diary_since(now)
            }
            changed += changed_values(present, known, self.computer, now, recorded)
        return changed

    def _diary(self, now: datetime) -> tuple[dict[str, str], dict[str, datetime]]:
        """Return the entries of the last year as values, and when each was recorded."""
        diary, names, since = (
            self.journal.diary,
            self.journal.shared.cramp_names(),
            _diary_since(now),
        )
        present, recorded = {}, {}
        for cramp in diary.cramps(since):
            name = names.get(cramp.id) or self._new_name(cramp)
            present[name], recorded[name] = _cramp_text(cramp), cramp.recorded
        for morning in diary.mornings(since):
            name = f"{MORNING}/{morning.night.isoformat()}"
            present[name], recorded[name] = json.dumps(morning.answer), morning.recorded
        return present, recorded

    def _new_name(self, cramp: Cramp) -> str:
        """Return a name that is never used again, also if the journal is lost."""
        return f"{CRAMP}/{self.computer}/{int(cramp.recorded.timestamp() * 1000)}-{cramp.id}"

    # Changes on other computers

    def _apply(self, now: datetime) -> None:
        written = latest(self._values(now))
        state = self.journal.global_state()
        settings = written_settings(written, state, now)
        if settings_of(state, now) != texts_of(settings):
            changed = with_settings(state, settings, now)
            apply_settings(self.journal, self.schedule, self.zone, changed, now)
        if self.diary:
            self._apply_diary(written, now)

    def _apply_diary(self, written: Mapping[str, SharedValue], now: datetime) -> None:
        diary, shared = self.journal.diary, self.journal.shared
        numbers = {name: number for number, name in shared.cramp_names().items()}
        present, _ = self._diary(now)
        for name, one in written.items():
            kind = kind_of(name)
            if kind not in (CRAMP, MORNING) or one.value == present.get(name):
                continue
            if kind == MORNING:
                night = date.fromisoformat(name.split("/")[1])
                if one.value is None:
                    diary.remove_morning(night)
                elif night >= _diary_since(now):
                    answer = parse_morning(
                        night.isoformat(), json.loads(one.value), format_instant(one.at)
                    )
                    diary.save_morning(answer)
                continue
            number = numbers.get(name)
            known = None if number is None else diary.cramp(number)
            if one.value is None:
                if known is not None:
                    diary.remove(known.id)
            elif known is not None:
                diary.save_cramp(replace(_cramp(one.value), id=known.id, note=known.note))
            elif (_day_of(one) or date.min) >= _diary_since(now):
                shared.name_cramp(diary.add(_cramp(one.value)).id, name)

    def _parsed(self, messages: Iterable[SharedMessage], now: datetime) -> list[SharedValue]:
        """Return the values in messages; those of this computer if its journal was lost."""
        found = []
        for message in messages:
            if message.name.startswith(f"{VALUES}/"):
                with suppress(*UNREADABLE):
                    entries = unpacked(message.payload)
                    found += [self._parse(message.computer, entry, now) for entry in entries]
        return [one for one in found if one is not None]

    def _parse(self, computer: str, entry: Any, now: datetime) -> SharedValue | None:
        """Return the value in an entry; None if it cannot be read or is a later version's."""
        try:
            name, value = str(entry["name"]), entry["value"]
            text = None if value is None else _canonical(name, value)
            one = parse_shared_value(computer, name, entry["at"], text)
            day = _day_of(one)
        except UNREADABLE:
            return None
        if not is_credible(one.at, now) or (day is not None and day > (now + _AHEAD).date()):
            return None
        return one if self.diary or kind_of(name) in (*SETTINGS, ERASED) else None


# Names and values


def _day_of(one: SharedValue) -> date | None:
    """Return the care day of a value; None of a pause, and of a cramp that was removed.

    Raises:
        ValueError: There is no value of that name.
    """
    match one.name.split("/"):
        case ["pause" | "erased"]:
            return None
        case ["good-night" | "tonight" | "morning", day]:
            return parse_day(day)
        case ["cramp", computer, number] if (
            computer.isalnum() and number.replace("-", "").isalnum()
        ):
            return None if one.value is None else _cramp(one.value).place.care_day
    raise ValueError(one.name)


def _canonical(name: str, value: Any) -> str:
    """Return a value as the JSON that this version writes for it."""
    match kind_of(name):
        case "pause":
            return json.dumps(format_instant(parse_instant(value)))
        case "tonight":
            return json.dumps(format_clock(parse_clock(value)))
        case "morning":
            return json.dumps(Answer(value))
        case "cramp":
            return _cramp_text(_cramp(json.dumps(value)))
    if value is not True:
        raise ValueError(value)
    return json.dumps(value)


_CRAMP_FIELDS = ("at", "ahead", "care_day", "by_night", "leg", "severity", "minutes", "recorded")


def _cramp_text(cramp: Cramp) -> str:
    values = (
        format_instant(cramp.at), int(cramp.offset.total_seconds()),
        cramp.place.care_day.isoformat(), cramp.place.by_night, cramp.leg, cramp.severity,
        cramp.minutes, format_instant(cramp.recorded),
    )  # fmt: skip
    return json.dumps(dict(zip(_CRAMP_FIELDS, values, strict=True)))


def _cramp(text: str) -> Cramp:
    """Return the cramp in a value, without a number and a note."""
    values = json.loads(text)
    *known, recorded = (values[name] for name in _CRAMP_FIELDS)
    return parse_cramp(0, *known, "", recorded)


def _diary_since(now: datetime) -> date:
    return (now - timedelta(days=DIARY_KEPT_DAYS)).date()
