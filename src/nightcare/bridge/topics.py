"""The names of topics and entities, the tokens of occurrences, and lists in several topics.

mosquitto delivers at most 1020 retained messages to a new subscription and drops the others
(https://github.com/eclipse-mosquitto/mosquitto/issues/2196). Lists of entries are therefore in as
few topics as possible, and not each entry in its own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nightcare.domain.reminders import Key

ONLINE, OFFLINE = "online", "offline"
ACTS, VALUES, COMPUTER, ALIVE = "acts", "values", "computer", "alive"
"""The levels of shared topics, below that of the computer."""

DISCOVERY = "homeassistant"
"""The first level of the topics in which Home Assistant looks for entities."""

MOST_BYTES = 64 * 1024
"""The largest packet that the bridge takes from the broker."""

_PART_BYTES = MOST_BYTES // 2


@dataclass(frozen=True)
class Topics:
    """The topics of one person on one computer; each has one writer.

    Attributes:
        person: The name of the person.
        computer: The id of the computer.
    """

    person: str
    computer: str

    @property
    def root(self) -> str:
        """The topic above all others of this computer."""
        return f"nightcare/{self.person}/{self.computer}"

    @property
    def node(self) -> str:
        """The id of the device in Home Assistant."""
        return f"nightcare_{self.person}_{self.computer}"

    @property
    def alive(self) -> str:
        """The topic that says whether nightcare runs; also that of the last will."""
        return self.of(ALIVE)

    @property
    def sync(self) -> str:
        """The topic of the marker that the bridge sends to itself."""
        return self.of("sync")

    @property
    def commands(self) -> str:
        """The topic above those of the commands."""
        return self.of("set")

    @property
    def filters(self) -> tuple[str, str]:
        """The filters of all topics that the bridge uses."""
        return f"{self.root}/#", f"{DISCOVERY}/+/{self.node}/+/config"

    @property
    def shared_by_all(self) -> tuple[str, ...]:
        """The filters of the shared topics of all the person's computers."""
        levels = (f"{ACTS}/#", f"{VALUES}/#", COMPUTER, ALIVE)
        return tuple(f"nightcare/{self.person}/+/{level}" for level in levels)

    def shared(self, topic: str) -> tuple[str, str] | None:
        """Return the computer and the name of a topic that is shared; None for any other topic."""
        match topic.split("/", 3):
            case ["nightcare", self.person, computer, name]:
                shared = name.partition("/")[0] in (ACTS, VALUES, COMPUTER, ALIVE)
                return (computer, name) if shared else None
        return None

    def of(self, name: str) -> str:
        """Return the topic of a name."""
        return f"{self.root}/{name}"

    def config(self, component: str, entity: str) -> str:
        """Return the topic of the config of an entity."""
        return f"{DISCOVERY}/{component}/{self.node}/{entity}/config"

    def command(self, topic: str) -> str | None:
        """Return the command of a topic; None for any other topic."""
        above, _, name = topic.rpartition("/")
        return name if above == self.commands else None

    def token(self, key: Key) -> str:
        """Return the opaque token of an occurrence in payloads."""
        return hashlib.blake2b(f"{self.computer}/{key}".encode(), digest_size=8).hexdigest()


# Lists


def packed(name: str, entries: Iterable[object]) -> Iterator[tuple[str, bytes]]:
    """Yield the topics for a list of entries, below a name, each with its payload."""
    part: list[str] = []
    size = number = 0
    for text in (json.dumps(one, separators=(",", ":")) for one in entries):
        if part and size + len(text) > _PART_BYTES:
            number += 1
            yield f"{name}/{number}", _list(part)
            part, size = [], 0
        part.append(text)
        size += len(text) + 1
    if part:
        yield f"{name}/{number + 1}", _list(part)


def unpacked(payload: bytes) -> list[object]:
    """Return the entries in a payload.

    Raises:
        ValueError: It is no list, or longer than any that is published.
        RecursionError: Likewise.
    """
    found = json.loads(payload) if len(payload) <= MOST_BYTES else None
    if not isinstance(found, list):
        raise ValueError(payload[:100])  # noqa: TRY004 - for all that is no list of entries
    return found


def _list(part: list[str]) -> bytes:
    return f"[{','.join(part)}]".encode()
