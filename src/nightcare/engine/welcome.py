"""The welcome after an installation: the next reminder, and a button that shows a reminder."""

from __future__ import annotations

from datetime import datetime, timedelta

from nightcare.domain.care_day import Calendar
from nightcare.domain.notification import (
    Button,
    ButtonPressed,
    Message,
    MessageEvent,
    NotificationClosed,
)
from nightcare.engine.context import Context
from nightcare.engine.outlook_reader import read_outlook
from nightcare.engine.ports import JournalPort
from nightcare.engine.prompts import DeferrablePrompt

WELCOME_NOTE = "welcome"
"""The name of the note with the request for a welcome."""

TRY = "try"
"""The key of the button that shows a reminder."""

_PREFIX = "welcome"
"""The first part of the token, which is followed by the reminder that the button shows."""

_STAYS = timedelta(minutes=10)


def request_welcome(journal: JournalPort, now: datetime) -> None:
    """Ask the service, from now on (UTC), to welcome the person once."""
    journal.write_note(WELCOME_NOTE, {"wanted": now.isoformat()})


class Welcome(DeferrablePrompt):
    """The welcome, if it is on the screen; it is shown once for each request."""

    beside_notices = False

    def update(self, context: Context, calendar: Calendar, now: datetime, *, free: bool) -> None:
        """Show it if it is wanted and the screen is free, or take it off."""
        wanted = "wanted" in context.journal.read_note(WELCOME_NOTE)
        self._keep(now, wanted=free and (wanted or self._shown))
        if free and wanted and not self.visible:
            self._show(_message(context, calendar, now))
        self.next = self._closes if self.visible else None

    def concerns(self, event: MessageEvent) -> bool:
        """Return whether an event belongs to it, also a press after it has gone.

        Some servers leave it on the screen, and so does an earlier run that was killed.
        """
        pressed = isinstance(event, ButtonPressed) and event.token.startswith(f"{_PREFIX}/")
        return pressed or super().concerns(event)

    def handle_event(self, event: MessageEvent, context: Context, now: datetime) -> None:
        """Record that it was shown, or show the reminder after a press of the button."""
        if super().concerns(event) and not self._shown:
            self._mark_shown(now, _STAYS)
            context.journal.write_note(WELCOME_NOTE, {"shown": now.isoformat()})
            self._log("log_welcome")
        match event:
            case ButtonPressed(token, key):
                self.withdraw()
                if key == TRY:
                    context.journal.request_trial(token.split("/")[1], now)
            case NotificationClosed():
                self.token = None


def _message(context: Context, calendar: Calendar, now: datetime) -> Message:
    schedule, translator = context.schedule, context.translator
    coming = read_outlook(schedule, context.zone, context.journal, now).next()
    title = translator.text("welcome_title")
    if coming is None:
        token = f"{_PREFIX}//{now.isoformat()}"
        return Message(
            token, title, translator.text("welcome_nothing"), place="prompt", stays=_STAYS
        )
    name = coming.key.reminder
    command = translator.text("welcome_command", reminder=name)
    return Message(
        f"{_PREFIX}/{name}/{now.isoformat()}",
        title,
        translator.text(
            "welcome_body",
            reminder=translator.text(f"topic_{schedule.named(name).topic}"),
            due=translator.when(calendar.local(coming.due), calendar.local(now)),
        ),
        buttons=(Button(TRY, translator.text("button_try")),),
        command=command,
        spoken=command,
        place="prompt",
        stays=_STAYS,
    )
