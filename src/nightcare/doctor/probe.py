"""The context and the limits of probes, which query the desktop and the system."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from nightcare.doctor.finding import Failure
from nightcare.paths import NO_SERVICE, ServicePlaces

Found = TypeVar("Found")


@dataclass(frozen=True)
class Limits:
    """The limits of probes.

    Attributes:
        call: Seconds for one call on a bus, or one other program.
        service: Seconds for all calls to one service on a bus.
        probe: Seconds for one probe; all run at the same time.
    """

    call: float = 2.0
    service: float = 2.2
    probe: float = 3.2


@dataclass(frozen=True)
class CheckContext:
    """The environment that is checked.

    Attributes:
        named: The config file that `--config` names, if any.
        state: The folder of the journal; None if the home folder of the person is not known.
        variables: The environment of this command.
        now: The instant (UTC).
        service: The places that the person's service uses.
        limits: The limits of the probes.
    """

    named: Path | None
    state: Path | None
    variables: Mapping[str, str]
    now: datetime
    service: ServicePlaces = NO_SERVICE
    limits: Limits = Limits()

    @property
    def call_limit(self) -> timedelta:
        """The limit of one call, for texts."""
        return timedelta(seconds=self.limits.call)


async def attempt(probe: Awaitable[Found], limit: float) -> Found | Failure:
    """Return the result of a probe, or the reason why there is none; raise nothing.

    Args:
        probe: The probe.
        limit: Seconds until it is given up.
    """
    length = timedelta(seconds=limit)
    try:
        async with asyncio.timeout(limit):
            return await probe
    except TimeoutError:
        return Failure(length)
    except OSError as error:
        return Failure(length, error.strerror or repr(error))
    except Exception as error:  # noqa: BLE001 - any error becomes a finding, not a traceback
        return Failure(length, f"{type(error).__name__}: {error}")
