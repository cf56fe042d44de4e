"""The reason for the last decision about a reminder: why."""

from __future__ import annotations

from collections.abc import Mapping

import click

from nightcare.cli.actions import user_actions
from nightcare.cli.command_context import CommandContext, json_option, pass_context
from nightcare.cli.command_help import LocalisedCommand
from nightcare.cli.completion import reminder_names
from nightcare.cli.output import print_json
from nightcare.cli.plan_json import key_value, local_time
from nightcare.domain.delivery import Closed, Delivery
from nightcare.domain.history import Decision


@click.command("why", cls=LocalisedCommand)
@click.argument("reminder", required=False, shell_complete=reminder_names)
@json_option
@pass_context
def why_command(context: CommandContext, *, reminder: str | None, as_json: bool) -> None:
    """Show why each reminder, or one of them, was last shown, held back or dropped."""
    with context.journal() as journal:
        if reminder is not None:
            reminder = context.typed_reminder(reminder)
            with user_actions(context) as actions:
                actions.reminder(reminder)
        decisions = journal.last_decisions(reminder)
        deliveries = {one: journal.delivery(one.occurrence.key) for one in decisions}
        elsewhere = any(_computer(one) is not None for one in deliveries.values())
        names = journal.shared.computer_names() if elsewhere else {}
        calendar = context.calendar
    ahead = [
        (one, one.state)
        for one in context.outlook().answered_ahead()
        if isinstance(one.state, Closed) and reminder in (None, one.key.reminder)
    ]
    if as_json:
        print_json(
            [
                {
                    **key_value(one.occurrence, calendar),
                    "decided": local_time(one.at, calendar),
                    "verdict": one.verdict,
                    "step": one.step,
                    "delivery": None if one.delivery is None else one.delivery.stage,
                    "refusal": None if one.delivery is None else one.delivery.refusal,
                }
                for one in decisions
            ]
            + [
                {
                    **key_value(one.occurrence, calendar),
                    "decided": local_time(state.at, calendar),
                    "verdict": "drop",
                    "step": state.outcome,
                    "delivery": None,
                    "refusal": None,
                }
                for one, state in ahead
            ]
        )
        return
    if not decisions and not ahead:
        context.print("why_nothing")
    for one in decisions:
        _print(one, deliveries[one], names, context)
    for delivery, state in ahead:
        context.print(
            "why_ahead",
            reminder=context.title(delivery.key.reminder),
            due=context.clock(delivery.occurrence.due),
            outcome=context.translator.text(f"outcome_{state.outcome}"),
            at=context.clock(state.at),
        )


def _computer(delivery: Delivery | None) -> str | None:
    """Return the id of the computer on which a delivery ended; None for this one."""
    state = None if delivery is None else delivery.state
    return state.computer if isinstance(state, Closed) else None


def _print(
    decision: Decision, delivery: Delivery | None, names: Mapping[str, str], context: CommandContext
) -> None:
    state = None if delivery is None else delivery.state
    if isinstance(state, Closed) and state.computer is not None:
        context.print(
            "why_elsewhere",
            reminder=decision.occurrence.key.reminder,
            due=context.clock(decision.occurrence.due),
            outcome=context.translator.text(f"outcome_{state.outcome}"),
            computer=names.get(state.computer) or context.translator.text("another_computer"),
            at=context.clock(state.at),
        )
        return
    verdict, reason = decision.verdict, context.translator.text(f"reason_{decision.step.word}")
    if decision.delivery is not None and decision.delivery.stage != "shown":
        verdict, reason = "not_shown", context.translator.text(f"delivery_{decision.delivery.word}")
    context.print(
        f"why_{verdict}",
        reminder=context.title(decision.occurrence.key.reminder),
        due=context.clock(decision.occurrence.due),
        at=context.clock(decision.at),
        reason=reason,
    )
