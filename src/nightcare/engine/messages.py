"""An occurrence as the message that the person reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from nightcare.domain.delivery import Delivery
from nightcare.domain.guidance import Tip
from nightcare.domain.notification import Button, Message
from nightcare.domain.reminders import Key, Reminder
from nightcare.domain.schedule import OWN_TITLE_LENGTH
from nightcare.engine.guided_routine import OF_ROUTINE, START
from nightcare.engine.ports import TranslatorPort
from nightcare.engine.user_actions import DONE, GOOD_NIGHT, snooze_key

_MOST_BUTTONS = 3


def token(delivery: Delivery) -> str:
    """Return the token of one showing of an occurrence; each showing has another one.

    The moment is part of it, because an occurrence that was moved begins again with its first
    showing.
    """
    showing = f"{delivery.occurrence.due:%Y%m%dT%H%M%S}.{delivery.snoozes}.{delivery.showings}"
    return f"{delivery.key}/{showing}"


def key_of(name: str) -> Key | None:
    """Return the occurrence that a token belongs to; None if it belongs to no reminder."""
    key = Key.parse(name.rpartition("/")[0])
    return None if key is None else replace(key, reminder=key.reminder.removeprefix(OF_ROUTINE))


def compose(
    delivery: Delivery,
    reminder: Reminder,
    translator: TranslatorPort,
    *,
    tip: Tip | None,
    lengths: Sequence[timedelta],
    last_before_bed: bool,
) -> Message:
    """Return the message of an occurrence.

    Args:
        delivery: The occurrence and its state.
        reminder: Its reminder.
        translator: The person's language.
        tip: The next tip; not used if the reminder has the person's own text.
        lengths: The snoozes that make sense now.
        last_before_bed: Whether it is the last one of the evening, and so wishes a good night.
    """
    title, body = title_and_body(reminder, translator, "" if tip is None else tip.text)
    if delivery.seen:
        # Some servers drop a message that equals the one before, so a repeat has another text.
        title = translator.text("title_again", title=title)
    return Message(
        token=token(delivery),
        title=title,
        body=body,
        buttons=_buttons(reminder, translator, lengths, last_before_bed=last_before_bed),
        command=translator.text("answer_command"),
        spoken=_spoken(reminder, translator, lengths, last_before_bed=last_before_bed),
        urgency=reminder.urgency,
        sound=reminder.sound,
        # There is no sound by default, so the person has asked for one that is set.
        heard_always=reminder.sound is not None,
        stays=reminder.stays,
    )


def title_and_body(reminder: Reminder, translator: TranslatorPort, advice: str) -> tuple[str, str]:
    """Return the title and the body of a reminder: the person's own text, or a tip."""
    usual = translator.text(f"title_{reminder.topic}")
    if reminder.text is None:
        return usual, advice
    if len(reminder.text) <= OWN_TITLE_LENGTH:
        return reminder.text, ""
    return usual, reminder.text


def _buttons(
    reminder: Reminder,
    translator: TranslatorPort,
    lengths: Sequence[timedelta],
    *,
    last_before_bed: bool,
) -> tuple[Button, ...]:
    start = [] if reminder.routine is None else [Button(START, translator.text("button_start"))]
    done = Button(DONE, translator.text("button_done"))
    snoozes = [
        Button(
            snooze_key(length), translator.text("button_snooze", length=translator.length(length))
        )
        for length in lengths
    ]
    last = [Button(GOOD_NIGHT, translator.text("button_good_night"))] if last_before_bed else []
    room = _MOST_BUTTONS - len(start) - 1 - len(last)
    return (*start, done, *snoozes[:room], *last)


def _spoken(
    reminder: Reminder,
    translator: TranslatorPort,
    lengths: Sequence[timedelta],
    *,
    last_before_bed: bool,
) -> str:
    answer = _spoken_answer(translator, lengths, last_before_bed=last_before_bed)
    if reminder.routine is None:
        return answer
    return f"{translator.text('spoken_start', routine=reminder.routine)} {answer}"


def _spoken_answer(
    translator: TranslatorPort, lengths: Sequence[timedelta], *, last_before_bed: bool
) -> str:
    if last_before_bed:
        return translator.text("spoken_good_night")
    if not lengths:
        return translator.text("spoken_done")
    return translator.text("spoken_snooze", length=snooze_key(lengths[0]).removeprefix("snooze-"))
