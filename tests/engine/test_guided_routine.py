"""Being led through a stretch by its notification."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from nightcare.domain.delivery import Closed, Outcome
from nightcare.domain.history import NOT_SHOWN
from nightcare.domain.notification import ButtonPressed, Capability, Message
from nightcare.domain.policy import Presence
from nightcare.domain.reasons import Condition
from nightcare.domain.reminders import Urgency
from parts.desk import SLEEP, Desk, schedule_of

STRETCH = """
[reminders.stretch]
topic = "stretching"
at = "22:00"
repeat = { every = "10m", times = 2 }
routine = "mine"

[routines.mine]
name = "My stretch"
steps = [
    { text = "Sit down.", seconds = 10 },
    { text = "Flex your foot.", seconds = 20, side = "each", repeats = 2 },
]
"""
"""Five changes: at 0, 10, 30, 50 and 70 seconds; over after 90."""

WATER = """
[reminders.water]
topic = "hydration"
at = "22:01"
"""


def led(more: str = "") -> Desk:
    """Return a desk at which a stretch began at exactly ten in the evening."""
    desk = Desk(STRETCH + more, "2026-11-23 21:30")
    desk.until("2026-11-23 22:00")
    desk.press("start")
    return desk


def shown(desk: Desk) -> Message:
    """Return the message on the screen."""
    (message,) = desk.screen.on_screen.values()
    return message


def body(desk: Desk) -> list[str]:
    """Return the lines of the message on the screen."""
    return shown(desk).body.splitlines()


def test_start_stands_before_done_and_one_length() -> None:
    """Three buttons, and a word about the terminal where there are none."""
    desk = Desk(STRETCH + WATER, "2026-11-23 21:30")
    desk.until("2026-11-23 22:00")
    assert desk.buttons == ["start", "done", "snooze-10m"]
    assert "nightcare stretch mine" in shown(desk).spoken
    assert "nightcare done" in shown(desk).spoken


def test_good_night_keeps_the_last_place() -> None:
    """On the last one before bed."""
    desk = Desk(STRETCH, "2026-11-23 21:30")
    desk.until("2026-11-23 22:00")
    assert desk.buttons == ["start", "done", "good-night"]


def test_without_a_routine_there_is_nothing_to_start() -> None:
    """The buttons are those of every reminder."""
    desk = Desk(STRETCH.replace('"mine"\n', "false\n", 1) + WATER, "2026-11-23 21:30")
    desk.until("2026-11-23 22:00")
    assert desk.buttons == ["done", "snooze-10m", "snooze-30m"]
    assert "stretch" not in shown(desk).spoken


def test_each_step_comes_at_its_moment_in_the_same_place() -> None:
    """One notification with the same buttons throughout, in words and as a bar."""
    desk = led()
    seen = []
    for moment in ("22:00:09", "22:00:10", "22:00:30", "22:00:50", "22:01:10"):
        desk.until(f"2026-11-23 {moment}")
        seen.append((body(desk)[-1], shown(desk).progress))
    assert seen == [
        ("Step 1 of 5 · 10 s", 0),
        ("Step 2 of 5 · left leg · time 1 of 2 · 20 s", 11),
        ("Step 3 of 5 · right leg · time 1 of 2 · 20 s", 33),
        ("Step 4 of 5 · left leg · time 2 of 2 · 20 s", 56),
        ("Step 5 of 5 · right leg · time 2 of 2 · 20 s", 78),
    ]
    messages = [one for one in desk.screen.shown if one.progress is not None]
    assert len(messages) == 5
    assert len({one.token for one in messages}) == 1
    assert {tuple(button.key for button in one.buttons) for one in messages} == {("stop", "done")}
    assert body(desk)[0] == "Flex your foot."


def test_it_goes_on_where_an_evening_that_was_closed_comes_once_more() -> None:
    """A stretch that began after a good night continues after a flight west."""
    desk = Desk(STRETCH.replace("22:00", "08:00"), "2026-11-23 21:00")
    desk.answers().good_night(desk.now)
    desk.written()
    desk.until("2026-11-24 08:00")
    desk.press("start")
    desk.service.change_zone(ZoneInfo("America/New_York"), desk.now)
    desk.until("2026-11-24 08:00:10")
    assert body(desk)[-1].startswith("Step 2 of 5")
    desk.until("2026-11-24 08:01:30")
    assert desk.outcomes("stretch") == ["done"]


def test_a_screen_with_room_for_words_has_the_name_as_its_title() -> None:
    """Without room for it, the title is the instruction."""
    desk = led()
    assert shown(desk).title == "Sit down."
    desk.screen.capabilities = frozenset({Capability.BODY})
    desk.until("2026-11-23 22:00:10")
    assert shown(desk).title == "My stretch"


def test_it_runs_to_its_end_and_is_done() -> None:
    """Closing words that go away by themselves, and an outcome that can be taken back."""
    desk = led()
    desk.until("2026-11-23 22:01:29")
    assert desk.outcomes("stretch") == ["open"]
    desk.until("2026-11-23 22:01:30")
    assert desk.outcomes("stretch") == ["done"]
    assert (shown(desk).title, shown(desk).buttons) == ("Well done", ())
    assert shown(desk).progress == 100
    desk.until("2026-11-23 22:01:38")
    assert desk.title() is None
    assert desk.journal.routine_session() is None
    assert [act.what for act in desk.journal.actions()] == ["done"]
    assert [key for key, _ in desk.told].count("log_done") == 1
    desk.answers().undo(desk.now)
    desk.written()
    assert desk.title() == "Once more: Time for a gentle stretch"


def test_a_quiet_sound_at_each_change_but_not_at_the_first() -> None:
    """The first comes by the person's own hand."""
    desk = led()
    assert (shown(desk).sound, shown(desk).silent) == (None, True)
    desk.until("2026-11-23 22:00:10")
    assert (shown(desk).sound, shown(desk).silent) == ("message", False)


def test_steps_are_heard_under_do_not_disturb_if_their_reminder_has_a_sound() -> None:
    """The sound of [stretch] alone is not asked for by this reminder."""
    assert not shown(led()).heard_always
    desk = Desk(STRETCH.replace("repeat =", 'sound = "bell"\nrepeat =', 1), "2026-11-23 21:30")
    desk.until("2026-11-23 22:00")
    assert (shown(desk).sound, shown(desk).heard_always) == ("bell", True)
    desk.press("start")
    desk.until("2026-11-23 22:00:10")
    assert (shown(desk).sound, shown(desk).heard_always) == ("message", True)


def test_the_sound_can_be_turned_off() -> None:
    """Then the notifier is asked to be silent too."""
    desk = led("[stretch]\nsound = false\n")
    desk.until("2026-11-23 22:01:30")
    heard = [(one.sound, one.silent) for one in desk.screen.shown if one.progress is not None]
    assert set(heard) == {(None, True)}


def test_it_is_as_pressing_as_its_reminder() -> None:
    """A server in do not disturb that shows the one shows the other."""
    desk = Desk(
        STRETCH.replace("repeat =", 'urgency = "critical"\nrepeat =', 1), "2026-11-23 21:30"
    )
    desk.until("2026-11-23 22:00")
    desk.press("start")
    assert shown(desk).urgency is Urgency.CRITICAL


def test_stopped_the_reminder_is_back_as_it_was() -> None:
    """With its buttons and its repeats, for as long as a reminder stays."""
    desk = led()
    desk.until("2026-11-23 22:00:40")
    desk.press("stop")
    assert desk.buttons == ["start", "done", "good-night"]
    assert desk.journal.routine_session() is None
    assert desk.outcomes("stretch") == ["open"]
    desk.until("2026-11-23 22:10:39")
    desk.close()
    desk.until("2026-11-23 22:10:40")
    assert desk.title() == "Once more: Time for a gentle stretch"


def test_it_can_be_started_again() -> None:
    """From its beginning."""
    desk = led()
    desk.until("2026-11-23 22:00:40")
    desk.press("stop")
    desk.press("start")
    assert body(desk)[-1] == "Step 1 of 5 · 10 s"
    desk.until("2026-11-23 22:02:10")
    assert desk.outcomes("stretch") == ["done"]


def test_done_in_the_middle_is_done() -> None:
    """Without closing words: the person has said it."""
    desk = led()
    desk.until("2026-11-23 22:00:40")
    desk.press("done")
    assert desk.outcomes("stretch") == ["done"]
    assert desk.title() is None


def test_closed_in_the_middle_it_is_closed_as_any_reminder() -> None:
    """It asks again where repeats are left, and is dismissed where none are."""
    desk = led()
    desk.until("2026-11-23 22:00:40")
    desk.close()
    assert desk.title() is None
    assert desk.journal.routine_session() is None
    assert desk.outcomes("stretch") == ["open"]
    desk.until("2026-11-23 22:10:40")
    assert desk.title() == "Once more: Time for a gentle stretch"
    once = Desk(STRETCH.replace("repeat = ", "# repeat = ", 1), "2026-11-23 21:30")
    once.until("2026-11-23 22:00")
    once.press("start")
    once.close()
    assert once.outcomes("stretch") == ["dismissed"]


def test_the_closing_words_can_be_closed() -> None:
    """Nothing changes by it."""
    desk = led()
    desk.until("2026-11-23 22:01:31")
    desk.close()
    assert desk.title() is None
    assert desk.outcomes("stretch") == ["done"]


def test_what_falls_due_meanwhile_waits_and_comes_after_it() -> None:
    """It can come after the closing words while it is fresh."""
    desk = led(WATER)
    desk.until("2026-11-23 22:01:37")
    assert desk.outcomes("water") == ["held"]
    desk.until("2026-11-23 22:01:38")
    assert desk.title() == "Time for some water"


def test_what_waits_in_line_for_it_is_not_missed() -> None:
    """Two that fell due meanwhile come one after the other."""
    desk = led(WATER + WATER.replace("water", "more").replace("22:01", "22:01:10"))
    desk.until("2026-11-23 22:01:38")
    desk.press("done")
    assert desk.title() == "Time for some water"
    desk.press("done")
    assert {*desk.outcomes("water"), *desk.outcomes("more")} == {"done"}


def test_the_same_reminder_does_not_ask_for_what_is_being_done() -> None:
    """Its next occurrence is missed, and the stretch goes on."""
    often = STRETCH.replace('at = "22:00"', 'at = ["22:00", "22:01"]')
    desk = Desk(often, "2026-11-23 21:30")
    desk.until("2026-11-23 22:00")
    desk.press("start")
    desk.until("2026-11-23 22:01:30")
    assert desk.outcomes("stretch") == ["done", "missed: routine"]


def test_who_stretches_is_not_idle_but_may_lock_the_screen() -> None:
    """Locked, it is stopped, and the reminder returns with the person."""
    desk = led()
    desk.there(Presence({Condition.IDLE}))
    desk.until("2026-11-23 22:00:40")
    assert body(desk)[-1].startswith("Step 3")
    desk.there(Presence({Condition.LOCKED}))
    assert desk.title() is None
    assert desk.journal.routine_session() is None
    desk.there(Presence())
    assert desk.buttons[0] == "start"


@pytest.mark.parametrize(
    ("command", "outcome"),
    [("done", "done"), ("snooze", "snoozed"), ("pause", "held"), ("good_night", "done")],
)
def test_every_command_ends_it(command: str, outcome: str) -> None:
    """The command has its usual effect on the reminder."""
    desk = led()
    desk.until("2026-11-23 22:00:40")
    more = [desk.now + timedelta(hours=1)] if command == "pause" else []
    getattr(desk.answers(), command)(desk.now, *more)
    desk.written()
    assert desk.title() is None
    assert desk.journal.routine_session() is None
    assert desk.outcomes("stretch") == [outcome]


def test_after_a_snooze_it_can_be_started() -> None:
    """It comes back as the reminder that it was."""
    desk = led()
    desk.answers().snooze(desk.now)
    desk.written()
    desk.until("2026-11-23 22:10")
    desk.press("start")
    assert body(desk)[-1].startswith("Step 1")


def test_a_service_that_was_away_for_a_moment_goes_on_where_the_clock_is() -> None:
    """The notification that it had left on the screen is closed first."""
    desk = led()
    desk.until("2026-11-23 22:00:25")
    last = f"handle {len(desk.screen.shown)}"
    desk.restart("2026-11-23 22:00:55")
    assert body(desk)[-1].startswith("Step 4")
    assert desk.screen.forgotten == [last]
    desk.until("2026-11-23 22:01:30")
    assert desk.outcomes("stretch") == ["done"]


def test_a_service_that_was_away_for_longer_shows_the_reminder_again() -> None:
    """Nobody was led any more; it is asked as before."""
    desk = led()
    desk.until("2026-11-23 22:00:25")
    desk.restart("2026-11-23 22:01:01")
    assert desk.buttons == ["start", "done", "good-night"]
    assert desk.journal.routine_session() is None


def test_a_suspend_in_the_middle_ends_it() -> None:
    """The reminder returns if it is fresh, and is not answered if it is not."""
    desk = led()
    desk.sleep_until("2026-11-23 22:05")
    assert desk.buttons == ["start", "done", "good-night"]
    desk.press("start")
    desk.sleep_until("2026-11-24 07:30")
    assert desk.outcomes("stretch") == ["expired: too late"]


def test_a_service_that_was_away_over_the_end_is_in_time_for_it() -> None:
    """A few seconds later it is done all the same."""
    desk = led()
    desk.until("2026-11-23 22:01:25")
    desk.restart("2026-11-23 22:01:33")
    (delivery,) = desk.deliveries("stretch")
    assert delivery.state == Closed(Outcome.DONE, desk.now)
    assert desk.title() == "Well done"


def test_closing_words_do_not_come_back_with_a_start() -> None:
    """They have been read, or not; what comes, comes."""
    desk = led()
    desk.until("2026-11-23 22:01:31")
    desk.restart()
    assert desk.title() is None
    assert desk.journal.routine_session() is None


def test_a_stop_and_a_start_of_the_service_take_it_off_and_put_it_back() -> None:
    """As long as hardly any time passes."""
    desk = led()
    desk.service.stop()
    assert desk.title() is None
    desk.restart("2026-11-23 22:00:05")
    assert body(desk)[-1].startswith("Step 1")


def test_a_routine_that_is_edited_away_gives_the_reminder_back() -> None:
    """As it is configured now."""
    desk = led()
    without = STRETCH.split("[routines", maxsplit=1)[0].replace('"mine"', '"quick"')
    desk.service.reload(
        schedule_of(SLEEP + without), desk.translator, desk.now, meant_since=desk.now
    )
    assert desk.buttons == ["start", "done", "good-night"]


def test_other_lengths_hold_at_once() -> None:
    """It goes on where the clock is by them."""
    desk = led()
    desk.until("2026-11-23 22:00:40")
    slower = STRETCH.replace("seconds = 20", "seconds = 60")
    desk.schedule = schedule_of(SLEEP + slower)
    desk.service.reload(desk.schedule, desk.translator, desk.now, meant_since=desk.now)
    assert body(desk)[-1].startswith("Step 2 of 5")
    desk.until("2026-11-23 22:04:10")
    assert desk.outcomes("stretch") == ["done"]


def test_a_late_press_on_the_reminder_does_nothing_while_it_leads() -> None:
    """Stopped, it can be answered by a step that is still on the screen: both are the same."""
    desk = Desk(STRETCH, "2026-11-23 21:30")
    desk.until("2026-11-23 22:00")
    (reminder,) = desk.screen.on_screen
    desk.press("start")
    (routine,) = desk.screen.on_screen
    desk.service.handle_event(ButtonPressed(reminder, "good-night"), desk.now)
    assert desk.outcomes("stretch") == ["open"]
    desk.press("stop")
    desk.service.handle_event(ButtonPressed(routine, "stop"), desk.now)
    assert desk.outcomes("stretch") == ["open"]
    desk.service.handle_event(ButtonPressed(routine, "done"), desk.now)
    assert desk.outcomes("stretch") == ["done"]


def test_the_next_deadline_is_the_next_change() -> None:
    """There is none in between."""
    desk = led()
    begun = desk.now
    assert desk.service.next_deadline() == begun + timedelta(seconds=10)
    desk.until("2026-11-23 22:00:10")
    assert desk.service.next_deadline() == begun + timedelta(seconds=30)


def test_a_trial_interrupts_nothing() -> None:
    """It is answered as not shown, and the stretch goes on."""
    desk = led()
    before = shown(desk)
    number = desk.journal.request_trial("stretch", desk.now)
    desk.written()
    assert desk.journal.trial_answer(number) == NOT_SHOWN
    assert shown(desk) == before
