"""Actions that can be undone, and the effects of their undo, as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from nightcare.domain.delivery import Active, Closed, Delivery, Held, Snoozed
from nightcare.domain.history import UserAction
from nightcare.i18n.plan_text import moment_text, occurrence_text, occurrences_text
from nightcare.i18n.translator import Translator

if TYPE_CHECKING:
    from nightcare.domain.outlook import Outlook


def undoable_text(action: UserAction, outlook: Outlook, translator: Translator) -> str:
    """Return the text of an action that can be undone, such as "the snooze of the 22:00 water".

    Args:
        action: The last action.
        outlook: The plan.
        translator: The user's language.
    """
    answered = occurrences_text([one.occurrence for one in action.deliveries], outlook, translator)
    if len(action.deliveries) == 1:
        answered = occurrence_text(action.deliveries[0].occurrence, outlook, translator)
    return translator.text(f"undoable_{action.what.replace('-', '_')}", what=answered)


def undone_text(action: UserAction, outlook: Outlook, translator: Translator) -> str:
    """Return the text about the restored state after the undo of an action.

    Args:
        action: The action that was undone.
        outlook: The plan after the undo.
        translator: The user's language.
    """
    parts = [*_settings(action, outlook, translator), *_answers(action, outlook, translator)]
    return translator.text("did_undo", what="; ".join(parts))


def elsewhere_values(
    delivery: Delivery, names: Mapping[str, str], outlook: Outlook, translator: Translator
) -> dict[str, str]:
    """Return the values of a text about an answer on another computer.

    Args:
        delivery: The delivery that was answered.
        names: The name of each computer, by its id.
        outlook: The plan.
        translator: The user's language.
    """
    state = delivery.state
    computer = (isinstance(state, Closed) and state.computer) or ""
    return {
        "what": occurrence_text(delivery.occurrence, outlook, translator),
        "computer": names.get(computer) or translator.text("another_computer"),
    }


def _settings(action: UserAction, outlook: Outlook, translator: Translator) -> list[str]:
    """Return the text about restored settings for all reminders."""
    state, now = outlook.global_state, outlook.now
    paused = state.pause_end(now)
    until = "" if paused is None else moment_text(paused, outlook, translator)
    match action.what:
        case "pause" | "resume" if paused is not None:
            return [translator.text("undone_paused_again", until=until)]
        case "pause":
            return [translator.text("undone_pause")]
        case "resume" if outlook.closed_by_good_night:
            return [translator.text("undone_closed_again")]
        case "resume":
            return [translator.text("undone_resume")]
        case "tonight":
            bedtime = outlook.calendar.at(action.at).bedtime
            return [
                translator.text("undone_tonight", bedtime=moment_text(bedtime, outlook, translator))
            ]
        case "good-night":
            return [translator.text("undone_good_night")]
        case _:
            return []


def _answers(action: UserAction, outlook: Outlook, translator: Translator) -> list[str]:
    """Return the text about the occurrences that the action had answered."""
    if action.what not in {"done", "snooze", "skip", "good-night"}:
        return []
    ahead = [one for one in action.deliveries if one.occurrence.due > outlook.now]
    rest = [one for one in action.deliveries if one not in ahead]
    if len(ahead) <= 1:
        ahead, rest = [], list(action.deliveries)
    parts = [_new_state_text(one, action, outlook, translator) for one in rest]
    return [*parts, *([_many_come(ahead, outlook, translator)] if ahead else [])]


def _many_come(ahead: Sequence[Delivery], outlook: Outlook, translator: Translator) -> str:
    what = occurrences_text([one.occurrence for one in ahead], outlook, translator)
    return translator.text("undone_many_come", what=what)


def _new_state_text(
    before: Delivery, action: UserAction, outlook: Outlook, translator: Translator
) -> str:
    """Return the text about the new state of one occurrence."""
    delivery = next((one for one in outlook.deliveries if one.key == before.key), None)
    what = occurrence_text(before.occurrence, outlook, translator)
    match None if delivery is None else delivery.state:
        case None:
            return translator.text("undone_comes", what=what)
        case Snoozed(until):
            until_text = moment_text(until, outlook, translator)
            return translator.text("undone_snoozed", what=what, until=until_text)
        case Active(closes=closes, away=False) if closes > outlook.now:
            return translator.text("undone_open", what=what)
        case Held():
            return translator.text("undone_waits", what=what)
        case Closed() | Active(away=False):
            key = "undone_answer" if action.what != "skip" else "undone_skip"
            return translator.text(key, what=what)
        case _:
            return translator.text("undone_comes", what=what)
