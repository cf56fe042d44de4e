"""Comparison of announced reminders with those that the service shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from nightcare.domain.care_day import Hours, Sleep
from nightcare.domain.delivery import Active
from nightcare.domain.notification import ButtonPressed, NotificationClosed
from nightcare.domain.outlook import Outlook
from nightcare.domain.reminders import Key, Occurrence, Reminder
from nightcare.domain.schedule import Schedule
from nightcare.engine.answer_targets import SkipSpan
from nightcare.engine.engine import Engine
from nightcare.engine.outlook_reader import read_outlook
from nightcare.engine.user_actions import UserActions
from nightcare.errors import NothingToDo, ValueRefused
from nightcare.i18n.translator import Translator, read_words
from nightcare.journal.store import Journal
from parts.desk import SilentScreen, schedule_of

A_MINUTE = timedelta(minutes=1)

REMINDERS = """
[reminders.water]
topic = "hydration"
every = "2h"
from = "wake + 1h"
until = "bedtime - 1h"
[reminders.sip]
topic = "hydration"
every = "50m"
stays = "40m"
[reminders.stretch]
topic = "stretching"
at = "bedtime - 30m"
repeat = { every = "10m", times = 2 }
[reminders.blanket]
topic = "blanket"
at = "bedtime - 5m"
[reminders.pills]
topic = "nutrition"
at = ["wake", "12:00", "23:30"]
[reminders.walk]
topic = "exercise"
cron = "0,30 17,2,22 * * *"
fresh = "10m"
[reminders.read]
topic = "sleep"
at = "22:25"
[reminders.mail]
topic = "pacing"
at = "bedtime - 30m"
repeat = { every = "25m", times = 1 }
snooze = ["10m", "2h"]
"""

ZONES = [
    ZoneInfo(name)
    for name in ("Europe/Copenhagen", "America/New_York", "Asia/Tokyo", "Asia/Beirut")
]


@cache
def pool() -> Schedule:
    """Return every reminder that a schedule is drawn from."""
    return schedule_of(REMINDERS)


@cache
def english() -> Translator:
    """Return the texts of messages."""
    return read_words("en")


def week(hours: Hours) -> Sleep:
    """Return a week with the same hours every day."""
    return Sleep((hours,) * 7)


hours = st.sampled_from(
    [
        Hours(time(7), time(22, 30)),
        Hours(time(6, 30), time(23)),
        Hours(time(7, 30), time(22)),
        Hours(time(8), time(0, 30)),
        Hours(time(10), time(2)),
        Hours(time(15), time(7)),
    ]
)
reminders = st.lists(st.sampled_from(range(8)), min_size=1, max_size=4, unique=True).map(
    lambda numbers: tuple(pool().reminders[number] for number in sorted(numbers))
)

starts = st.sampled_from(
    [
        datetime(2026, 11, 22, tzinfo=UTC),
        datetime(2026, 10, 24, tzinfo=UTC),
        datetime(2026, 3, 28, tzinfo=UTC),
    ]
).flatmap(lambda day: st.integers(0, 24 * 60).map(lambda minutes: day + minutes * A_MINUTE))

minutes = st.one_of(st.integers(1, 40), st.integers(40, 800))
clocks = st.builds(time, st.integers(0, 23), st.sampled_from([0, 5, 15, 30, 45]))

acts = st.one_of(
    st.tuples(st.just("wait"), minutes),
    st.tuples(st.just("wait"), minutes),
    st.tuples(st.just("tonight"), clocks),
    st.tuples(st.just("undo"), st.none()),
    st.tuples(st.just("done"), st.none()),
    st.tuples(st.just("done ahead"), st.none()),
    st.tuples(st.just("skip"), st.sampled_from(SkipSpan)),
    st.tuples(st.just("close"), st.none()),
    st.tuples(st.just("snooze"), minutes),
    st.tuples(st.just("pause"), minutes),
    st.tuples(st.just("resume"), st.none()),
    st.tuples(st.just("good-night"), st.none()),
    st.tuples(st.just("start"), st.none()),
    st.tuples(st.just("sleep"), hours),
    st.tuples(st.just("travel"), st.sampled_from(ZONES)),
)


def say_nothing(key: str, /, **values: object) -> None:
    """Keep the log of the service to itself."""
    english().text(key, **values)


@dataclass
class Night:
    """A service in memory, and its clock.

    Attributes:
        now: The instant (UTC).
    """

    schedule: Schedule
    zone: ZoneInfo
    now: datetime
    journal: Journal = field(default_factory=Journal.in_memory)
    screen: SilentScreen = field(default_factory=SilentScreen)

    def __post_init__(self) -> None:
        """Start the service."""
        self.service = Engine(
            schedule=self.schedule,
            zone=self.zone,
            journal=self.journal,
            screen=self.screen,
            translator=english(),
            log=say_nothing,
        )
        self.service.start(self.now)
        self.deliver()

    def deliver(self) -> None:
        """Report what the screen has taken."""
        while self.screen.reports:
            self.service.handle_event(self.screen.reports.pop(0), self.now)

    def answers(self) -> UserActions:
        """Return the commands of the person."""
        return UserActions(self.schedule, self.zone, self.journal)

    def outlook(self) -> Outlook:
        """Return the outlook that every view of the plan uses."""
        return read_outlook(self.schedule, self.zone, self.journal, self.now)

    def act(self, what: str, value: object) -> None:
        """Let the person do something, if it is possible now."""
        try:
            self._do(what, value)
        except (NothingToDo, ValueRefused):
            return
        self.service.handle_journal(self.now)
        self.deliver()

    def _do(self, what: str, value: object) -> None:
        answers = self.answers()
        plain: dict[str, Callable[[datetime], object]] = {
            "undo": answers.undo,
            "done": answers.done,
            "resume": answers.resume,
            "good-night": answers.good_night,
        }
        match what, value:
            case name, None if name in plain:
                plain[name](self.now)
            case ("close" | "start") as how, _:
                self._press(how)
            case "tonight", time() as bedtime:
                answers.tonight(self.now, bedtime)
            case "done ahead", _:
                answers.done(self.now, ahead=True)
            case "skip", SkipSpan() as span:
                answers.skip(self.now, span=span)
            case "snooze", int(length):
                answers.snooze(self.now, until=length * A_MINUTE)
            case "pause", int(length):
                answers.pause(self.now, self.now + length * A_MINUTE)
            case "sleep", Hours() as changed:
                self.schedule = replace(self.schedule, sleep=week(changed))
                self.service.reload(self.schedule, english(), self.now, meant_since=self.now)
            case "travel", ZoneInfo() as zone:
                self.zone = zone
                self.service.change_zone(zone, self.now)

    def _press(self, how: str) -> None:
        for token, message in list(self.screen.on_screen.items()):
            if how == "close":
                self.screen.close(token)
                self.service.handle_event(NotificationClosed(token), self.now)
            elif "start" in {button.key for button in message.buttons}:
                self.service.handle_event(ButtonPressed(token, "start"), self.now)

    def alarm(self) -> datetime | None:
        """Return the next wake-up of the service (UTC)."""
        instants = [
            one.due
            for reminder in self.schedule.enabled
            if (one := self.service.upcoming(reminder, self.now)) is not None
        ]
        deadline = self.service.next_deadline()
        if deadline is not None:
            instants.append(max(deadline, self.now + timedelta(milliseconds=1)))
        return min(instants, default=None)

    def until_something_is_shown(self, end: datetime) -> set[Key]:
        """Let time go by until a reminder comes on the screen, or until an instant (UTC).

        Returns:
            The reminders that came; not those that are asked once more while they are there.
        """
        while True:
            there = self.open()
            coming = self.alarm()
            if coming is None or coming > end:
                self.now = end
                return set()
            self.now = coming
            self.service.update(self.now)
            self.deliver()
            came = self.open() - there
            if came:
                return came

    def open(self) -> set[Key]:
        """Return the keys of what is on the screen."""
        return {
            one.key
            for one in self.journal.unsettled()
            if isinstance(one.state, Active) and not one.state.away
        }


@settings(max_examples=40)
@given(reminders, hours, st.sampled_from(ZONES), starts, st.lists(acts, min_size=2, max_size=14))
def test_what_is_announced_comes_and_what_comes_was_announced(
    own: tuple[Reminder, ...],
    usual: Hours,
    zone: ZoneInfo,
    start: datetime,
    happened: list[tuple[str, object]],
) -> None:
    """This holds for any schedule and journal if nothing happens in between."""
    night = Night(replace(pool(), reminders=own, sleep=week(usual)), zone, start)
    for what, value in [*happened, ("wait", 24 * 60)]:
        if what != "wait":
            night.act(what, value)
            continue
        assert isinstance(value, int)
        end = night.now + value * A_MINUTE
        while night.now < end:
            outlook = night.outlook()
            announced, known = outlook.next(), night.journal.since(datetime.min.replace(tzinfo=UTC))
            assert announced == night.service.following(night.now)
            came = night.until_something_is_shown(end)
            check(announced, came, night.now, end)
            if announced is not None and came:
                settled = {one.key for one in known if one.settled}
                assert announced.key not in settled
    night.journal.close()


def check(announced: Occurrence | None, came: set[Key], now: datetime, end: datetime) -> None:
    """Hold what came against what was announced before."""
    if came:
        assert announced is not None, f"{came} came at {now}, unannounced"
        assert announced.key in came, f"{came} came at {now} instead of {announced}"
        assert now - announced.due < timedelta(seconds=1), f"{announced} came at {now}"
        assert announced.due - now < timedelta(seconds=1), f"{announced} came at {now}"
    else:
        assert announced is None or announced.due >= end, f"{announced} never came"
