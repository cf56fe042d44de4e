"""The engine at run time: each event becomes a step, which ends with a published status."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from nightcare.desktop.clock import alarm, now
from nightcare.desktop.own_process import release_memory
from nightcare.domain.delivery import Delivery, Held
from nightcare.domain.notification import ButtonPressed, NotifierChanged, NotifierEvent
from nightcare.domain.reasons import ABSENCE, Condition
from nightcare.engine.engine import Engine
from nightcare.errors import NightcareError, StateError
from nightcare.i18n.error_text import error_lines
from nightcare.journal.memory_fallback import FallbackJournal
from nightcare.journal.store import BUTTONS_NOTE
from nightcare.service.active_settings import PLAN_NOTE, ActiveSettings, read_plan_note
from nightcare.service.desktop_session import DesktopSession
from nightcare.service.scheduler import ReminderScheduler

_SOON = timedelta(minutes=2)

_QUERY_AGAIN = timedelta(minutes=1)
"""The time between two queries of presence while a reminder waits for it."""


class Runtime:
    """The engine with its journal and its scheduler.

    Args:
        publish: Called after each step, to publish the status.
        fail: Called with an error after which the service cannot go on.

    Attributes:
        settings: The settings in force.
        journal: The journal.
        desktop: The desktop.
        engine: The engine.
        serving: Whether the engine was started.
    """

    def __init__(
        self,
        settings: ActiveSettings,
        journal: FallbackJournal,
        desktop: DesktopSession,
        publish: Callable[[], None],
        fail: Callable[[BaseException], None],
    ) -> None:
        self.serving = False
        self.settings = settings
        self.journal = journal
        self.desktop = desktop
        self._publish = publish
        self._fail = fail
        desktop.buttons = journal.read_note(BUTTONS_NOTE)
        self.engine = Engine(
            schedule=settings.schedule,
            zone=settings.zone.zone,
            journal=journal,
            screen=desktop.notifier,
            translator=settings.translator,
            log=settings.log,
        )
        self._scheduler = ReminderScheduler(
            upcoming=self.engine.upcoming,
            update=self.handle_due,
            soon=self._prepare,
            jumped=self.handle_resume,
            failed=fail,
            make_alarm=alarm,
        )

    # Steps

    def run_step(self, step: Callable[[], None]) -> None:
        """Run a step of the engine, with the present state of the user's presence."""
        self.engine.presence = self.desktop.presence.presence
        self.journal.run(step)

    def sync(self) -> None:
        """Set the next deadline, and publish the status; the end of each step."""
        self._scheduler.deadline(self._next_deadline())
        self._publish()

    def _next_deadline(self) -> datetime | None:
        """Return the next time to update (UTC); None if there is none.

        A reminder that is held, or is not drawn, comes when that ends, so a source that reports no
        change is queried again meanwhile.
        """
        deadline, presence = self.engine.next_deadline(), self.desktop.presence
        quiet = Condition.DO_NOT_DISTURB in presence.presence
        if not presence.may_end_unnoticed or not any(
            _waits(one, quiet=quiet) for one in self.journal.unsettled()
        ):
            return deadline
        again = now() + _QUERY_AGAIN
        return again if deadline is None else min(deadline, again)

    def run_sync(self) -> None:
        """Run `sync` as a step of its own, once the engine was started."""
        if self.serving:
            self.run_step(self.sync)

    def _update(self) -> None:
        self.engine.update(now())
        self.sync()

    def _prepare(self) -> None:
        """Do beforehand what would delay a notification, because something is due in a moment."""
        self.desktop.prepare()
        # The tips are built with the first notification.
        _ = self.settings.translator.guidance

    def _plan(self) -> None:
        self._scheduler.plan(self.settings.schedule.enabled)
        self.sync()

    def act(self, action: Callable[[datetime], object]) -> None:
        """Run an action of the person (UTC) like a command; a notification reports a failure."""

        def step() -> None:
            moment = now()
            try:
                action(moment)
            except StateError:
                raise
            except NightcareError as error:
                self._report(error, moment)
            self.engine.handle_journal(moment)
            self._plan()
            self.desktop.presence.query_again()

        if self.serving:
            self.run_step(step)

    def _report(self, error: NightcareError, moment: datetime) -> None:
        """Show a notification that says why an action failed."""
        translator = self.settings.translator
        body = "\n".join(error_lines(error, translator))
        self.engine.notices.announce(translator.text("action_failed"), body, moment)

    # Start, reload and end

    def start(self) -> None:
        """Start the scheduler and the engine."""
        self._scheduler.start()
        self.run_step(self._start)

    def _start(self) -> None:
        self.serving = True
        self.desktop.log_backend()
        first_run = self.journal.global_state().began is None
        self.engine.start(now(), read_plan_note(self.journal.read_note(PLAN_NOTE)))
        if first_run and self.desktop.notifier.name == "terminal":
            self._demonstrate()
        self._plan()

    def _demonstrate(self) -> None:
        """Show the first reminder now as well, if it is not due soon."""
        moment = now()
        coming = [self.engine.upcoming(one, moment) for one in self.settings.schedule.enabled]
        first = min((one for one in coming if one), key=lambda one: one.due, default=None)
        if first is not None and first.due - moment > _SOON:
            self.settings.log("log_how_it_looks", reminder=first.key.reminder, due=first.due)
            self.journal.request_trial(first.key.reminder, moment)
            self.engine.update(moment)

    def reload(self, meant_since: datetime) -> None:
        """Put the settings in force, which the user wanted at an instant (UTC)."""
        self.run_step(lambda: self._reload(meant_since))

    def _reload(self, meant_since: datetime) -> None:
        settings = self.settings
        self.desktop.presence.apply(settings.schedule)
        self.engine.reload(settings.schedule, settings.translator, now(), meant_since=meant_since)
        self._update_zone()
        self._plan()
        # The old config is freed now: more than 1 MiB after a hundred reloads.
        release_memory()

    def stop(self) -> None:
        """Close all notifications, and stop the scheduler."""
        self.engine.stop()
        self._scheduler.stop()

    # Events

    async def handle_due(self) -> None:
        """Update when a reminder or a deadline is due."""
        await self.desktop.prepared()
        self.run_step(lambda: self.engine.update(now()))
        # Notifications are sent first.
        asyncio.get_running_loop().call_soon(self.run_sync)

    def handle_notifier(self, event: NotifierEvent) -> None:
        """Handle an event of the notifier."""
        if isinstance(event, NotifierChanged):
            self.desktop.handle_notifier_change(event)

        def step() -> None:
            self.engine.handle_event(event, now())
            self.sync()

        self.run_step(step)
        if isinstance(event, ButtonPressed):
            # The user is present now; earlier answers about presence do not count.
            self.desktop.presence.query_again()

    def handle_presence(self) -> None:
        """Update when the presence of the user has changed."""
        self.desktop.update_environment(always=False)
        if self.serving and not self.desktop.prefetch.querying_all:
            self.run_step(self._update)

    def handle_resume(self) -> None:
        """Query presence, then update: the clock was set, or the machine was suspended."""
        self.desktop.prefetch.query_all(self.handle_clock, self._fail)

    def handle_clock(self) -> None:
        """Update and plan anew when the clock or the time zone has changed."""

        def step() -> None:
            self._update_zone()
            self.engine.update(now())
            self._plan()

        self.run_step(step)
        self.desktop.presence.query_again()

    def _update_zone(self) -> None:
        if self.settings.update_zone():
            zone = self.settings.zone
            self.engine.change_zone(zone.zone, now())
            self.settings.log("log_zone", zone=zone.name)

    def handle_journal(self) -> None:
        """Update when a command has written to the journal."""

        def step() -> None:
            if self.journal.changed_by_others():
                self.desktop.buttons = self.journal.read_note(BUTTONS_NOTE)
                self.engine.handle_journal(now())
                self._plan()
                self.desktop.presence.query_again()

        self.run_step(step)


def _waits(delivery: Delivery, *, quiet: bool) -> bool:
    """Return whether a reminder comes when a condition ends.

    Args:
        delivery: The reminder.
        quiet: Whether do not disturb is on, so that what is open may not be drawn.
    """
    held = isinstance(delivery.state, Held) and delivery.state.cause in ABSENCE
    return held or (quiet and delivery.displayed is not None)
