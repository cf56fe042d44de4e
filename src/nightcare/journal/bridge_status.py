"""The status that the bridge to the MQTT broker publishes in the journal."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from nightcare.journal.service_status import parse_part
from nightcare.journal.store import Journal

BRIDGE_NOTE = "bridge"
"""The name of the note with the status of the bridge."""


@dataclass(frozen=True)
class BridgeStatus:
    """The status of the bridge to the MQTT broker; see `docs/mqtt.md`.

    Attributes:
        address: The host and the port of the broker.
        root: The topic above all others.
        connected: Whether it is connected.
        trouble: The reason why it is not, a `Trouble`; empty for none.
        reason: What a library or the broker said about that.
        since: The instant of the last change of these, in ISO format (UTC).
        topics: The retained topics that it publishes.
        refused: The topics that the broker does not let it write, or read.
        rival: Whether another client of the same name has connected within the last hour.
        differing: The other computers with another version or schedule, with what differs.
        awaited: The names of the other computers that are not connected.
    """

    address: str = ""
    root: str = ""
    connected: bool = False
    trouble: str = ""
    reason: str = ""
    since: str = ""
    topics: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    rival: bool = False
    differing: tuple[str, ...] = ()
    awaited: tuple[str, ...] = ()

    def sentence(self, *, runs: bool) -> str:
        """Return the key of the text about the bridge, which may or may not run."""
        if not runs:
            return "bridge_stopped"
        if self.connected and self.refused:
            return "bridge_refused"
        if self.connected:
            return "bridge_rival" if self.rival else "bridge_connected"
        return "bridge_trouble" if self.trouble else "bridge_connecting"


def read_bridge_status(journal: Journal) -> BridgeStatus:
    """Return the last published status of the bridge; an empty one if there is none."""
    return parse_part(BridgeStatus, journal.read_note(BRIDGE_NOTE)) or BridgeStatus()


def write_bridge_status(journal: Journal, status: BridgeStatus) -> None:
    """Publish a status of the bridge, unless it is unchanged."""
    journal.write_note(BRIDGE_NOTE, asdict(status))
