"""A desk with a person at it: the real service and journal, a screen in memory, a clock to set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta, tzinfo
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from nightcare.config.load import load
from nightcare.domain.care_day import Calendar
from nightcare.domain.delivery import STATE_NAMES, Closed, Delivery
from nightcare.domain.notification import (
    ButtonPressed,
    Message,
    NotificationClosed,
    NotificationShown,
    NotifierEvent,
)
from nightcare.domain.policy import Presence
from nightcare.domain.schedule import Schedule
from nightcare.engine.engine import Engine
from nightcare.engine.user_actions import UserActions
from nightcare.i18n.translator import read_words
from nightcare.journal.store import Journal
from parts.journals import journal_in_memory

ZONE = ZoneInfo("Europe/Copenhagen")

SLEEP = """
[sleep]
wake = "07:00"
bedtime = "22:30"
"""

WATER = """
[reminders.water]
topic = "hydration"
every = "2h"
from = "wake + 1h"
until = "bedtime - 1h"
"""

STRETCH = """
[reminders.stretch]
topic = "stretching"
at = "bedtime - 30m"
repeat = { every = "10m", times = 2 }
"""

BLANKET = """
[reminders.blanket]
topic = "blanket"
at = "bedtime - 5m"
"""

EVENING = """
[reminders.stretch]
topic = "stretching"
text = "Stretch"
at = "bedtime - 30m"

[reminders.blanket]
topic = "blanket"
text = "Blanket"
at = "bedtime - 5m"
"""
"""An evening of two reminders with texts of their own."""


def plain(name: str, at: str, more: str = "") -> str:
    """Return a reminder with its own text at a clock time."""
    return f'\n[reminders.{name}]\ntopic = "exercise"\ntext = "{name}"\nat = "{at}"\n{more}\n'


def schedule_of(text: str) -> Schedule:
    """Return the schedule of a config with that text, without questions unless it has them."""
    if "[diary]" not in text:
        text += "\n[diary]\nmorning_question = false\n"
    with TemporaryDirectory() as folder:
        path = Path(folder) / "config.toml"
        path.write_text(text, encoding="utf-8")
        return load(path, {}).schedule


MONDAY = "2026-11-23"
"""The day of a time without a date."""


def local(text: str) -> datetime:
    """Return the instant (UTC) of a local date and time; a time alone is of `MONDAY`."""
    text = text if " " in text else f"{MONDAY} {text}"
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


class SilentScreen:
    """A screen that takes everything at once, or nothing while it is `broken`."""

    name = "memory"

    def __init__(self) -> None:
        self.on_screen: dict[str, Message] = {}
        self.shown: list[Message] = []
        self.forgotten: list[str] = []
        self.left_behind: list[str] = []
        self.broken = False
        self.told_quiet: list[bool] = []
        self.reports: list[NotificationShown] = []
        self.capabilities = frozenset()  # type: ignore[var-annotated] # none are asked for

    def describe(self) -> str:
        """Describe the screen."""
        return "memory"

    def show(self, message: Message) -> None:
        """Take a message."""
        self.on_screen[message.token] = message
        if not self.broken:
            self.take(message)

    def take(self, message: Message) -> None:
        """Report a message as shown."""
        self.shown.append(message)
        self.reports.append(NotificationShown(message.token, f"handle {len(self.shown)}"))

    def close(self, token: str) -> None:
        """Take a message off."""
        self.on_screen.pop(token, None)

    def forget(self, handle: str, token: str) -> None:
        """Note that it was told so."""
        self.forgotten.append(handle)
        self.left_behind.append(token)

    def quiet(self, *, on: bool) -> None:
        """Note that it was told so."""
        if self.told_quiet[-1:] != [on]:
            self.told_quiet.append(on)

    async def run(self, report: Callable[[NotifierEvent], None]) -> None:
        """Do nothing, because reports are fetched."""


class Desk:
    """The service of one person, driven by a test.

    Args:
        config: The text of their config file, after `[sleep]` as usual unless it has its own.
        start: When the service first runs (local).
        journal: What is remembered from before.
    """

    def __init__(self, config: str, start: str, journal: Journal | None = None) -> None:
        self.schedule = schedule_of(config if "[sleep]" in config else SLEEP + config)
        self.now = local(start)
        self.journal = journal_in_memory() if journal is None else journal
        self.zone: tzinfo = ZONE
        self.told: list[tuple[str, Mapping[str, object]]] = []
        self.translator = read_words("en")
        self._open_for_business()

    def _open_for_business(self, before: tuple[Schedule, tzinfo] | None = None) -> None:
        self.screen = SilentScreen()
        self.service = Engine(
            schedule=self.schedule,
            zone=self.zone,
            journal=self.journal,
            screen=self.screen,
            translator=self.translator,
            log=self._log,
        )
        self.service.start(self.now, before)
        self._deliver()

    def _log(self, key: str, /, **values: object) -> None:
        # Every sentence must exist and be filled in.
        self.translator.text(key, **values)
        self.told.append((key, values))

    def _deliver(self) -> None:
        while self.screen.reports:
            self.service.handle_event(self.screen.reports.pop(0), self.now)

    # Time

    def until(self, text: str) -> None:
        """Let time go by until a local date and time, reckoning whenever the alarm would go."""
        end = local(text)
        while True:
            due = [self.service.upcoming(one, self.now) for one in self.schedule.enabled]
            instants = [one.due for one in due if one is not None]
            deadline = self.service.next_deadline()
            if deadline is not None:
                instants.append(max(deadline, self.now))
            coming = min(instants, default=end)
            if coming > end:
                break
            stuck = coming == self.now
            self.now = coming + timedelta(milliseconds=1) if stuck else coming
            self.service.update(self.now)
            self._deliver()
        self.now = end

    def sleep_until(self, text: str) -> None:
        """Suspend the machine until a local date and time; the kernel tells on resume."""
        self.now = local(text)
        self.service.update(self.now)
        self._deliver()

    def restart(self, text: str | None = None) -> None:
        """Kill the service, and start it again at a local date and time, or at once."""
        if text is not None:
            self.now = local(text)
        self._open_for_business()

    def restart_elsewhere(self, text: str, zone: tzinfo = ZONE, config: str | None = None) -> None:
        """Start it again at a date and time (at home), in another zone or with another config."""
        before = self.schedule, self.zone
        self.now, self.zone = local(text), zone
        if config is not None:
            self.schedule = schedule_of(config if "[sleep]" in config else SLEEP + config)
        self._open_for_business(before)

    # The person

    def there(self, presence: Presence) -> None:
        """Come, go, or be busy."""
        self.service.presence = presence
        self.service.update(self.now)
        self._deliver()

    def press(self, key: str) -> None:
        """Press a button of what is on the screen."""
        (message,) = self.screen.on_screen.values()
        assert key in {button.key for button in message.buttons}, message.buttons
        self.service.handle_event(ButtonPressed(message.token, key), self.now)
        self._deliver()

    def close(self) -> None:
        """Close what is on the screen without an answer."""
        ((token, _),) = self.screen.on_screen.items()
        self.screen.close(token)
        self.service.handle_event(NotificationClosed(token), self.now)
        self._deliver()

    def answers(self) -> UserActions:
        """Return the commands, as another process gives them."""
        return UserActions(self.schedule, ZONE, self.journal)

    def written(self) -> None:
        """Tell the service that a command has written."""
        self.service.handle_journal(self.now)
        self._deliver()

    def tonight(self, bedtime: str) -> None:
        """Set another bedtime for tonight."""
        self.answers().tonight(self.now, time.fromisoformat(bedtime))
        self.written()

    def good_night(self) -> None:
        """Close the evening."""
        self.answers().good_night(self.now)
        self.written()

    def undo(self) -> str:
        """Undo the last action, and return what it was."""
        what = self.answers().undo(self.now).what
        self.written()
        return what

    def edit(self, config: str) -> None:
        """Save another config, which is in force at once."""
        self.schedule = schedule_of(config)
        self.service.reload(self.schedule, self.translator, self.now, meant_since=self.now)
        self._deliver()

    def travel(self, zone: str | tzinfo) -> None:
        """Be in another time zone; all times of the desk stay those at home."""
        zone = ZoneInfo(zone) if isinstance(zone, str) else zone
        self.service.change_zone(zone, self.now)
        self._deliver()

    # What is to be seen

    def title(self) -> str | None:
        """Return the title of what is on the screen; None if it is empty."""
        titles = [message.title for message in self.screen.on_screen.values()]
        assert len(titles) <= 1, titles
        return titles[0] if titles else None

    @property
    def buttons(self) -> list[str]:
        """The keys of the buttons of what is on the screen."""
        (message,) = self.screen.on_screen.values()
        return [button.key for button in message.buttons]

    def deliveries(self, reminder: str) -> list[Delivery]:
        """Return the reminder's deliveries of this and the last care day, in order of time."""
        day = Calendar(self.schedule.sleep, ZONE).at(self.now).date
        both = [*self.journal.of_care_day(day - timedelta(days=1)), *self.journal.of_care_day(day)]
        return [one for one in both if one.key.reminder == reminder]

    def outcomes(self, reminder: str) -> list[str]:
        """Return the outcome of each with its reason, or its state."""
        return [_became(one) for one in self.deliveries(reminder)]


def desk_until(at: str, config: str, *, start: str = "12:00") -> Desk:
    """Return the desk of a service that first ran at noon of `MONDAY`, at a later time of it."""
    made = Desk(config, start)
    made.until(at)
    return made


def _became(delivery: Delivery) -> str:
    state = delivery.state
    if isinstance(state, Closed):
        return f"{state.outcome}: {state.reason}" if state.reason else str(state.outcome)
    return STATE_NAMES[type(state)]
