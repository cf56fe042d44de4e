"""One round of the exchange with the person's other computers: receive, record, publish."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nightcare.bridge.act_exchange import ActExchange, SharedMessage
from nightcare.bridge.computer_list import ComputerList, computer_payload, this_computer
from nightcare.bridge.reader import JournalReader
from nightcare.bridge.settings import BridgeSettings
from nightcare.bridge.topics import COMPUTER
from nightcare.bridge.value_exchange import ValueExchange
from nightcare.journal.salvage import set_aside_files
from nightcare.paths import PAGES, own_page


@dataclass(frozen=True)
class Shared:
    """The state after a round.

    Attributes:
        payloads: The payload of each topic for other computers, by its name.
        differing: Each computer with another version or schedule, with what differs.
        awaited: The names of the other computers that are not connected.
    """

    payloads: Mapping[str, bytes]
    differing: tuple[str, ...] = ()
    awaited: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sharing:
    """The exchange of one computer with the others.

    Attributes:
        reader: The journal and the config in force.
        settings: The table `[mqtt]`.
        computer: The id of this computer.
        since: The time since which the bridge is connected, or tries to connect (UTC).
    """

    reader: JournalReader
    settings: BridgeSettings
    computer: str
    since: datetime

    def exchange(self, received: Sequence[SharedMessage], now: datetime, *, live: bool) -> Shared:
        """Receive messages, and record local changes (now in UTC).

        Args:
            received: The messages.
            now: The instant.
            live: Whether they were sent just now, as far as is known.

        Raises:
            StateError: The journal cannot be used.
        """
        reader, computer = self.reader, self.computer
        computers = ComputerList(reader.journal, computer)
        acts = ActExchange(reader.journal, computer)
        diary = self.settings.diary
        values = ValueExchange(reader.journal, computer, reader.schedule, reader.zone, diary)
        reader.journal.shared.sharing_since(computer, now)
        computers.receive(received, now, live=live)
        # Erase before receiving acts that the person has erased on another computer.
        values.erase(received, now, _copies(reader.state))
        # An undo of "Good night" on another computer brings back only unanswered reminders.
        for exchange in (acts, values):
            exchange.receive(received, now)
        for exchange in (acts, values):
            exchange.sync(now)
        own = this_computer(self.settings, computer, reader.values, str(reader.zone), self.since)
        computers.sync(own)
        payloads = {**acts.published(now), **values.published(now)}
        payloads[COMPUTER] = computer_payload(own)
        return Shared(payloads, computers.differing(own), computers.awaited())


def _copies(state: Path) -> Iterator[Path]:
    """Yield the files in the state folder that hold copies of records."""
    yield from set_aside_files(state)
    for name in PAGES:
        yield own_page(state, name)
