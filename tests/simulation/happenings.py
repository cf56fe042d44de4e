"""Events of a machine, its screen and a person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from nightcare.domain.delivery import Active, Closed, Delivery, Outcome, Snoozed
from nightcare.domain.moments import parse_length
from nightcare.domain.notification import ButtonPressed, MessageEvent, NotificationClosed
from nightcare.domain.policy import Presence
from nightcare.domain.reasons import Condition, Reason
from nightcare.domain.recurrence import planned
from nightcare.domain.reminders import Key
from nightcare.engine.messages import token as token_of
from nightcare.engine.notices import Subject
from simulation.commands import a_command
from simulation.promises import QUESTION, ROUTINE
from simulation.schedules import some_schedule

if TYPE_CHECKING:
    from simulation.world import World


def something_happens(world: World) -> None:
    """Let one thing happen, drawn by how often it does."""
    happenings: tuple[tuple[int, Callable[[World], None]], ...] = (
        (30, _answer),
        (14, a_command),
        (6, _suspend),
        (6, _come_or_go),
        (4, _restart),
        (2, _edit),
        (2, _travel),
        (2, _there_and_back),
        (2, _set_the_clock),
        (3, _break_or_mend),
        (3, _tell_late),
        (3, _stale_event),
        (2, _notice),
    )
    weights = [weight for weight, _ in happenings]
    (happening,) = world.random.choices([one for _, one in happenings], weights)
    led, presence, schedule = world.journal.routine_session(), world.presence, world.schedule
    happening(world)
    if (led, presence, schedule) != (
        world.journal.routine_session(),
        world.presence,
        world.schedule,
    ):
        world.promises.stretches.acted(world)


# On the screen


def _answer(world: World) -> None:
    """Press a button of what is on the screen, or close it."""
    if not world.screen.visible:
        return
    token = min(world.screen.visible)
    message = world.screen.wanted[token]
    choice = world.random.random()
    if choice < 0.2 or not message.buttons:
        world.screen.close(token)
        event: MessageEvent = NotificationClosed(token)
    else:
        keys = [one.key for one in message.buttons]
        started = "start" in keys and world.random.random() < 0.5
        event = ButtonPressed(token, "start" if started else world.random.choice(keys))
    if token.startswith(ROUTINE):
        _answer_routine(world, event)
        return
    before = next((one for one in world.journal.unsettled() if token_of(one) == token), None)
    # Who does something to it has seen it, also where the screen has not told yet that it shows it.
    world.promises.told(token)
    world.event(event)
    if world.random.random() < 0.1:
        # Some servers tell twice.
        _again(world, event)
    if token.startswith(QUESTION):
        _in_the_diary(world, event)
    elif before is not None:
        _counted(world, before, event)


def _again(world: World, event: MessageEvent) -> None:
    # Also what time alone has ended is taken in by an event.
    world.step("update", lambda: world.service.update(world.now))
    before = world.journal.unsettled()
    acts = len(world.journal.actions())
    world.event(event)
    after = world.journal.unsettled()
    if len(world.journal.actions()) > acts or len(after) < len(before):
        world.fail(f"{event} counted twice: {before} became {after}")


def _counted(world: World, before: Delivery, event: MessageEvent) -> None:
    """Check that the journal has the person's action on the screen as it was done."""
    after = world.journal.delivery(before.key)
    if after is None:
        world.fail(f"{event} made {before} vanish")
        return
    match event:
        case ButtonPressed(_, "done" | "good-night"):
            right = after.state == Closed(Outcome.DONE, world.now)
        case ButtonPressed(_, "start"):
            led = world.journal.routine_session()
            begun = led is not None and led.key == after.key
            # Where an edit has taken the routine away, the reminder is shown anew without it.
            gone = world.schedule.named(after.key.reminder).routine is None
            right = (begun or gone) and isinstance(after.state, Active)
        case ButtonPressed(_, snooze):
            until = world.now + parse_length(snooze.removeprefix("snooze-"))
            right = (after.state, after.snoozes) == (Snoozed(until), before.snoozes + 1)
        case _:
            asked_again = isinstance(before.state, Active) and before.state.again is not None
            right = after.state == Closed(Outcome.DISMISSED, world.now) or asked_again
    if not right:
        world.fail(f"{event} made {before} {after}")


def _answer_routine(world: World, event: MessageEvent) -> None:
    """Stop it, say that it is done, or close it; the closing words can only be closed."""
    led = world.journal.routine_session()
    assert led is not None
    before = world.journal.delivery(led.key)
    assert before is not None
    world.event(event)
    after = world.journal.delivery(led.key)
    match event:
        case _ if after is None:
            right = _moves_on(world, led.key, event)
        case _ if before.settled:
            right = after == before
        case ButtonPressed(_, "stop"):
            right = isinstance(after.state, Active) and token_of(after) in world.screen.wanted
        case ButtonPressed(_, "done"):
            right = after.state == Closed(Outcome.DONE, world.now)
        case _:
            asked_again = isinstance(after.state, Active) and after.state.away
            # What waited for the routine comes at once, and instead of asking again.
            gave_way = after.state == Closed(Outcome.EXPIRED, world.now, Reason.ANOTHER)
            right = (
                after.state == Closed(Outcome.DISMISSED, world.now)
                or asked_again
                or (gave_way and len(world.screen.wanted) > 0)
            )
    if not right or world.journal.routine_session() is not None:
        world.fail(f"{event} made {before} {after}")


def _moves_on(world: World, key: Key, event: MessageEvent) -> bool:
    """Return whether its moment has moved while a stretch went on that is unanswered again."""
    reminder = world.schedule.named(key.reminder)
    ahead = planned(reminder, world.calendar(), key)
    stopped = isinstance(event, ButtonPressed) and event.key == "stop"
    again = isinstance(event, NotificationClosed) and reminder.repeat is not None
    return (stopped or again) and ahead is not None and ahead.due > world.now


def _in_the_diary(world: World, event: MessageEvent) -> None:
    """Check that the diary has the person's answer about a night as it was given."""
    said = world.journal.diary.morning(date.fromisoformat(event.token.split("/")[1]))
    answer = event.key if isinstance(event, ButtonPressed) else None
    if (None if said is None else said.answer) != answer:
        world.fail(f"{event} made {said}")


def _tell_late(world: World) -> None:
    """Let the screen tell late what it has taken, or at once again."""
    world.screen.slow = not world.screen.slow


def _stale_event(world: World) -> None:
    """Let something happen to what has left the screen already."""
    if not world.screen.gone:
        return
    message = world.random.choice(world.screen.gone[-8:])
    if message.token in world.screen.wanted:
        return
    keys = [one.key for one in message.buttons]
    press = keys and world.random.random() < 0.5
    late_event(
        world,
        ButtonPressed(message.token, world.random.choice(keys))
        if press
        else NotificationClosed(message.token),
    )
    world.promises.stretches.acted(world)


def late_event(world: World, event: MessageEvent) -> None:
    """Let something happen to what has left the screen; a press may count (`handle_late_press`)."""
    world.promises.answering = True
    world.promises.pressing = event.token if isinstance(event, ButtonPressed) else None
    world.event(event)
    world.promises.pressing = None
    world.promises.answering = False


def _break_or_mend(world: World) -> None:
    if world.screen.broken:
        world.step("screen mended", world.screen.mend)
    else:
        world.screen.broken = True


def _notice(world: World) -> None:
    """Let nightcare say something for itself."""
    if world.random.random() < 0.5:
        world.step("notice", lambda: world.service.notices.announce("Notice", "", world.now))
    else:
        world.step(
            "notice that stays",
            lambda: world.service.notices.announce_until_closed(Subject.CONFIG, "Notice", ""),
        )


# The machine


def _suspend(world: World) -> None:
    minutes = world.random.choice((3, 50, 200, 500, 3000))
    world.jump(world.now + timedelta(minutes=minutes), "suspend")


def _come_or_go(world: World) -> None:
    world.presence = world.random.choice(
        (
            Presence(),
            Presence(),
            Presence({Condition.LOCKED}),
            Presence({Condition.IDLE}),
            Presence({Condition.DO_NOT_DISTURB}),
            Presence({Condition.PRESENTING}),
        )
    )
    world.service.presence = world.presence
    world.step(f"{world.presence}", lambda: world.service.update(world.now), returns=True)


def _restart(world: World) -> None:
    """Stop or kill the service, and start it again at once or later."""
    if world.random.random() < 0.5:
        world.service.stop()
    world.now += timedelta(minutes=world.random.choice((0, 0, 1, 30, 400, 6000)))
    world.begin()


def _edit(world: World) -> None:
    validated = timedelta(seconds=world.random.choice((0, 0, 1, 20)))
    world.reload(some_schedule(world.random), world.now - validated)


def _travel(world: World) -> None:
    world.change_zone(world.some_zone())


def _there_and_back(world: World) -> None:
    """Be in another zone for some minutes, as by a VPN that moves the clock."""
    home = world.zone
    world.change_zone(world.some_zone())
    world.go_on(60.0 * world.random.choice((1, 2, 10, 120)))
    world.change_zone(home)


def _set_the_clock(world: World) -> None:
    minutes = world.random.choice((-90, -20, -1, 1, 15, 130))
    world.jump(world.now + timedelta(minutes=minutes), f"clock set by {minutes} min")
