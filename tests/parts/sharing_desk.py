"""Desks of one person that share what they do, without a broker between them."""

from __future__ import annotations

import json
from datetime import timedelta

from nightcare.bridge.act_exchange import ActExchange, SharedMessage
from nightcare.bridge.value_exchange import ValueExchange
from nightcare.engine.diary_actions import DiaryActions
from parts.desk import Desk

STRETCH = """
[reminders.stretch]
topic = "stretching"
text = "Stretch"
at = "bedtime - 30m"
stays = "20m"
"""


class SharingDesk(Desk):
    """A desk with a person at it, whose acts and values are shared."""

    def __init__(self, name: str, config: str = STRETCH, *, diary: bool = True) -> None:
        super().__init__(config, "2026-11-23 12:00")
        self.name = name
        self.exchange = ActExchange(self.journal, name)
        self.shares_diary = diary
        self.journal.shared.sharing_since(name, self.now)

    @property
    def values(self) -> ValueExchange:
        """The exchange of values, by the schedule in force."""
        return ValueExchange(self.journal, self.name, self.schedule, self.zone, self.shares_diary)

    def publish(self) -> list[SharedMessage]:
        """Return the messages that the broker is to hold."""
        self.exchange.sync(self.now)
        self.values.sync(self.now)
        published = {**self.exchange.published(self.now), **self.values.published(self.now)}
        return [SharedMessage(self.name, name, payload) for name, payload in published.items()]

    def hear(self, *others: SharingDesk) -> None:
        """Receive all messages of other computers, and let the service know."""
        messages = [one for other in others for one in other.publish()]
        self.receive(messages)
        self.written()

    def receive(self, messages: list[SharedMessage]) -> bool:
        """Receive messages as the bridge does; return whether anything was written."""
        self.values.erase(messages, self.now)
        written = [one.receive(messages, self.now) for one in (self.exchange, self.values)]
        return any(written)

    @property
    def diary(self) -> DiaryActions:
        """The diary, as the commands write to it."""
        return DiaryActions(self.journal.diary, self.answers().calendar())

    def pause(self, length: timedelta) -> None:
        """Pause the reminders as the command does."""
        self.answers().pause(self.now, self.now + length)
        self.written()

    def erase(self) -> None:
        """Erase what is recorded as the command does."""
        self.journal.erase(self.now, self.name)
        self.written()

    def value_names(self) -> list[str]:
        """Return the names of the values that this computer publishes."""
        found = [one for one in self.publish() if one.name.startswith("values/")]
        return [entry["name"] for one in found for entry in json.loads(one.payload)]


def two(config: str = STRETCH) -> tuple[SharingDesk, SharingDesk]:
    """Return two computers with the stretch on both screens."""
    desks = SharingDesk("desk", config), SharingDesk("laptop", config)
    for one in desks:
        one.until("2026-11-23 22:01")
        assert one.title() == "Stretch"
    return desks
