"""The model of the tray icon; its items have the effects of the commands of the same names."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Coroutine, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any

from nightcare import __version__
from nightcare.desktop.clock import now
from nightcare.desktop.programs import Output, open_in_browser, output
from nightcare.desktop.systemd.user_unit import own_command
from nightcare.desktop.tray.menu import Appearance, MenuItem, TrayState
from nightcare.domain.diary import Answer
from nightcare.domain.moments import parse_clock
from nightcare.domain.outlook import Outlook
from nightcare.domain.reminders import Key
from nightcare.domain.schedule import BARE_PAUSE
from nightcare.domain.until import parse_end
from nightcare.engine.answer_targets import SkipSpan
from nightcare.engine.diary_actions import DiaryActions
from nightcare.engine.notices import Subject
from nightcare.engine.outlook_reader import read_outlook
from nightcare.engine.user_actions import DONE, SKIP, SNOOZE, UserActions
from nightcare.errors import DesktopError, NightcareError, NothingToDo, StateError
from nightcare.i18n.plan_text import plan_lines
from nightcare.service.config_reload import ConfigReload
from nightcare.service.runtime import Runtime
from nightcare.service.tray_menu import TrayFacts, appearance, menu_items
from nightcare.threads import run_in_thread

Work = Coroutine[Any, Any, None]

_COMMAND_SECONDS = 60.0
_TROUBLE = frozenset({"warning", "bad"})


class TrayActions:
    """The model of the tray icon: its look, its menu, and the effects of the items."""

    def __init__(self, runtime: Runtime, config: ConfigReload) -> None:
        self._runtime = runtime
        self._settings = runtime.settings
        self._journal = runtime.journal
        self._config = config
        self._appearance = Appearance(TrayState.QUIET, "nightcare")
        self._running: dict[str, asyncio.Task[None]] = {}
        self._in_journal: Mapping[str, Callable[[str, datetime], object]] = {
            DONE: lambda rest, moment: self._answer(DONE, rest, moment),
            SKIP: lambda rest, moment: self._answer(SKIP, rest, moment),
            "ahead": lambda rest, moment: self._actions().done(
                moment, self._coming_name(rest, moment), ahead=True
            ),
            "skip-next": lambda rest, moment: self._actions().skip(
                moment, self._coming_name(rest, moment), SkipSpan.NEXT
            ),
            "pause": self._pause,
            "resume": lambda _, moment: self._actions().resume(moment),
            "tonight": lambda clock, moment: self._actions().tonight(moment, parse_clock(clock)),
            "good-night": lambda _, moment: self._actions().good_night(moment),
            "undo": self._undo,
            "cramp": self._cramp,
            "show": lambda _, moment: self.show_open(moment),
            "stretch": lambda _, moment: runtime.engine.start_stretch(moment),
            "about": lambda _, moment: self._about(moment),
        }
        self._beside: Mapping[str, Callable[[], Work]] = {
            "relief": self._open_relief,
            "today": self._open_today,
            "report": self._open_report,
            "schedule": self._open_schedule,
            "doctor": self._doctor,
        }

    def appearance(self) -> Appearance:
        """Return the look of the icon now; the last one while the journal cannot be read."""
        with contextlib.suppress(StateError):
            self._appearance = appearance(self._facts())
        return self._appearance

    def menu(self) -> tuple[MenuItem, ...]:
        """Return the items of the menu now; none while the journal cannot be read."""
        try:
            return menu_items(self._facts())
        except StateError:
            return ()

    def host_changed(self) -> None:
        """Publish which program shows the icon."""
        self._runtime.run_sync()

    def press(self, name: str) -> None:
        """Run the action of an item; a notification reports a failure."""
        action, _, rest = name.partition("/")
        if action in self._beside:
            self._start(action)
        elif action in self._in_journal:
            act = self._in_journal[action]
            self._runtime.act(lambda moment: act(rest, moment))
        elif action.startswith(SNOOZE):
            self._runtime.act(lambda moment: self._answer(action, rest, moment))

    async def stop(self) -> None:
        """End the programs that run for an item."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def activate(self) -> None:
        """Show the open reminder once more; without one, announce the next reminder."""
        self._runtime.act(self._show_or_tell)

    def show_open(self, moment: datetime) -> None:
        """Show the open reminder once more (now in UTC).

        Raises:
            NothingToDo: Nothing is open.
        """
        if not self._runtime.engine.show_again(moment):
            raise NothingToDo("nothing_to_show")

    def _actions(self) -> UserActions:
        return UserActions(self._settings.schedule, self._settings.zone.zone, self._journal)

    def _facts(self) -> TrayFacts:
        """Return the facts for the icon and the menu.

        Raises:
            StateError: The journal cannot be read.
        """
        moment = now()
        diary = DiaryActions(self._journal.diary, self._actions().calendar())
        night, outlook = diary.last_night(moment), self._outlook(moment)
        return TrayFacts(
            outlook=outlook,
            translator=self._settings.translator,
            last_action=self._journal.last_action(),
            night=night,
            answer=diary.night(night).answer,
            config_trouble=self._config_trouble(),
            routine=outlook.routine_key is not None,
            computers=self._journal.shared.computer_names(),
        )

    def _config_trouble(self) -> str:
        if not self._config.mistakes:
            return ""
        return "tray_unread" if self._config.unread else "tray_invalid"

    def _outlook(self, moment: datetime) -> Outlook:
        settings = self._settings
        return read_outlook(settings.schedule, settings.zone.zone, self._journal, moment)

    # Actions on the journal, in a step of the engine

    def _answer(self, action: str, rest: str, moment: datetime) -> None:
        self._actions().answer(Key.parse(rest), action, moment)

    def _coming_name(self, rest: str, moment: datetime) -> str:
        """Return the reminder whose next occurrence an item is about.

        Raises:
            NothingToDo: Another occurrence is the next by now.
        """
        coming = self._outlook(moment).next()
        if coming is None or coming.key != Key.parse(rest):
            raise NothingToDo("no_longer_open")
        return coming.key.reminder

    def _pause(self, rest: str, moment: datetime) -> None:
        match rest:
            case "length":
                end = moment + BARE_PAUSE
            case "tomorrow":
                end = parse_end("until tomorrow", self._actions().calendar(), moment)
            case instant:
                end = datetime.fromisoformat(instant)
        if end <= moment:
            raise NothingToDo("pause_is_over")
        self._actions().pause(moment, end)

    def _undo(self, rest: str, moment: datetime) -> None:
        last = self._journal.last_action()
        if last is None or str(last.id) != rest:
            raise NothingToDo("nothing_to_undo")
        self._actions().undo(moment)

    def _cramp(self, rest: str, moment: datetime) -> None:
        night, _, answer = rest.partition("/")
        diary = DiaryActions(self._journal.diary, self._actions().calendar())
        diary.answer(date.fromisoformat(night), Answer(answer), moment)

    # Notices

    def _mention(self, title: str, body: str, moment: datetime) -> None:
        self._runtime.engine.notices.announce(title, body, moment)

    def _show_or_tell(self, moment: datetime) -> None:
        if not self._runtime.engine.show_again(moment):
            self._today(moment)

    def _today(self, moment: datetime) -> None:
        translator = self._settings.translator
        first, *lines = plan_lines(self._outlook(moment), translator)
        self._mention(first, "\n".join(" ".join(line.split()) for line in lines), moment)

    def _relief(self, moment: datetime) -> None:
        del moment
        translator = self._settings.translator
        body = "\n".join(one.text for one in translator.guidance.relief)
        notices = self._runtime.engine.notices
        notices.announce_until_closed(Subject.RELIEF, translator.text("tray_relief"), body)

    def _about(self, moment: datetime) -> None:
        caution = self._settings.translator.guidance.on_professional("not-medical-advice")
        self._mention(f"nightcare {__version__}", caution.text, moment)

    # Other programs

    def _start(self, action: str) -> None:
        """Start a task beside the event loop's others, unless it runs already."""
        if action not in self._running:
            task = asyncio.create_task(self._reported(self._beside[action]))
            self._running[action] = task
            task.add_done_callback(lambda _: self._running.pop(action))

    async def _reported(self, work: Callable[[], Work]) -> None:
        """Run a task; a notification reports a failure."""
        try:
            await work()
        except NightcareError as error:
            self._runtime.act(partial(_raise, error))

    async def _run(self, *words: str) -> Output:
        """Run a command of the program.

        Raises:
            DesktopError: It failed.
        """
        command = own_command(self._config.named, *words)
        variables = self._runtime.desktop.environment.variables
        try:
            done = await run_in_thread(lambda: output(command, variables, _COMMAND_SECONDS))
        except (OSError, TimeoutError) as error:
            raise DesktopError("tray_command_failed", command=words[0], reason=error) from error
        if done.status != 0:
            reason = done.err.strip() or done.out.strip()
            raise DesktopError("tray_command_failed", command=words[0], reason=reason)
        return done

    async def _open_relief(self) -> None:
        try:
            await self._run("page", "--relief")
        except DesktopError:
            # An error message does not help a person who has a cramp.
            self._runtime.act(self._relief)

    async def _open_today(self) -> None:
        try:
            await self._run("page")
        except DesktopError:
            self._runtime.act(self._today)

    async def _open_report(self) -> None:
        await self._run("report", "--open")

    async def _open_schedule(self) -> None:
        if not self._config.path.exists():
            await self._run("config", "init")
        path, variables = self._config.path, self._runtime.desktop.environment.variables
        if not await run_in_thread(lambda: open_in_browser(path, variables)):
            raise DesktopError("no_editor", path=path)

    async def _doctor(self) -> None:
        findings = json.loads((await self._run("doctor", "--json")).out)
        trouble = [one["message"] for one in findings if one["state"] in _TROUBLE]
        say = self._settings.translator.text
        title = say("tray_doctor_trouble" if trouble else "tray_doctor_good")
        body = "\n".join([*trouble, say("tray_doctor_more")]) if trouble else ""
        self._runtime.act(lambda moment: self._mention(title, body, moment))


def _raise(error: NightcareError, moment: datetime) -> None:
    del moment
    raise error
