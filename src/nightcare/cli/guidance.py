"""Guidance: tips."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterable

import click

from nightcare.catalogue.reading import LANGUAGES, Words, read_words
from nightcare.cli.output import say_json
from nightcare.cli.person import Person, as_json, command
from nightcare.domain.guidance import Advice
from nightcare.domain.reminders import Topic

_WIDEST = 72


def _words(person: Person, language: str | None) -> Words:
    """The language asked for, else the person's; a wrong config keeps nobody from a tip."""
    return person.any_words if language is None else read_words(language)


@command("tips", help="Show the tips, of one topic or all, with the guidance they rest on.")
@click.argument("topic", required=False, type=click.Choice([str(topic) for topic in Topic]))
@click.option("--language", type=click.Choice(LANGUAGES), help="Another language than yours.")
@as_json
def tips_command(
    person: Person, *, topic: str | None, language: str | None, for_program: bool
) -> None:
    """The tips, with the guidance they rest on."""
    words = _words(person, language)
    guidance = words.guidance
    tips = [tip for tip in guidance.tips if topic in (None, tip.topic)]
    if for_program:
        say_json(
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
            click.echo(("\n" if shown is not tips[0].topic else "") + words.say(f"topic_{shown}"))
        click.echo(wrapped(f"- {tip.text}", "  "))
    click.echo()
    click.echo(wrapped(words.say("source", source=guidance.source)))
    click.echo(wrapped(advice(guidance.professional, "not-medical-advice")))


def advice(said: Iterable[Advice], name: str) -> str:
    """The text of the advice of that name."""
    return next(one.text for one in said if one.id == name)


def wrapped(text: str, indent: str = "") -> str:
    """A text in lines that fit the terminal, and are never too long to read well."""
    width = min(shutil.get_terminal_size((_WIDEST, 24)).columns, _WIDEST)
    first = "" if text.startswith("- ") or text[:1].isdigit() else indent
    return textwrap.fill(text, width, initial_indent=first, subsequent_indent=indent)
