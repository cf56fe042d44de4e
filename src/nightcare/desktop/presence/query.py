"""One connection to a bus on which sources are asked, and asked again when they tell of a change.

There is no polling. What may change unseen is asked when it matters, and so is the bus itself
where it has gone for good.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from jeepney import MatchRule, new_method_call

from nightcare.desktop.dbus.client import BusClient
from nightcare.desktop.dbus.connection import (
    BUS,
    CallError,
    Connection,
    ConnectionLost,
    Reply,
    Signal,
    apart,
    connected,
)
from nightcare.desktop.presence.sources import ChangeSignal, PresenceSource
from nightcare.desktop.probe_results import Fault

DELAYS = (1.0, 4.0, 16.0)
"""Seconds before each attempt to reach a bus that was lost; after the last, when it matters."""


Answer = bool | Fault
"""What a source said, or why it does not say."""


@dataclass(slots=True, eq=False)
class Inquiry:
    """What a source says.

    Attributes:
        source: Whom it is asked.
        answer: Its last.
        asking: The asking that is under way.
        again: Whether there is a reason to ask once more after that.
    """

    source: PresenceSource
    answer: Answer = Fault.ABSENT
    asking: asyncio.Task[None] | None = None
    again: bool = False


class SourceListener:
    """What the sources on one bus say.

    Args:
        address: Of the bus.
        sources: Who is asked on it.
        changed: Called when an answer is another than before.
        limit: Seconds within which each source must have answered.
        delays: Seconds before each attempt to reach a bus that was lost.
    """

    def __init__(
        self,
        address: str,
        sources: Iterable[PresenceSource],
        changed: Callable[[], None],
        *,
        limit: float,
        delays: Sequence[float] = DELAYS,
    ) -> None:
        self.inquiries = tuple(Inquiry(source) for source in sources)
        self._address = address
        self._changed = changed
        self._limit = limit
        self._delays = delays
        self._link: _Link | None = None
        # One that was never there is not tried again before it is needed.
        self._losses = len(delays)
        self._met = False
        self._hung = False
        self._looked = asyncio.Event()
        self._needed = asyncio.Event()

    async def run(self) -> None:
        """Listen until cancelled.

        Raises:
            ExceptionGroup: Something unexpected, such as an error that `changed` raised.
        """
        loop = asyncio.get_running_loop()
        while True:
            begun, self._met = loop.time(), False
            try:
                await apart(self._connect())
            except* ConnectionLost:
                pass
            # A bus that refuses does so at once.
            self._hung = not self._met and loop.time() - begun >= self._limit
            self._lose()
            self._needed.clear()
            self._looked.set()
            tries = self._losses < len(self._delays)
            wait = self._delays[self._losses] if tries else None
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._needed.wait()
            self._losses += 1

    async def _connect(self) -> None:
        async with (
            connected(self._address, self._limit) as bus,
            asyncio.TaskGroup() as tasks,
        ):
            link = _Link(bus, tasks, self.inquiries, self._changed, self._limit)
            tasks.create_task(bus.receive(link.hear))
            await link.start()
            self._link, self._losses = link, 0
            self._met, self._hung = True, False
            self._looked.set()

    async def refresh(self, *, everything: bool = False) -> None:
        """Have asked what may have changed unseen; takes no longer than it takes to ask.

        Who did not answer in time before is asked as well, and not waited for again.

        Args:
            everything: Whether also what is told by signals is asked; some may be on their way.
        """
        if self._link is not None:
            await self._link.ask_again(everything=everything)
            return
        if self._looked.is_set():
            self._looked.clear()
            self._needed.set()
        if not self._hung:
            await self._looked.wait()

    def look_again(self) -> None:
        """Ask what may have changed unseen, without waiting for it."""
        if self._link is not None:
            self._link.begin_again()

    def _lose(self) -> None:
        self._link = None
        known = False
        for inquiry in self.inquiries:
            known = known or isinstance(inquiry.answer, bool)
            inquiry.answer, inquiry.asking, inquiry.again = Fault.ABSENT, None, False
        if known:
            self._changed()


class _Link:
    """One connection that stands."""

    def __init__(
        self,
        bus: Connection,
        tasks: asyncio.TaskGroup,
        inquiries: Sequence[Inquiry],
        changed: Callable[[], None],
        limit: float,
    ) -> None:
        self._bus = bus
        self._questions = BusClient(bus)
        self._tasks = tasks
        self._inquiries = inquiries
        self._changed = changed
        self._limit = limit
        self._owners: dict[str, str] = {}

    async def start(self) -> None:
        """Introduce ourselves to the bus, find who is there, and ask them.

        Raises:
            ConnectionLost: The bus does not do what a bus does.
        """
        sources = [one.source for one in self._inquiries]
        told = {one for source in sources for one in source.told}
        try:
            (await self._ask("Hello")).of("s")
            for rule in sorted(one.rule() for one in told):
                (await self._ask("AddMatch", rule)).of("")
            for name in sorted({one.name for one in sources} | {one.name for one in told}):
                await self._follow(name)
        except (CallError, TimeoutError) as error:
            raise ConnectionLost("the bus is of no use") from error
        await self._asked(self._inquiries)

    async def ask_again(self, *, everything: bool) -> None:
        """Ask what may have changed unseen, and wait for the answers.

        But not for who did not answer in time before: until they do, they count as silent.
        """
        asked = self.begin_again(everything=everything)
        await self._asked(one for one in asked if one.answer is not Fault.LATE)

    def begin_again(self, *, everything: bool = False) -> list[Inquiry]:
        """Begin to ask what may have changed unseen; returns all that is being asked then."""
        for inquiry in self._inquiries:
            # Who could not say may only just have started.
            if everything or inquiry.source.when_needed or isinstance(inquiry.answer, Fault):
                self._begin(inquiry)
        return [one for one in self._inquiries if one.asking is not None]

    def hear(self, signal: Signal) -> None:
        """Take note of a signal, if its sender has a say in the matter."""
        if signal.sender == BUS.bus_name:
            match signal.member, signal.body:
                case "NameOwnerChanged", (str(name), _, str(owner)):
                    self._owned_by(name, owner)
                case _:
                    pass
            return
        for inquiry in self._inquiries:
            source = inquiry.source
            if any(self._tells(one, signal) for one in source.told) and source.concerns(signal):
                self._begin(inquiry)

    def _tells(self, told: ChangeSignal, signal: Signal) -> bool:
        return self._owners.get(told.name) == signal.sender and told.is_told_by(signal)

    async def _follow(self, name: str) -> None:
        changes = MatchRule(
            type="signal",
            sender=BUS.bus_name,
            interface=BUS.interface,
            member="NameOwnerChanged",
        )
        changes.add_arg_condition(0, name)
        (await self._ask("AddMatch", changes.serialise())).of("")
        owner = await self._questions.owner(name)
        # A change that was heard meanwhile is newer than this reply.
        if name not in self._owners:
            self._owned_by(name, owner or "")

    def _owned_by(self, name: str, owner: str) -> None:
        self._owners[name] = owner
        for inquiry in self._inquiries:
            if inquiry.source.name != name:
                if any(told.name == name for told in inquiry.source.told):
                    # The answer comes from there, by way of a setting: it may have gone with it.
                    self._begin(inquiry)
                continue
            if inquiry.asking is not None:
                inquiry.asking.cancel()
                inquiry.asking = None
            if owner:
                # What the one before said holds until this one has answered, or has not in time.
                self._begin(inquiry)
            else:
                self._take(inquiry, Fault.ABSENT)

    def _begin(self, inquiry: Inquiry) -> None:
        """Ask, or ask once more where that is under way."""
        if not self._owners.get(inquiry.source.name):
            return
        inquiry.again = True
        if inquiry.asking is None:
            inquiry.asking = self._tasks.create_task(self._inquire(inquiry))

    async def _inquire(self, inquiry: Inquiry) -> None:
        owner = self._owners[inquiry.source.name]
        while inquiry.again:
            inquiry.again = False
            answer = await self._answer(inquiry.source, owner)
            self._take(inquiry, answer)
        inquiry.asking = None

    async def _answer(self, source: PresenceSource, owner: str) -> Answer:
        try:
            async with asyncio.timeout(self._limit):
                return await source.ask(self._questions, owner)
        except CallError:
            return Fault.REFUSED
        except TimeoutError:
            return Fault.LATE

    def _take(self, inquiry: Inquiry, answer: Answer) -> None:
        before, inquiry.answer = inquiry.answer, answer
        known = isinstance(before, bool) or isinstance(answer, bool)
        if known and before is not answer:
            self._changed()

    async def _asked(self, inquiries: Iterable[Inquiry]) -> None:
        asking = [one.asking for one in inquiries if one.asking is not None]
        if asking:
            await asyncio.wait(asking)

    async def _ask(self, method: str, *arguments: str) -> Reply:
        return await self._bus.ask(
            new_method_call(BUS, method, "s" * len(arguments) or None, arguments)
        )
