"""An occurrence as the message that the person reads."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta

from nightcare.domain.delivery import Delivery
from nightcare.domain.guidance import Tip
from nightcare.domain.notification import OWN_TITLE_LENGTH, Button, Message
from nightcare.domain.reminders import Key, Reminder
from nightcare.engine.guided_routine import START
from nightcare.engine.ports import TranslatorPort
from nightcare.engine.user_actions import DONE, GOOD_NIGHT, snooze_key

_MOST_BUTTONS = 3
_PARTS_OF_ROUTINE = 5


def token(course: Delivery) -> str:
    """Return what an asking of an occurrence is called on the screen: a new name each time.

    What comes anew because its moment was moved is asked for the first time once more, so the
    moment is part of the name.
    """
    key = course.key
    asking = f"{course.occurrence.due:%Y%m%dT%H%M%S}.{course.snoozes}.{course.asked}"
    return f"{key.reminder}/{key.care_day.isoformat()}/{key.slot}/{asking}"


def key_of(name: str) -> Key | None:
    """Return the occurrence that a token belongs to; None if it belongs to no reminder."""
    parts = name.split("/")
    match parts[1:] if len(parts) == _PARTS_OF_ROUTINE else parts:
        case [reminder, care_day, slot, _]:
            with suppress(ValueError):
                return Key(reminder, date.fromisoformat(care_day), slot)
        case _:
            pass
    return None


def compose(
    course: Delivery,
    reminder: Reminder,
    words: TranslatorPort,
    *,
    tip: Tip | None,
    lengths: Sequence[timedelta],
    last_before_bed: bool,
) -> Message:
    """Return the message of an occurrence.

    Args:
        course: The occurrence and where it stands.
        reminder: Its reminder.
        words: The person's language.
        tip: The tip whose turn it is; not used where the reminder has the person's own words.
        lengths: The snoozes that make sense now.
        last_before_bed: Whether it is the last one of the evening, and so says good night.
    """
    title, body = _text(course, reminder, words, tip)
    return Message(
        token=token(course),
        title=title,
        body=body,
        buttons=_buttons(reminder, words, lengths, last_before_bed=last_before_bed),
        command=words.say("answer_command"),
        spoken=_spoken(reminder, words, lengths, last_before_bed=last_before_bed),
        urgency=reminder.urgency,
        sound=reminder.sound,
        # The default is no sound of ours, so a sound that is set is asked for.
        heard_always=reminder.sound is not None,
        stays=reminder.stays,
    )


def _text(
    course: Delivery, reminder: Reminder, words: TranslatorPort, tip: Tip | None
) -> tuple[str, str]:
    usual = words.say(f"title_{reminder.topic}")
    advice = "" if tip is None else tip.text
    if reminder.text is None:
        title, body = usual, advice
    elif len(reminder.text) <= OWN_TITLE_LENGTH:
        title, body = reminder.text, ""
    else:
        title, body = usual, reminder.text
    # Some servers drop what equals the one before, so a later asking reads differently.
    return (words.say("title_again", title=title) if course.seen else title), body


def _buttons(
    reminder: Reminder,
    words: TranslatorPort,
    lengths: Sequence[timedelta],
    *,
    last_before_bed: bool,
) -> tuple[Button, ...]:
    start = [] if reminder.routine is None else [Button(START, words.say("button_start"))]
    done = Button(DONE, words.say("button_done"))
    snoozes = [
        Button(snooze_key(length), words.say("button_snooze", length=words.length(length)))
        for length in lengths
    ]
    last = [Button(GOOD_NIGHT, words.say("button_good_night"))] if last_before_bed else []
    room = _MOST_BUTTONS - len(start) - 1 - len(last)
    return (*start, done, *snoozes[:room], *last)


def _spoken(
    reminder: Reminder,
    words: TranslatorPort,
    lengths: Sequence[timedelta],
    *,
    last_before_bed: bool,
) -> str:
    answer = _spoken_answer(words, lengths, last_before_bed=last_before_bed)
    if reminder.routine is None:
        return answer
    return f"{words.say('spoken_start', routine=reminder.routine)} {answer}"


def _spoken_answer(
    words: TranslatorPort, lengths: Sequence[timedelta], *, last_before_bed: bool
) -> str:
    if last_before_bed:
        return words.say("spoken_good_night")
    if not lengths:
        return words.say("spoken_done")
    return words.say("spoken_snooze", length=snooze_key(lengths[0]).removeprefix("snooze-"))
