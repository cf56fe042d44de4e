"""Sources of the time for which nobody has touched keyboard and pointer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import count, repeat

import pytest
from jeepney import HeaderFields, Message, new_method_return

from nightcare.desktop.presence.monitor import ConditionState
from nightcare.domain.policy import Presence
from nightcare.domain.reasons import Condition
from parts.bus import PrivateBus
from parts.desk import SLEEP, schedule_of
from parts.named_service import PROPERTIES, NamedService
from parts.presence_watch import (
    HERE,
    IDLE,
    IDLE_AFTER,
    LOGIND,
    MUTTER,
    SAVER,
    SECONDS,
    SESSION,
    run,
    watching,
)

pytestmark = pytest.mark.usefixtures("nothing_goes_wrong_unseen")

# Idle


class Mutter(NamedService):
    """Mutter's idle monitor: watches go off by its own clock, which stands still."""

    def __init__(self, address: str) -> None:
        super().__init__(address, MUTTER)
        self.idle = 0
        self.numbers: Iterator[int] = count(1)
        self.idle_watches: dict[int, tuple[str, int]] = {}
        self.touch_watches: dict[int, str] = {}

    async def called(self, message: Message) -> None:
        """Answer."""
        fields = message.header.fields
        sender = fields[HeaderFields.sender]
        match fields[HeaderFields.member]:
            case "GetIdletime":
                await self.send(new_method_return(message, "t", (self.idle,)))
            case "AddIdleWatch":
                number = next(self.numbers)
                self.idle_watches[number] = (sender, message.body[0])
                await self.send(new_method_return(message, "u", (number,)))
            case "RemoveWatch":
                self.idle_watches.pop(message.body[0], None)
                self.touch_watches.pop(message.body[0], None)
            case _:
                number = next(self.numbers)
                self.touch_watches[number] = sender
                await self.send(new_method_return(message, "u", (number,)))

    async def leave(self, milliseconds: int) -> None:
        """Let nobody touch anything for so long."""
        before, self.idle = self.idle, milliseconds
        for number, (owner, after) in self.idle_watches.items():
            if before < after <= milliseconds:
                await self.emit("WatchFired", "u", (number,), interface=MUTTER, to=owner)

    async def touch(self) -> None:
        """Let somebody touch the keyboard."""
        self.idle = 0
        watches, self.touch_watches = self.touch_watches, {}
        for number, owner in watches.items():
            await self.emit("WatchFired", "u", (number,), interface=MUTTER, to=owner)


def test_nobody_is_there_as_mutter_tells_and_then_somebody_is(bus: PrivateBus) -> None:
    """By its watches alone, again and again, and without leaving any behind."""

    async def story() -> None:
        async with Mutter(bus.address) as mutter, watching(bus.address) as watch:
            for _ in range(3):
                await mutter.leave(IDLE_AFTER)
                await watch.until(IDLE)
                await watch.monitor.refresh()
                assert len(mutter.touch_watches) == 1
                await mutter.touch()
                await watch.until(HERE)
            assert [after for _, after in mutter.idle_watches.values()] == [IDLE_AFTER]
            assert mutter.touch_watches == {}

    run(story())


def test_who_was_away_before_is_noticed_to_return(bus: PrivateBus) -> None:
    """This holds if the service starts while nobody is there."""

    async def story() -> None:
        async with Mutter(bus.address) as mutter:
            mutter.idle = IDLE_AFTER * 2
            async with watching(bus.address) as watch:
                assert watch.monitor.presence == IDLE
                await mutter.touch()
                await watch.until(HERE)

    run(story())


def test_mutter_that_is_started_anew_gets_new_watches(bus: PrivateBus) -> None:
    """The old ones ended with it."""

    async def story() -> None:
        async with watching(bus.address) as watch:
            for _ in range(2):
                async with Mutter(bus.address) as mutter:
                    await watch.until_it_holds(
                        lambda: (
                            watch.monitor.known()[Condition.IDLE]
                            == ConditionState(on=False, by=("Mutter",))
                        )
                    )
                    await mutter.leave(IDLE_AFTER)
                    await watch.until(IDLE)
                    await mutter.touch()
                    await watch.until(HERE)
                    # It ends while nobody is there, and leaves a watch behind.
                    await mutter.leave(IDLE_AFTER)
                    await watch.until(IDLE)
                await watch.until(HERE)

    run(story())


def test_watches_of_others_are_no_news(bus: PrivateBus) -> None:
    """Mutter may tell everybody of everybody's."""

    async def story() -> None:
        async with Mutter(bus.address) as mutter, watching(bus.address) as watch:
            mutter.idle = IDLE_AFTER
            for body in ((99,), (0,)):
                await mutter.emit("WatchFired", "u", body, interface=MUTTER, times=20)
            await mutter.emit("WatchFired", "s", ("1",), interface=MUTTER)
            await mutter.emit("WatchFired", None, (), interface=MUTTER)
            await mutter.settle()
            await watch.monitor.refresh()
            assert watch.monitor.presence == HERE

    run(story())


def test_a_watch_that_is_none_is_no_answer(bus: PrivateBus) -> None:
    """Nothing would tell of a return."""

    async def story() -> None:
        async with Mutter(bus.address) as mutter:
            mutter.idle, mutter.numbers = IDLE_AFTER, repeat(0)
            async with watching(bus.address) as watch:
                assert watch.monitor.known()[Condition.IDLE] == ConditionState(None)

    run(story())


def test_mutter_knows_better_than_a_hint(bus: PrivateBus, system: PrivateBus) -> None:
    """It keeps the time that the config asks for; a hint keeps the desktop's own."""

    async def story() -> None:
        async with NamedService(system.address, LOGIND) as logind:
            logind.switch(SESSION, "IdleHint", on=True)
            async with watching(bus.address, system.address) as watch:
                assert watch.monitor.presence == IDLE
                async with Mutter(bus.address):
                    await watch.until(HERE)
                await watch.until(IDLE)

    run(story())


@pytest.mark.parametrize(
    ("kind", "idle"), [("x11", True), ("wayland", True), ("tty", None), ("unspecified", None)]
)
def test_a_session_that_began_in_a_terminal_is_not_called_idle(
    system: PrivateBus, *, kind: str, idle: bool | None
) -> None:
    """Logind looks at the terminal, which nobody touches after startx (systemd#14501)."""

    async def story() -> None:
        async with NamedService(system.address, LOGIND) as logind:
            logind.switch(SESSION, "IdleHint", on=True)
            logind.switch(SESSION, "LockedHint", on=True)
            logind.answers[PROPERTIES, "Get", SESSION, "Type"] = ("v", (("s", kind),))
            async with watching(system=system.address) as watch:
                known = watch.monitor.known()
                by = () if idle is None else ("logind",)
                assert known[Condition.IDLE] == ConditionState(idle, by=by)
                assert known[Condition.LOCKED] == ConditionState(on=True, by=("logind",))

    run(story())


def test_the_time_that_counts_as_idle_is_the_configs(bus: PrivateBus) -> None:
    """A change of it leaves all other knowledge intact."""

    async def story() -> None:
        async with Mutter(bus.address) as mutter, NamedService(bus.address, SAVER) as saver:
            saver.answers[SAVER, "GetActive"] = ("b", (True,))
            async with watching(bus.address) as watch:
                mutter.idle = 70_000
                before = len(watch.reported)
                config = SLEEP + '[quiet]\nidle_after = "1m"\n'
                watch.monitor.apply(schedule_of(config))
                await watch.until(Presence({Condition.LOCKED, Condition.IDLE}))
                assert all(Condition.LOCKED in one for one in watch.reported[before:])
                assert list(watch.monitor.known()) == [
                    Condition.LOCKED,
                    Condition.IDLE,
                    Condition.DO_NOT_DISTURB,
                ]
                async with asyncio.timeout(SECONDS):
                    while len(mutter.idle_watches) > 1:  # noqa: ASYNC110 - no event
                        await asyncio.sleep(0)
                assert [after for _, after in mutter.idle_watches.values()] == [60_000]

    run(story())


def test_a_desktop_without_an_event_is_asked_when_it_matters(bus: PrivateBus) -> None:
    """KDE Plasma on X11 says how long nobody was there, in milliseconds, when it is asked."""

    async def story() -> None:
        async with NamedService(bus.address, SAVER) as saver:
            saver.answers[SAVER, "GetSessionIdleTime"] = ("u", (IDLE_AFTER - 1,))
            async with watching(bus.address) as watch:
                assert watch.monitor.presence == HERE
                # The last one is -1 in an unsigned number: the time is not known.
                for idle, presence in ((IDLE_AFTER, IDLE), (10, HERE), (2**32 - 1, HERE)):
                    saver.answers[SAVER, "GetSessionIdleTime"] = ("u", (idle,))
                    await watch.monitor.refresh()
                    assert watch.monitor.presence == presence
                saver.answers[SAVER, "GetSessionIdleTime"] = ("u", (IDLE_AFTER,))
                watch.monitor.query_again()
                await watch.until(IDLE)

    run(story())


def test_who_unlocks_the_screen_is_back(bus: PrivateBus) -> None:
    """An unlock counts as a return if no other source reports one."""

    async def story() -> None:
        async with NamedService(bus.address, SAVER) as saver:
            saver.answers[SAVER, "GetActive"] = ("b", (True,))
            saver.answers[SAVER, "GetSessionIdleTime"] = ("u", (IDLE_AFTER,))
            async with watching(bus.address) as watch:
                assert watch.monitor.presence == Presence({Condition.LOCKED, Condition.IDLE})
                saver.answers[SAVER, "GetActive"] = ("b", (False,))
                saver.answers[SAVER, "GetSessionIdleTime"] = ("u", (10,))
                await saver.emit("ActiveChanged", "b", (False,), interface=SAVER)
                await watch.until(HERE)

    run(story())
