"""The guidance: tips, causes; and helpers for its texts."""

from __future__ import annotations

import click

from nightcare.cli.command_context import CommandContext, json_option, pass_context
from nightcare.cli.command_help import LocalisedCommand
from nightcare.cli.completion import topic_words
from nightcare.cli.output import echo, fitted, print_json
from nightcare.domain.guidance import Advice, Guidance
from nightcare.domain.reminders import Topic
from nightcare.errors import ValueRefused, with_nearest
from nightcare.i18n.translator import Translator, read_words
from nightcare.languages import languages

_WIDEST = 72
"""Columns that are comfortable to read."""


language_option = click.option("--language", type=click.Choice(languages(), case_sensitive=False))


def translator_in(context: CommandContext, language: str | None) -> Translator:
    """Return a language, or the user's for None; guidance does not need a valid config."""
    return context.lenient().translator if language is None else read_words(language)


@click.command("tips", cls=LocalisedCommand)
@click.argument("words", nargs=-1, shell_complete=topic_words)
@language_option
@json_option
@pass_context
def tips_command(
    context: CommandContext, *, words: tuple[str, ...], language: str | None, as_json: bool
) -> None:
    """Show the tips of one topic or all, with their sections of the guidance."""
    translator = translator_in(context, language)
    guidance = translator.guidance
    topic = _topic(" ".join(words), context, translator) if words else None
    tips = [tip for tip in guidance.tips if topic in (None, tip.topic)]
    if as_json:
        print_json(
            [
                {
                    "id": tip.id,
                    "topic": tip.topic,
                    "moment": tip.moment,
                    "text": tip.text,
                    "source": f"{guidance.source}: {tip.section}",
                }
                for tip in tips
            ]
        )
        return
    shown: Topic | None = None
    for tip in tips:
        if tip.topic is not shown:
            shown = tip.topic
            echo(("\n" if shown is not tips[0].topic else "") + translator.text(f"topic_{shown}"))
        echo(wrapped(f"- {tip.text}", "  "))
    echo()
    echo(wrapped(translator.text("source", source=guidance.source)))
    echo(wrapped(guidance.on_professional("not-medical-advice").text))


def _topic(typed: str, context: CommandContext, translator: Translator) -> Topic:
    """Return the topic for a text: its id, its word, or the name of one of its reminders.

    Raises:
        ValueRefused: There is none of that name.
    """
    names = {str(one): one for one in Topic}
    for spoken in (read_words("en"), translator, context.lenient().translator):
        names |= {spoken.text(f"topic_{one}").casefold(): one for one in Topic}
    names |= {one.name: one.topic for one in context.lenient().schedule.reminders}
    found = names.get(typed.casefold())
    if found is None:
        known = ", ".join(translator.text(f"topic_{one}") for one in Topic)
        key, values = with_nearest("topic_unknown", typed, names, {"found": typed, "known": known})
        raise ValueRefused(key, **values)
    return found


@click.command("causes", cls=LocalisedCommand)
@language_option
@json_option
@pass_context
def causes_command(context: CommandContext, *, language: str | None, as_json: bool) -> None:
    """Show possible causes of cramps, and when to see a professional."""
    translator = translator_in(context, language)
    guidance = translator.guidance
    if as_json:
        print_json(
            {
                "causes": [_value(one, guidance) for one in guidance.causes],
                "professional": [_value(one, guidance) for one in guidance.professional],
            }
        )
        return
    what, unsure, *causes = guidance.causes
    *when, caution = guidance.professional
    lines = [wrapped(what.text), "", wrapped(translator.text("causes_title")), wrapped(unsure.text)]
    lines += [wrapped(f"- {one.text}", "  ") for one in causes]
    lines += ["", wrapped(translator.text("causes_professional"))]
    lines += [wrapped(f"- {one.text}", "  ") for one in when]
    lines += ["", wrapped(translator.text("source", source=guidance.source)), wrapped(caution.text)]
    echo("\n".join(lines))


def _value(one: Advice, guidance: Guidance) -> dict[str, str]:
    return {"id": one.id, "text": one.text, "source": f"{guidance.source}: {one.section}"}


def wrapped(text: str, indent: str = "") -> str:
    """Return a text in lines that fit the terminal and are never longer than `_WIDEST`."""
    first = "" if text.startswith("- ") or text[:1].isdigit() else indent
    return fitted(text, indent, first=first, widest=_WIDEST)
