"""The time zone of this process: the one that the C library uses.

The variable TZ comes first, then /etc/localtime, then UTC. A zone file is read directly; for any
other value of TZ, such as the rule `CET-1CEST`, the offsets come from the C library. /etc/timezone
is never read: it may be out of date. Sources: tzset(3), localtime(5), tzfile(5).
"""

from __future__ import annotations

import os
import re
import struct
import time
from binascii import crc32
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from functools import cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path

from nightcare.regular_file import read_regular
from nightcare.zone_database import ZONES, ZoneInfo

LOCAL_TIME = Path("/etc/localtime")
"""The file, usually a link, with the zone of the system."""

_RULE = re.compile(r"([A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)[+-]?[0-9]")
"""The start of a rule that the C library understands, by tzset(3): a name and its offset."""

_LARGEST = 1_000_000
"""Bytes; the largest zone file known has 5,000."""

_DAY = 86_400
_STEP = 3 * _DAY
_FIRST_YEAR, _LAST_YEAR = 1970, 2100
"""The years for which the C library is queried; outside them its first and last offset apply."""


class ZoneSource(StrEnum):
    """The source of a time zone."""

    CONFIG = "config"
    VARIABLE = "variable"
    """The variable TZ."""
    LINK = "link"
    """/etc/localtime, a link to a named zone."""
    COPY = "copy"
    """/etc/localtime, a file without a name."""
    DEFAULT = "default"
    """Nothing names a zone, so it is UTC."""


@dataclass(frozen=True)
class TimeZone:
    """A time zone and its source; two are equal if name, source and rules are.

    Attributes:
        name: An IANA name, the value of TZ, or the path of the file.
        source: Where it comes from.
        rules: The zone file; empty for a zone of the config and for UTC by default.
        understood: Whether the C library understands the value of TZ; it reads any other as UTC.
        zone: Its `tzinfo`.
    """

    name: str
    source: ZoneSource
    rules: bytes
    understood: bool
    zone: tzinfo = field(compare=False)

    @property
    def checksum(self) -> int:
        """The checksum of the rules; 0 without rules."""
        return crc32(self.rules)

    def is_other(self, name: str, checksum: int) -> bool:
        """Return whether a zone of this name, with rules of this checksum, is another.

        There is nothing to compare where nothing names this zone.
        """
        same = name == self.name or (checksum != 0 and checksum == self.checksum)
        return not same and self.source is not ZoneSource.DEFAULT


def zone(name: str | None, kept: Callable[[], str | None] = lambda: None) -> tzinfo:
    """Return the `tzinfo` of `chosen(name)`, or of the zone that the service still uses.

    Args:
        name: An IANA name; None for the zone of the system.
        kept: Called if the system has lost its zone; returns the name of the last one.
    """
    here = chosen(name)
    if here.source is ZoneSource.DEFAULT and (last := kept()) is not None:
        with suppress(LookupError, ValueError, OSError):
            return named(last).zone
    return here.zone


def chosen(name: str | None) -> TimeZone:
    """Return the time zone of an IANA name; without a name, reread that of this process."""
    return local() if name is None else named(name)


def named(name: str) -> TimeZone:
    """Return the time zone of an IANA name, as the config has it."""
    return TimeZone(name, ZoneSource.CONFIG, b"", understood=True, zone=ZoneInfo(name))


def recorded(name: str, source: ZoneSource, rules: bytes) -> tzinfo:
    """Return the `tzinfo` of a recorded zone.

    Raises:
        ValueError: There is no zone of that name, or the rules are not a zone file.
    """
    if rules:
        return _from_rules(rules, name, source, understood=True).zone
    return named(name).zone if source is ZoneSource.CONFIG else UTC


def local() -> TimeZone:
    """Reread the time zone that the C library uses in this process."""
    if hasattr(time, "tzset"):
        # The C library keeps the zone that it read first until tzset() is called.
        time.tzset()
    variable = os.environ.get("TZ")
    return _of_system() if variable is None else _of_variable(variable)


def _of_system() -> TimeZone:
    link = _link_to_named_zone(LOCAL_TIME)
    name, source = (str(LOCAL_TIME), ZoneSource.COPY) if link is None else (link, ZoneSource.LINK)
    found = _from_file(LOCAL_TIME, name, source)
    if found is not None:
        return found
    if hasattr(time, "tzset"):
        return TimeZone("UTC", ZoneSource.DEFAULT, b"", understood=True, zone=UTC)
    # Windows keeps its zone elsewhere.
    return _from_c_library(time.tzname[0], ZoneSource.COPY)


def _of_variable(variable: str) -> TimeZone:
    # The C library ignores one colon.
    text = variable.removeprefix(":")
    if not text:
        return TimeZone("UTC", ZoneSource.VARIABLE, b"", understood=True, zone=UTC)
    # A Path would drop a slash at the end, with which there is no such file.
    path = os.path.join(os.environ.get("TZDIR") or ZONES, text)  # noqa: PTH118
    found = _from_file(path, text, ZoneSource.VARIABLE)
    return found or _cached_rule(text)


def _link_to_named_zone(path: Path) -> str | None:
    """Return the name that a link leads to, by localtime(5); None if it is no link to a zone."""
    try:
        for target in (str(path.readlink()), os.path.realpath(path)):
            _, found, name = target.rpartition("/zoneinfo/")
            if found:
                return name
    except OSError:
        pass
    return None


def _from_file(path: Path | str, name: str, source: ZoneSource) -> TimeZone | None:
    """Return the zone of a file; None where the C library does not read it either."""
    try:
        return _from_rules(read_regular(path, _LARGEST), name, source, understood=True)
    except (OSError, ValueError):
        return None


def _from_rules(rules: bytes, name: str, source: ZoneSource, *, understood: bool) -> TimeZone:
    """Return the zone of a file's content.

    Raises:
        ValueError: The content is not a zone file.
    """
    try:
        here = ZoneInfo.from_file(BytesIO(rules), key=name)
    except (struct.error, LookupError) as error:
        # zoneinfo raises these for a truncated file.
        raise ValueError(name) from error
    return TimeZone(name, source, rules, understood, here)


@cache
def _cached_rule(text: str) -> TimeZone:
    """Return the zone of a value of TZ that is no file; TZ does not change while a process runs."""
    return _from_c_library(text, ZoneSource.VARIABLE)


def _from_c_library(name: str, source: ZoneSource) -> TimeZone:
    """Return a zone with the offsets that the C library uses now.

    The offsets are written as a zone file, which zoneinfo reads, so nightcare never parses a rule.
    """
    changes = list(_changes_of_c_library())
    kinds = list(dict.fromkeys(kind for _, kind in changes))
    if any(abs(offset) >= _DAY for offset, _ in kinds):
        # Python cannot express that.
        return TimeZone(name, source, b"", understood=False, zone=UTC)
    names = "\0".join(abbreviation for _, abbreviation in kinds) + "\0"
    starts = [sum(len(one) + 1 for _, one in kinds[:index]) for index in range(len(kinds))]
    body = b"".join(
        (
            struct.pack(f">{len(changes)}q", *(at for at, _ in changes)),
            bytes(kinds.index(kind) for _, kind in changes),
            *(
                struct.pack(">lbB", offset, 0, start)
                for (offset, _), start in zip(kinds, starts, strict=True)
            ),
            names.encode(),
        )
    )
    # Version 2 begins with the data of version 1, here without any.
    header = struct.pack(">4sc15x", b"TZif", b"2")
    empty = struct.pack(">6l", 0, 0, 0, 0, 1, 1) + bytes(7)
    counts = struct.pack(">6l", 0, 0, 0, len(changes), len(kinds), len(names))
    rules = header + empty + header + counts + body + b"\n\n"
    understood = source is not ZoneSource.VARIABLE or _RULE.match(name) is not None
    return _from_rules(rules, name, source, understood=understood)


_Kind = tuple[int, str]
"""An offset in seconds ahead of UTC, and its abbreviation."""


def _changes_of_c_library() -> Iterator[tuple[int, _Kind]]:
    """Yield each change (seconds since 1970) with the offset and abbreviation from then on."""
    previous = None
    for before, after in pairwise(_samples()):
        if previous is None:
            previous = _kind(before)
            yield before, previous
        kind = _kind(after)
        if kind != previous:
            yield _first(before, after, kind), kind
            previous = kind


def _samples() -> Iterator[int]:
    """Yield the instants to sample; every offset that lasts three days or more is sampled.

    The C library applies a rule to one year (UTC) at a time, so the ends of years are sampled too.
    """
    for year in range(_FIRST_YEAR, _LAST_YEAR):
        begin, end = _new_year(year), _new_year(year + 1)
        yield from range(begin, end, _STEP)
        yield end - 1


def _new_year(year: int) -> int:
    return int(datetime(year, 1, 1, tzinfo=UTC).timestamp())


def _first(before: int, after: int, kind: _Kind) -> int:
    """Return the first instant of a kind that holds at `after` and not at `before`."""
    while after - before > 1:
        middle = (before + after) // 2
        if _kind(middle) == kind:
            after = middle
        else:
            before = middle
    return after


def _kind(at: int) -> _Kind:
    local_time = time.localtime(at)
    return local_time.tm_gmtoff, local_time.tm_zone
