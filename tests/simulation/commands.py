"""The commands of the person, over a connection of their own, and what undo restores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from nightcare.domain.delivery import Active, Closed, Delivery, Held, Outcome, Snoozed
from nightcare.domain.diary import Severity
from nightcare.domain.policy import Presence, shown_at_latest
from nightcare.domain.recurrence import postponed
from nightcare.domain.reminders import Key
from nightcare.engine.answer_targets import SkipSpan
from nightcare.engine.diary_actions import Details, DiaryActions
from nightcare.engine.user_actions import UserActions
from nightcare.errors import NothingToDo, ValueRefused
from simulation.keyed_answers import some_press

if TYPE_CHECKING:
    from simulation.world import World

_AHEAD = timedelta(hours=30)


def a_command(world: World) -> None:
    """Give a command, and perhaps take it back."""
    commands: tuple[tuple[int, Callable[[World], object]], ...] = (
        (4, _undo),
        (12, _an_act),
        (10, _an_act_and_undo),
        (5, _some_acts_and_undos),
        (2, _note_a_cramp),
        (2, _try),
        *(((2, _undo_and_press), (2, _press_one_of_two)) if world.keyed else ()),
    )
    weights = [weight for weight, _ in commands]
    (command,) = world.random.choices([one for _, one in commands], weights)
    command(world)


def _an_act(world: World) -> None:
    if _act(world, *_some_act(world)):
        _log(world)


def _an_act_and_undo(world: World) -> None:
    """Undo at once, before or after the service has seen the act, or some minutes later."""
    world.step("update", lambda: world.service.update(world.now))
    before = Standing.of(world)
    if not _act(world, *_some_act(world)):
        return
    later = world.random.random() < 0.4
    if later or world.random.random() < 0.7:
        _log(world)
    if later:
        world.promises.stretches.acted(world)
        world.go_on(60.0 * world.random.choice((1, 3, 10, 40)))
        acts = world.journal.actions()
        if not acts or acts[-1].at < before.at:
            return
    what = _undo(world)
    if what is None:
        world.fail("there is nothing to undo after an act")
    if not later and (wrong := before.differs(world)):
        world.fail(f"undo of {what} does not restore: {wrong}")


def _some_acts_and_undos(world: World) -> None:
    """Undo several actions, one after the other; each restores what was before it."""
    world.step("update", lambda: world.service.update(world.now))
    before: list[Standing] = []
    for _ in range(world.random.choice((2, 3, 4))):
        standing = Standing.of(world)
        if _act(world, *_some_act(world)):
            before.append(standing)
            _log(world)
    later = bool(before) and world.random.random() < 0.3
    if later:
        world.promises.stretches.acted(world)
        world.go_on(60.0 * world.random.choice((1, 3, 10, 40)))
    while before:
        standing = before.pop()
        acts = world.journal.actions()
        if not acts or acts[-1].at < standing.at:
            return
        what = _undo(world)
        if not later and (wrong := standing.differs(world)):
            world.fail(f"undo of {what} does not restore: {wrong}")


def _undo(world: World, *, then_press: bool = False) -> str | None:
    """Undo the last act; return what it was.

    Args:
        world: The world.
        then_press: Whether an occurrence is answered by its key before the service sees the undo.
    """
    world.promises.answering = True
    what: list[str] = []

    def undo(answers: UserActions) -> None:
        action = answers.undo(world.now)
        what.append(action.what)
        world.promises.ahead.undone(action)

    if _act(world, "undo", undo):
        world.promises.undone = what[0]
        if then_press:
            _act(world, *some_press(world))
            world.promises.answering = True
        _log(world)
    world.promises.undone = None
    world.promises.answering = False
    return what[0] if what else None


def _undo_and_press(world: World) -> None:
    _undo(world, then_press=True)


def _press_one_of_two(world: World) -> None:
    """Let an undo bring a second occurrence of a reminder while the first is snoozed, and press."""
    unsettled = world.by_command.unsettled()
    if not unsettled:
        return
    name = world.random.choice(unsettled).key.reminder
    coming = [
        one
        for one in world.due_between(world.now, world.now + timedelta(hours=3))
        if one.key.reminder == name and world.by_command.delivery(one.key) is None
    ]
    if not coming:
        return
    due = coming[0].due
    until = due + timedelta(minutes=world.random.choice((10, 40)))
    if _act(world, f"snooze {name}", lambda actions: actions.snooze(world.now, name, until)):
        _act(world, f"skip {name} next", lambda actions: skip(world, actions, name, SkipSpan.NEXT))
        _log(world)
        world.promises.stretches.acted(world)
        world.go_on((due - world.now).total_seconds() + 60)
        _undo(world, then_press=True)


def _some_act(world: World) -> tuple[str, Callable[[UserActions], object]]:
    now, random = world.now, world.random
    kind = random.choice(
        (
            *("done", "done ahead", "snooze", "skip", "skip", "good night"),
            *("pause", "pause", "resume", "tonight", "tonight"),
            *(("press", "press") if world.keyed else ()),
        )
    )
    names = [one.name for one in world.schedule.reminders]
    name = random.choice([None, *names])
    match kind:
        case "done":
            return kind, lambda answers: _done(world, answers, name, ahead=False)
        case "done ahead":
            return kind, lambda answers: _done(world, answers, name, ahead=True)
        case "skip":
            span = random.choice((SkipSpan.ONE, SkipSpan.ONE, SkipSpan.NEXT, SkipSpan.TODAY))
            return f"skip {name} {span}", lambda answers: skip(world, answers, name, span)
        case "press":
            return some_press(world)
        case "snooze":
            length = timedelta(minutes=random.choice((1, 10, 90)))
            return kind, lambda answers: answers.snooze(now, None, length)
        case "good night":
            return kind, lambda answers: answers.good_night(now)
        case "pause":
            until = now + timedelta(minutes=random.choice((5, 60, 600, 4000)))
            return kind, lambda answers: answers.pause(now, until)
        case "resume":
            return kind, lambda answers: answers.resume(now)
        case _:
            bedtime = _some_bedtime(world)
            return f"{kind} {bedtime:%H:%M}", lambda answers: answers.tonight(now, bedtime)


def _done(world: World, answers: UserActions, name: str | None, *, ahead: bool) -> None:
    delivery = answers.done(world.now, name, ahead=ahead)
    world.promises.ahead.answered(world, [delivery], Outcome.DONE, today=False)


def skip(world: World, answers: UserActions, name: str | None, span: SkipSpan) -> None:
    """Skip occurrences, and take note of those that are still to come."""
    skipped = answers.skip(world.now, name, span)
    today = span is SkipSpan.TODAY
    world.promises.ahead.answered(world, skipped, Outcome.SKIPPED, today=today)


def _some_bedtime(world: World) -> time:
    """Return any time, or one shortly after now, or near the usual bedtime."""
    day = world.calendar().at(world.now)
    near = world.random.choice(
        (
            world.now + timedelta(minutes=world.random.choice((1, 10, 40))),
            day.bedtime + timedelta(minutes=world.random.choice((-30, 15, 60, 120))),
            world.now + timedelta(minutes=world.random.randrange(24 * 60)),
        )
    )
    return near.astimezone(world.zone).time().replace(second=0, microsecond=0)


def _act(world: World, what: str, act: Callable[[UserActions], object]) -> bool:
    """Write to the journal as another process; return whether there was anything to do."""
    world.happened.append(f"{world.now:%Y-%m-%d %H:%M:%S} {what}")
    if what in {"done", "resume"}:
        # What was not answered in time is done after all; what was closed may come again.
        world.promises.answering = True
    try:
        act(world.answers())
    except (NothingToDo, ValueRefused) as refused:
        world.happened.append(f"    refused: {type(refused).__name__}")
        world.promises.answering = False
        return False
    return True


def _log(world: World) -> None:
    """Let the service hear that somebody has written."""
    world.step("written", lambda: world.service.handle_journal(world.now), returns=True)
    world.promises.answering = False


def _note_a_cramp(world: World) -> None:
    ago = timedelta(hours=world.random.randrange(30))
    severity = world.random.choice(tuple(Severity))
    diary = DiaryActions(world.by_command.diary, world.calendar())
    diary.add(world.now - ago, Details(severity=severity), world.now)
    world.step(f"{severity} cramp", lambda: world.service.handle_journal(world.now))


def _try(world: World) -> None:
    if world.schedule.reminders:
        reminder = world.random.choice(world.schedule.reminders)
        world.promises.tried(world.by_command.request_trial(reminder.name, world.now))
        world.step(f"try {reminder.name}", lambda: world.service.handle_journal(world.now))


@dataclass(frozen=True)
class Standing:
    """The state that an undo restores.

    Attributes:
        at: When (UTC).
        holds: The pause, the closed evening and the bedtimes in force.
        coming: What is to come, and when (UTC).
        deliveries: What was fresh and is not over, and where it stands.
        settled: What has its outcome.
        moves: The occurrence that leads through a stretch, and when (UTC) it comes anew if that
            ends unanswered, because a journey since its start has put its moment ahead.
    """

    at: datetime
    holds: tuple[object, ...]
    coming: dict[Key, datetime]
    deliveries: dict[Key, str]
    settled: dict[Key, str]
    moves: dict[Key, datetime]

    @classmethod
    def of(cls, world: World) -> Standing:
        """Return the state of a world now."""
        global_state, calendar = world.journal.global_state(), world.calendar()
        day = calendar.at(world.now)
        paused = global_state.paused_until if global_state.paused(world.now) else None
        good_night = global_state.good_night if global_state.good_night == day.date else None
        coming = {
            one.key: one.due
            for one in world.due_between(world.now, world.now + _AHEAD)
            if world.journal.delivery(one.key) is None
        }
        unsettled = [one for one in world.journal.unsettled() if _may_come(world, one)]
        settled = {
            one.key: str(one.state.outcome)
            for one in world.journal.of_care_day(day.date)
            if isinstance(one.state, Closed)
        }
        return cls(
            world.now,
            (paused, good_night, day.bedtime, day.date),
            coming,
            {one.key: _state_of(one) for one in unsettled},
            settled,
            _moves_after_stretch(world),
        )

    def differs(self, world: World) -> str | None:
        """Return how things stand differently now; None where they do not."""
        now = Standing.of(world)
        if now.holds != self.holds:
            return f"{self.holds} is {now.holds}"
        # An undo does not resume a stretch that the action ended.
        ended = world.journal.routine_session() is None
        moved = self.moves if ended else {}
        coming = self.coming | moved
        if now.coming != coming:
            return f"to come was {coming.items() ^ now.coming.items()}"
        lost = {
            key: stands
            for key, stands in self.deliveries.items()
            if key not in moved
            if now.deliveries.get(key) != stands and not _kept_back(world, key)
        }
        if lost:
            found = {key: now.deliveries.get(key) or now.settled.get(key) for key in lost}
            return f"{lost} is {found}"
        # What was missed, and has been seen since, was seen.
        changed = {
            key
            for key, one in self.settled.items()
            if now.settled.get(key) != one and (one, now.settled.get(key)) != ("missed", "expired")
        }
        return f"changed: {changed}" if changed else None


def _may_come(world: World, delivery: Delivery) -> bool:
    """Return whether it is on the screen and fresh, or may still come there."""
    reminder = world.schedule.reminder(delivery.key.reminder)
    if reminder is None or world.now > delivery.fresh_from + reminder.fresh:
        return False
    day = world.calendar().at(world.now)
    waits = not isinstance(delivery.state, Active)
    return not waits or world.now <= shown_at_latest(delivery, reminder, day)


def _moves_after_stretch(world: World) -> dict[Key, datetime]:
    """Return the occurrence of the stretch under way that moves once that ends, and when (UTC)."""
    session = world.journal.routine_session()
    delivery = None if session is None else world.journal.delivery(session.key)
    if delivery is None:
        return {}
    reminder = world.schedule.reminder(delivery.key.reminder)
    moved = postponed(delivery, reminder, world.calendar(), world.now, None)
    return {} if moved is None else {moved.key: moved.due}


def _kept_back(world: World, key: Key) -> bool:
    """Return whether it waits for somebody who is not there, as it would on any return."""
    delivery = world.journal.delivery(key)
    held = delivery is not None and isinstance(delivery.state, Held)
    return held and world.presence != Presence()


def _state_of(delivery: Delivery) -> str:
    """Return the state of a delivery."""
    match delivery.state:
        case Snoozed(until):
            return f"snoozed until {until}"
        case Active(away=True, again=again):
            return f"closed, asked again at {again}"
        case Active():
            return "up"
        case _:
            return "held"
