"""The list of the person's computers: the facts that each publishes about itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from nightcare import __version__
from nightcare.bridge.act_exchange import SharedMessage
from nightcare.bridge.settings import BridgeSettings
from nightcare.bridge.topics import ALIVE, COMPUTER, ONLINE
from nightcare.config.values import Table
from nightcare.domain.person_computers import Computer, schedule_differences
from nightcare.domain.safe_text import is_unsafe
from nightcare.journal.mapping import UNREADABLE, format_instant
from nightcare.journal.shared_rows import parse_computer
from nightcare.journal.store import Journal

_PLAN_KEYS = ("topic", "at", "every", "from", "until", "cron", "days")
"""The keys of a reminder by which occurrences are known on other computers."""

_LONGEST_TEXT = 80
_MOST_BYTES = 16 * 1024


@dataclass(frozen=True)
class ComputerList:
    """The list of the person's computers in a journal.

    Attributes:
        journal: The journal of this computer.
        computer: The id of this computer.
    """

    journal: Journal
    computer: str

    def receive(self, messages: Iterable[SharedMessage], now: datetime, *, live: bool) -> bool:
        """Record the facts that other computers publish about themselves (now in UTC).

        Args:
            messages: The messages.
            now: The instant.
            live: Whether they were sent just now, as far as is known.

        Returns:
            Whether anything was written.
        """
        known = {one.id: one for one in self.journal.shared.computers()}
        found = dict(known)
        # A broker sends retained messages in any order.
        by_name = sorted(messages, key=lambda one: one.name != COMPUTER)
        for message in (one for one in by_name if one.computer != self.computer):
            before = found.get(message.computer)
            if message.name == COMPUTER and not message.payload:
                found.pop(message.computer, None)
            elif message.name == COMPUTER and (parsed := _parse(message)) is not None:
                found[parsed.id] = _introduced(parsed, before, now)
            elif message.name == ALIVE and before is not None:
                online = message.payload == ONLINE.encode()
                found[before.id] = _heard_of(before, now, online=online, live=live)
        if found == known:
            return False
        with self.journal.transaction():
            for computer in known.keys() - found.keys():
                self.journal.shared.forget_computer(computer)
            for one in found.values():
                if known.get(one.id) != one:
                    self.journal.shared.save_computer(one)
        return True

    def sync(self, own: Computer) -> bool:
        """Write the facts about this computer; return whether they were new."""
        if own in self.journal.shared.computers():
            return False
        self.journal.shared.save_computer(own)
        return True

    def awaited(self) -> tuple[str, ...]:
        """Return the names of the other computers that are not connected."""
        others = (one for one in self.journal.shared.computers() if one.id != self.computer)
        return tuple(one.name for one in others if not one.online)

    def differing(self, own: Computer) -> tuple[str, ...]:
        """Return each computer with another version or schedule, with what differs."""
        found = []
        for one in self.journal.shared.computers():
            differences = schedule_differences(own, one)
            if one.version not in ("", own.version):
                differences = (f"nightcare {one.version}", *differences)
            if differences:
                found.append(f"{one.name} ({', '.join(differences)})")
        return tuple(found)


def this_computer(
    settings: BridgeSettings, computer: str, values: Table, zone: str, since: datetime
) -> Computer:
    """Return the facts about this computer.

    Args:
        settings: The table `[mqtt]`.
        computer: The id of this computer.
        values: The config in force.
        zone: The name of the time zone.
        since: Since when it is connected (UTC).
    """
    parts: dict[str, object] = {"sleep": values.get("sleep"), "timezone": zone}
    for name, reminder in (values.get("reminders") or {}).items():
        if reminder.get("enabled", True):
            parts[f"reminders.{name}"] = {key: reminder.get(key) for key in _PLAN_KEYS}
    digests = {key: _digest(part) for key, part in parts.items()}
    return Computer(
        computer, settings.computer, since, online=True, version=__version__, schedule=digests
    )


def computer_payload(one: Computer) -> bytes:
    """Return the payload with the facts about a computer."""
    values = {
        "name": one.name,
        "version": one.version,
        "at": format_instant(one.seen),
        "schedule": one.schedule,
    }
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def _introduced(one: Computer, before: Computer | None, now: datetime) -> Computer:
    seen = one.seen if before is None else max(before.seen, one.seen)
    return replace(one, seen=min(seen, now), online=before is not None and before.online)


def _heard_of(before: Computer, now: datetime, *, online: bool, live: bool) -> Computer:
    """Return a computer that went online or offline; its time is unknown if it left before."""
    changed = online != before.online and (online or live)
    return replace(before, online=online, seen=now if changed else before.seen)


def _digest(part: object) -> str:
    text = json.dumps(part, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def _parse(message: SharedMessage) -> Computer | None:
    """Return the computer in a message; None if it cannot be read."""
    if len(message.payload) > _MOST_BYTES:
        return None
    try:
        values = json.loads(message.payload)
        one = parse_computer(message.computer, values["at"], json.dumps(values))
    except UNREADABLE:
        return None
    return replace(
        one,
        name=_printable(one.name) or one.id,
        seen=one.seen.astimezone(UTC),
        online=False,
        version=_printable(one.version),
        schedule={_printable(key): digest for key, digest in one.schedule.items()},
    )


def _printable(text: str) -> str:
    """Return a text of another computer without characters that control a terminal."""
    return "".join(letter for letter in text if not is_unsafe(letter))[:_LONGEST_TEXT]
