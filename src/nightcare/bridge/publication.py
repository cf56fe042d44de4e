"""The content of every topic: a pure function from the journal and the plan to payloads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

from nightcare.bridge.discovery import entities
from nightcare.bridge.topics import OFFLINE, ONLINE, Topics
from nightcare.domain.care_day import ONE_DAY
from nightcare.domain.delivery import Active, Closed, Delivery, Held, Snoozed, begin, foremost
from nightcare.domain.outlook import Outlook
from nightcare.domain.reasons import Condition, Reason
from nightcare.domain.reminders import Key, Occurrence, Reminder
from nightcare.domain.report import Nights
from nightcare.domain.snooze import offered
from nightcare.engine.messages import compose
from nightcare.i18n.translator import Translator
from nightcare.journal.service_status import PublishedCondition

DIARY_DAYS = 30
_EVENINGS = 7
_GRACE = timedelta(hours=1)
"""The time that a broker keeps an expired payload, for clocks that differ and a late bridge."""

_NOBODY_THERE = (Reason.LOCKED, Reason.IDLE)
_ABSENT = (Condition.LOCKED, Condition.IDLE)


@dataclass(frozen=True)
class BridgeFacts:
    """The facts from which all payloads are made.

    Attributes:
        topics: The names of the topics.
        outlook: The plan and the journal.
        translator: The language of the person.
        presence: The conditions of presence that the service publishes, by name.
        running: Whether the service runs.
        nights: The nights of the last days; None if they are not to be published.
        detail: Whether to publish what a reminder is about.
        shared: The payload of each topic for other computers, by its name.
        discovery: Whether to publish configs for Home Assistant.
        bridge: The id of the running bridge, which another of the same name does not have.
    """

    topics: Topics
    outlook: Outlook
    translator: Translator
    presence: Mapping[str, PublishedCondition]
    running: bool
    nights: Nights | None = None
    detail: bool = False
    shared: Mapping[str, bytes] = field(default_factory=dict)
    discovery: bool = True
    bridge: str = ""

    @property
    def present(self) -> bool | None:
        """True if the person is at the computer; None if unknown."""
        known = [self.presence[one].on for one in _ABSENT if one in self.presence]
        if any(known):
            return False
        return None if all(one is None for one in known) else True

    @property
    def open(self) -> Delivery | None:
        """The reminder that can be answered now: on the screen, or due while the person is away."""
        return foremost(one for one in self.outlook.unsettled() if self._is_open(one))

    @cached_property
    def evenings(self) -> tuple[list[Occurrence], ...]:
        """The moments of evening reminders, each with those of the evenings after."""
        return tuple(evening_moments(self.outlook))

    def _is_open(self, delivery: Delivery) -> bool:
        match delivery.state:
            case Active():
                return True
            case Held(cause) if cause in _NOBODY_THERE:
                reminder = self.outlook.schedule.reminder(delivery.key.reminder)
                return delivery.is_fresh(reminder, self.outlook.now)
        return False


def retained(facts: BridgeFacts) -> dict[str, bytes]:
    """Return the payload of every topic that the broker is to hold."""
    topics, outlook = facts.topics, facts.outlook
    found: dict[str, object] = {
        topics.of("state"): _state(facts),
        **{
            topics.of(f"evening/{number}"): _evening(moments, facts)
            for number, moments in enumerate(facts.evenings, 1)
        },
    }
    coming = outlook.next()
    if coming is not None:
        found[topics.of("next")] = _occurrence(coming, facts)
    nights = facts.nights
    if nights is not None:
        found[topics.of("diary")] = {
            "with": nights.cramps,
            "without": nights.free,
            "days": nights.all,
        }
    if facts.discovery:
        diary = nights is not None
        found |= entities(topics, facts.translator, evenings=len(facts.evenings), diary=diary)
    payloads = {topic: encoded(value) for topic, value in found.items()}
    payloads |= {topics.of(name): payload for name, payload in facts.shared.items()}
    payloads[topics.alive] = (ONLINE if facts.running else OFFLINE).encode()
    return payloads


def expiries(facts: BridgeFacts) -> dict[str, datetime]:
    """Return when (UTC) the broker is to drop the payload of a topic.

    A connected bridge has replaced each payload by then. A bridge that is gone for good leaves
    neither an open reminder nor a past moment at the broker.
    """
    topics, outlook = facts.topics, facts.outlook
    last = {topics.of("state"): outlook.calendar.at(outlook.now).ends}
    coming = outlook.next()
    if coming is not None:
        last[topics.of("next")] = coming.due
    for number, moments in enumerate(facts.evenings, 1):
        last[topics.of(f"evening/{number}")] = moments[-1].due
    return {topic: instant + _GRACE for topic, instant in last.items()}


def encoded(value: object) -> bytes:
    """Return a value as compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def changes_at(facts: BridgeFacts) -> datetime | None:
    """Return the next instant (UTC) at which time alone changes a payload."""
    outlook = facts.outlook
    day = outlook.calendar.at(outlook.now)
    coming = outlook.next()
    instants = [day.bedtime, day.ends, outlook.global_state.paused_until]
    instants.append(None if coming is None else coming.due)
    if facts.open is not None:
        reminder = outlook.schedule.reminder(facts.open.key.reminder)
        instants.append(None if reminder is None else facts.open.fresh_until(reminder))
    later = [one for one in instants if one is not None and one > outlook.now]
    return min(later, default=None)


def evening_moments(outlook: Outlook) -> Iterator[list[Occurrence]]:
    """Yield the next occurrences of each moment of an evening reminder, from this evening on.

    Moments that were answered, skipped or cannot come tonight begin with a later evening.
    """
    evening = tuple(one for one in outlook.schedule.enabled if one.evening)
    order = [one.name for one in evening]
    day = outlook.calendar.at(outlook.now)
    end = outlook.calendar.day(day.date + _EVENINGS * ONE_DAY).ends
    coming: dict[tuple[str, str], list[Occurrence]] = {}
    # A week of a reminder that comes every minute would take a second.
    alone = replace(outlook, schedule=replace(outlook.schedule, reminders=evening))
    for one in alone.until(end):
        if one.key.reminder in order:
            coming.setdefault((one.key.reminder, one.key.slot), []).append(one)
    for _, occurrences in sorted(
        coming.items(), key=lambda item: (order.index(item[0][0]), item[0][1])
    ):
        yield occurrences[:_EVENINGS]


def _state(facts: BridgeFacts) -> dict[str, object]:
    outlook = facts.outlook
    until = outlook.global_state.pause_end(outlook.now)
    day = outlook.calendar.at(outlook.now)
    return {
        "open": None if facts.open is None else _open(facts.open, facts),
        "present": facts.present,
        "paused": until is not None,
        "paused_until": None if until is None else _local(until, facts),
        "good_night": outlook.closed_by_good_night,
        "bedtime": _local(day.bedtime, facts),
        "bridge": facts.bridge,
    }


def bridge_of(state: bytes) -> str:
    """Return the id of the bridge that has published a state; empty for other payloads."""
    try:
        match json.loads(state):
            case {"bridge": str(bridge)}:
                return bridge
    except (ValueError, RecursionError):
        pass
    return ""


def _open(delivery: Delivery, facts: BridgeFacts) -> dict[str, object]:
    outlook = facts.outlook
    reminder = outlook.schedule.reminder(delivery.key.reminder)
    lengths: Sequence[timedelta] = ()
    if reminder is not None:
        day, limit = outlook.calendar.at(outlook.now), outlook.schedule.snooze.limit
        lengths = offered(delivery, reminder.snooze, limit, day, outlook.now)
    return {
        "key": facts.topics.token(delivery.key),
        "due": _local(delivery.occurrence.due, facts),
        **_texts(delivery, reminder, facts),
        "labels": _labels(lengths, facts.translator),
        "commands": facts.topics.commands,
    }


def _labels(lengths: Sequence[timedelta], translator: Translator) -> dict[str, str]:
    """Return the words on the buttons of a phone, by the names of the commands."""
    say = translator.text
    labels = {
        "done": say("button_done"),
        "skip": say("mqtt_skip"),
        "good_night": say("button_good_night"),
    }
    if lengths:
        labels["snooze"] = say("button_snooze", length=translator.length(lengths[0]))
    return labels


def _texts(delivery: Delivery, reminder: Reminder | None, facts: BridgeFacts) -> dict[str, object]:
    """Return title and message of an occurrence; without `detail` they name no reminder."""
    if not facts.detail or reminder is None:
        return {"title": "nightcare", "message": facts.translator.text("mqtt_a_reminder")}
    tips = {one.id: one for one in facts.translator.guidance.tips}
    tip = None if delivery.tip is None else tips.get(delivery.tip)
    # The phone does not show that a reminder is repeated.
    first = replace(delivery, seen=False)
    message = compose(first, reminder, facts.translator, tip=tip, lengths=(), last_before_bed=False)
    return {"title": message.title, "message": message.body or message.title}


def _evening(occurrences: Sequence[Occurrence], facts: BridgeFacts) -> dict[str, object]:
    first, *later = occurrences
    return {
        **_occurrence(first, facts, message=True),
        "later": [_local(one.due, facts) for one in later],
    }


def _occurrence(
    occurrence: Occurrence, facts: BridgeFacts, *, message: bool = False
) -> dict[str, object]:
    reminder = facts.outlook.schedule.named(occurrence.key.reminder)
    texts = _texts(begin(occurrence, reminder.topic), reminder, facts)
    if not message:
        del texts["message"]
    return {
        "at": _local(occurrence.due, facts),
        "key": facts.topics.token(occurrence.key),
        **texts,
    }


def _local(instant: datetime, facts: BridgeFacts) -> str:
    """Return an instant (UTC) as ISO 8601 in the zone of the person."""
    return facts.outlook.calendar.local(instant).isoformat(timespec="seconds")


# Events


def events(
    before: Mapping[Key, Delivery], after: Iterable[Delivery], facts: BridgeFacts
) -> Iterator[bytes]:
    """Yield the payload of each event that has led from one state of deliveries to another."""
    for delivery in after:
        kind = _event(before.get(delivery.key), delivery)
        if kind is not None:
            reminder = facts.outlook.schedule.reminder(delivery.key.reminder)
            texts = _texts(delivery, reminder, facts)
            key = facts.topics.token(delivery.key)
            yield encoded({"event_type": kind, "key": key, "title": texts["title"]})


def _event(before: Delivery | None, after: Delivery) -> str | None:
    if before is not None and before.state == after.state:
        return None
    match after.state:
        case Closed(outcome):
            return str(outcome)
        case Snoozed():
            return "snoozed"
        case Active(shown) if shown is not None:
            known = None if before is None else before.state
            again = not isinstance(known, Active) or known.shown != shown
            return "shown" if again else None
    return None
