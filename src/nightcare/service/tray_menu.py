"""The icon and the menu of the tray, by the state of the reminders; without D-Bus."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from nightcare.desktop.tray.menu import Appearance, MenuItem, TrayState
from nightcare.domain.care_day import ONE_DAY
from nightcare.domain.delivery import Active, Delivery, Held, Snoozed, foremost
from nightcare.domain.diary import Answer
from nightcare.domain.history import UserAction
from nightcare.domain.outlook import Outlook
from nightcare.domain.reminders import Key
from nightcare.domain.shared_acts import last_answered_elsewhere
from nightcare.domain.snooze import offered
from nightcare.engine.user_actions import SKIP, snooze_key
from nightcare.i18n.plan_text import state_line
from nightcare.i18n.translator import Translator
from nightcare.i18n.undo_text import elsewhere_values, undoable_text

_MOST_LISTED = 3
"""Reminders that wait beside the open one."""

_PAUSE = timedelta(hours=1)
_PAUSE_TIMES = 4
_SOONEST_END = timedelta(minutes=90)
"""The earliest end of a pause that is offered as a clock time."""

_LATER_BEDTIMES = (timedelta(minutes=30), timedelta(hours=1))


@dataclass(frozen=True)
class TrayFacts:
    """The facts for the icon and the menu.

    Attributes:
        outlook: The plan.
        translator: The language of the person.
        last_action: The action that undo takes back next, if any.
        night: The care day of the last night.
        answer: The answer about that night in the diary, if any.
        config_trouble: The key of the text about a saved config that is not in force; or empty.
        routine: Whether a guided routine is under way.
        computers: The name of each computer of the person, by its id.
    """

    outlook: Outlook
    translator: Translator
    last_action: UserAction | None
    night: date
    answer: Answer | None
    config_trouble: str
    routine: bool
    computers: Mapping[str, str]

    @property
    def paused_until(self) -> datetime | None:
        """The end (UTC) of the pause in force; None without one."""
        return self.outlook.global_state.pause_end(self.outlook.now)

    @property
    def open(self) -> Delivery | None:
        """The reminder that is open, if any: the one on the screen, else the latest."""
        return foremost(one for one in self.outlook.unsettled() if one.open)


def appearance(facts: TrayFacts) -> Appearance:
    """Return the look of the icon.

    The title names the next reminder and its clock time: hosts may show the title alone, and a
    countdown would wake them every minute.
    """
    say = facts.translator.text
    coming = _next_line(facts)
    if facts.config_trouble:
        return Appearance(TrayState.WRONG, say(facts.config_trouble), coming)
    if facts.open is not None:
        return Appearance(TrayState.OPEN, _open_line(facts.open, facts), coming)
    if facts.paused_until is not None:
        line = say("tray_paused", until=_when(facts.paused_until, facts))
        return Appearance(TrayState.PAUSED, line, coming)
    if facts.outlook.closed_by_good_night:
        return Appearance(TrayState.PAUSED, say("tray_good_night"), coming)
    return Appearance(TrayState.QUIET, coming)


def menu_items(facts: TrayFacts) -> tuple[MenuItem, ...]:
    """Return the items of the menu."""
    say = facts.translator.text
    groups = (
        _open_items(facts),
        [_next_item(facts)],
        _evening_items(facts),
        [
            MenuItem("stretch", say("tray_stretch"), pressable=not facts.routine),
            MenuItem("relief", say("tray_relief"), pressable=True),
            _cramp_menu(facts),
        ],
        [
            MenuItem(name, say(f"tray_{name}"), pressable=True)
            for name in ("today", "report", "schedule", "doctor", "about")
        ],
    )
    items: list[MenuItem] = []
    for number, group in enumerate(filter(None, groups)):
        if number:
            items.append(MenuItem(f"separator/{number}"))
        items += group
    return tuple(items)


def name_of(action: str, key: Key) -> str:
    """Return the name of an item that acts on an occurrence."""
    return f"{action}/{key}"


# The open reminder


def _open_items(facts: TrayFacts) -> list[MenuItem]:
    items: list[MenuItem] = []
    if facts.open is not None:
        items.append(MenuItem("show", _open_line(facts.open, facts), pressable=True))
        items += _answers(facts.open, facts)
    others = [
        one
        for one in facts.outlook.unsettled()
        if isinstance(one.state, Held | Snoozed | Active) and one != facts.open
    ]
    for one in others[:_MOST_LISTED]:
        line = state_line(one, facts.outlook, facts.translator, running=True)
        answers = tuple(_answers(one, facts))
        items.append(MenuItem(name_of("waiting", one.key), line, children=answers))
    return items


def _answers(delivery: Delivery, facts: TrayFacts) -> Iterator[MenuItem]:
    say, key = facts.translator.text, delivery.key
    yield MenuItem(name_of("done", key), say("button_done"), pressable=True)
    outlook = facts.outlook
    reminder = outlook.schedule.reminder(key.reminder)
    if reminder is not None:
        day, rule = outlook.calendar.at(outlook.now), outlook.schedule.snooze
        for length in offered(delivery, reminder.snooze, rule.limit, day, outlook.now):
            label = say("button_snooze", length=facts.translator.length(length))
            yield MenuItem(name_of(snooze_key(length), key), label, pressable=True)
        yield MenuItem(name_of(SKIP, key), say("tray_skip"), pressable=True)


def _open_line(delivery: Delivery, facts: TrayFacts) -> str:
    due = f"{facts.outlook.calendar.local(delivery.occurrence.due):%H:%M}"
    what = facts.outlook.schedule.title(delivery.key.reminder, facts.translator.text)
    return facts.translator.text("tray_open", reminder=what, due=due)


def _next_item(facts: TrayFacts) -> MenuItem:
    """Return the item of the next reminder, which can be answered ahead unless it is snoozed."""
    say, coming = facts.translator.text, facts.outlook.next()
    if coming is None or any(one.key == coming.key for one in facts.outlook.unsettled()):
        return _information("next", _next_line(facts))
    answers = (
        MenuItem(name_of("ahead", coming.key), say("tray_ahead"), pressable=True),
        MenuItem(name_of("skip-next", coming.key), say("tray_skip"), pressable=True),
    )
    return MenuItem(name_of("next", coming.key), _next_line(facts), children=answers)


def _next_line(facts: TrayFacts) -> str:
    say, coming = facts.translator.text, facts.outlook.next()
    if coming is None:
        return say("tray_nothing")
    local = facts.outlook.calendar.local
    due, now = local(coming.due), local(facts.outlook.now)
    key = "tray_next_today" if due.date() == now.date() else "tray_next"
    what = facts.outlook.schedule.title(coming.key.reminder, say)
    when = _when(coming.due, facts)
    return say(key, reminder=what, due=when)


# The evening


def _evening_items(facts: TrayFacts) -> list[MenuItem]:
    say, items = facts.translator.text, []
    if facts.paused_until is not None:
        until = _when(facts.paused_until, facts)
        items.append(_information("paused", say("tray_paused", until=until)))
    elif facts.outlook.closed_by_good_night:
        items.append(_information("closed", say("tray_good_night")))
    else:
        items.append(MenuItem("pause", say("tray_pause"), children=tuple(_pauses(facts))))
    if facts.paused_until or facts.outlook.closed_by_good_night:
        items.append(MenuItem("resume", say("tray_resume"), pressable=True))
    bedtimes = tuple(_bedtimes(facts))
    if bedtimes:
        items.append(MenuItem("tonight", say("tray_tonight"), children=bedtimes))
    if not facts.outlook.closed_by_good_night:
        items.append(MenuItem("good-night", say("button_good_night"), pressable=True))
    last, outlook = facts.last_action, facts.outlook
    if last is not None:
        what = undoable_text(last, outlook, facts.translator)
        items.append(MenuItem(f"undo/{last.id}", say("tray_undo", what=what), pressable=True))
    since = None if last is None else last.at
    later = last_answered_elsewhere(outlook.deliveries, since, outlook.now)
    if later is not None:
        values = elsewhere_values(later, facts.computers, outlook, facts.translator)
        items.append(_information("undo-elsewhere", say("tray_undo_elsewhere", **values)))
    return items


def _pauses(facts: TrayFacts) -> Iterator[MenuItem]:
    say, calendar, now = facts.translator.text, facts.outlook.calendar, facts.outlook.now
    length = facts.translator.length(_PAUSE)
    yield MenuItem("pause/length", say("tray_pause_for", length=length), pressable=True)
    yield MenuItem("pause/tomorrow", say("tray_pause_tomorrow"), pressable=True)
    tomorrow = calendar.at(now).ends
    local = calendar.local(now)
    past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    hour = now - past + timedelta(hours=1)
    while hour < now + _SOONEST_END:
        hour += timedelta(hours=1)
    for end in (hour + count * timedelta(hours=1) for count in range(_PAUSE_TIMES)):
        if end < tomorrow:
            label = say("tray_pause_until", until=_when(end, facts))
            yield MenuItem(f"pause/{end.isoformat()}", label, pressable=True)


def _bedtimes(facts: TrayFacts) -> Iterator[MenuItem]:
    say, calendar, now = facts.translator.text, facts.outlook.calendar, facts.outlook.now
    day = calendar.at(now)
    shown = f"{calendar.local(day.bedtime):%H:%M}"
    later = [day.bedtime + more for more in _LATER_BEDTIMES]
    coming = [one for one in later if now < one < day.ends]
    if coming:
        yield _information("tonight/now", say("tray_bedtime", bedtime=shown))
    for bedtime in coming:
        clock = f"{calendar.local(bedtime):%H:%M}"
        more = facts.translator.length(bedtime - day.bedtime)
        label = say("tray_bedtime_later", length=more, bedtime=clock)
        yield MenuItem(f"tonight/{clock}", label, pressable=True)


def _cramp_menu(facts: TrayFacts) -> MenuItem:
    say, night = facts.translator.text, facts.night.isoformat()
    answers = [
        MenuItem(
            f"cramp/{night}/{answer}",
            say(f"tray_cramp_{answer}"),
            pressable=True,
            checked=answer is facts.answer,
        )
        for answer in (Answer.NONE, Answer.MILD, Answer.MODERATE, Answer.SEVERE)
    ]
    heading = _information("cramp/heading", say("tray_last_night"))
    return MenuItem("cramp", say("tray_cramp"), children=(heading, *answers))


def _information(name: str, label: str) -> MenuItem:
    return MenuItem(f"information/{name}", label)


def _when(instant: datetime, facts: TrayFacts) -> str:
    """Return an instant as text without "tomorrow", which would be wrong after midnight."""
    calendar, translator = facts.outlook.calendar, facts.translator
    local, now = calendar.local(instant), calendar.local(facts.outlook.now)
    if local.date() - now.date() != ONE_DAY:
        return translator.when(local, now)
    weekday = translator.weekdays[local.weekday()]
    return translator.text("when_weekday", weekday=weekday, clock=f"{local:%H:%M}")
