"""The notice that the diary is a reason to see a professional, at most once a week."""

from __future__ import annotations

from datetime import datetime, timedelta

from nightcare.domain.care_day import Calendar
from nightcare.domain.notification import ButtonPressed, Message, MessageEvent, NotificationClosed
from nightcare.domain.referral import Referral, concern, first_of_window, notice_due
from nightcare.domain.schedule import ReferralRule
from nightcare.engine.context import Context
from nightcare.engine.ports import JournalPort, TranslatorPort
from nightcare.engine.prompts import DeferrablePrompt

PROFESSIONAL_NOTE = "professional"
"""The name of the note with the time of the last notice."""

_STAYS = timedelta(minutes=30)


class ReferralNotice(DeferrablePrompt):
    """The notice, if it is on the screen; it has no buttons."""

    def update(self, context: Context, calendar: Calendar, now: datetime, *, free: bool) -> None:
        """Show the notice while the diary gives a reason, or close it."""
        journal, rule = context.journal, context.schedule.professional
        if not free:
            # An update follows when the screen is free again, but none at the end of the night.
            self.withdraw()
            self.next = calendar.at(now).ends if rule.notice else None
            return
        why = _why(now, journal, calendar, rule) if rule.notice else None
        due = notice_due(now, calendar, _last(journal))
        # A notice that was not shown by the evening comes on the next day.
        self._keep(now, wanted=why is not None and (self._shown or due <= now))
        if why is not None and due <= now and not self.visible:
            self._say(why, now, context.translator)
        if self.visible:
            self.next = self._closes if self._shown else calendar.at(now).bedtime
        else:
            self.next = None if why is None else due

    def handle_event(self, event: MessageEvent, context: Context, now: datetime) -> None:
        """Record that it was shown."""
        if not self._shown:
            self._mark_shown(now, _STAYS)
            context.journal.write_note(PROFESSIONAL_NOTE, {"shown": now.isoformat()})
            self._log("log_professional")
        if isinstance(event, ButtonPressed | NotificationClosed):
            self.withdraw()

    def _say(self, why: Referral, now: datetime, translator: TranslatorPort) -> None:
        advice = translator.guidance.on_professional(why.reason.advice[0]).text
        self._show(
            Message(
                f"professional/{now.isoformat()}",
                translator.text("professional_title"),
                translator.text("professional_body", advice=advice),
                place="prompt",
                stays=_STAYS,
            )
        )


def _why(
    now: datetime, journal: JournalPort, calendar: Calendar, rule: ReferralRule
) -> Referral | None:
    first = first_of_window(now, calendar, rule)
    return concern(first, rule, journal.diary.cramps(first), journal.diary.mornings(first))


def _last(journal: JournalPort) -> datetime | None:
    shown = journal.read_note(PROFESSIONAL_NOTE).get("shown")
    return None if shown is None else datetime.fromisoformat(str(shown))
