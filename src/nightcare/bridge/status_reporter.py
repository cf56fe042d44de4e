"""The status of the bridge, for commands and the doctor, and its log."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TextIO

from nightcare.bridge.broker_answers import Trouble
from nightcare.bridge.publication import bridge_of
from nightcare.bridge.reader import JournalReader
from nightcare.errors import NightcareError, StateError
from nightcare.i18n.error_text import error_lines, trouble_text
from nightcare.i18n.event_log import event_log
from nightcare.journal.bridge_status import BridgeStatus, write_bridge_status

_RIVAL = timedelta(hours=1)
"""The time after which another client of the same name is considered gone."""


class StatusReporter:
    """The status that the bridge publishes in the journal, and the lines that it logs.

    Args:
        reader: The journal, and the language of the person.
        out: The stream for the log.

    Attributes:
        status: The status that was published last.
    """

    def __init__(self, reader: JournalReader, out: TextIO) -> None:
        self._reader = reader
        self._out = out
        self.status = BridgeStatus()
        self._rival_until: datetime | None = None
        self._owned = ""

    def report(self, status: BridgeStatus, trouble: Trouble, now: datetime) -> None:
        """Publish the status of the connection now (UTC), and log it if it has changed."""
        if trouble.key == "ended":
            return
        before = self.status
        if trouble.key == "taken_over":
            self._rival_until = now + _RIVAL
        elif self._rival_until is not None and self._rival_until <= now:
            self._rival_until = None
        status = replace(
            status,
            trouble=trouble.key,
            reason=trouble.reason,
            since=before.since,
            rival=self._rival_until is not None,
        )
        if status == before:
            return
        self._write(replace(status, since=now.isoformat()))
        say = self._event_log()
        if status.connected and not before.connected:
            say("log_mqtt_connected", now, address=status.address, count=len(status.topics))
        elif status.connected and set(status.refused) - set(before.refused):
            say("log_mqtt_refused", now, topics=", ".join(status.refused))
        elif not status.connected:
            text = trouble_text(status.trouble, status.reason, self._reader.translator)
            say("log_mqtt_trouble", now, address=status.address, trouble=text)

    def explained(self, trouble: Trouble) -> Trouble:
        """Return the reason for a loss: mosquitto 2.0.11 does not report a takeover."""
        rival = self._rival_until is not None and trouble.key in {"lost", "left"}
        return Trouble("taken_over") if rival else trouble

    def compare(self, topic: str, state: bytes, bridge: str, now: datetime) -> None:
        """Detect that another bridge has overwritten the state that this bridge published.

        Args:
            topic: The topic of the state.
            state: The payload that the broker has.
            bridge: The id of this bridge.
            now: The instant (UTC).
        """
        found = bridge_of(state)
        if found == bridge:
            self._owned = topic
        elif found and self._owned == topic:
            self._rival_until = now + _RIVAL

    def next_change(self, now: datetime) -> datetime | None:
        """Return the instant (UTC) until which another client of the same name is reported."""
        until = self._rival_until
        return None if until is None or until <= now else until

    def report_computers(self, differing: tuple[str, ...], awaited: tuple[str, ...]) -> None:
        """Publish which computers have another version or schedule, and which are not connected."""
        status = replace(self.status, differing=differing, awaited=awaited)
        if status != self.status:
            self._write(status)

    def log_error(self, error: NightcareError, now: datetime) -> None:
        """Log an error that occurred now (UTC)."""
        lines = error_lines(error, self._reader.translator)
        self._event_log()("log_mqtt_error", now, error="\n".join(lines))

    def _write(self, status: BridgeStatus) -> None:
        self.status = status
        with contextlib.suppress(StateError):
            write_bridge_status(self._reader.journal, status)

    def _event_log(self) -> Callable[..., None]:
        reader = self._reader
        return event_log(reader.schedule, reader.translator, reader.zone, self._out)
