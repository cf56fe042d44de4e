"""Lists of entries in as few retained topics as a broker delivers at once.

mosquitto delivers at most 1020 retained messages to a new subscription and drops the others
(https://github.com/eclipse-mosquitto/mosquitto/issues/2196), so there is no topic for each entry.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

MOST_BYTES = 64 * 1024
"""The largest packet that the bridge takes from the broker."""

_PART_BYTES = MOST_BYTES // 2


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
