"""Guidance: tips and relief."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap

import click

from nightcare.catalogue.reading import Words, read_words
from nightcare.cli.output import say_json
from nightcare.cli.person import Person, as_json, command
from nightcare.domain.guidance import Advice
from nightcare.domain.reminders import Topic
from nightcare.languages import languages

_WIDEST = 72
_DIM = "\x1b[2m"
_PLAIN = "\x1b[0m"


def _words(person: Person, language: str | None) -> Words:
    """The language asked for, else the person's; a wrong config keeps nobody from a tip."""
    return person.any_words if language is None else read_words(language)


@command("tips", help="Show the tips, of one topic or all, with the guidance they rest on.")
@click.argument("topic", required=False, type=click.Choice([str(topic) for topic in Topic]))
@click.option("--language", type=click.Choice(languages()), help="Another language than yours.")
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
    click.echo(wrapped(_advice(guidance.professional, "not-medical-advice")))


@command("relief", help="A calm card for a cramp in the night: what to do now.")
@click.option("--language", type=click.Choice(languages()), help="Another language than yours.")
def relief_command(person: Person, *, language: str | None) -> None:
    """What to do about a cramp now."""
    words = _words(person, language)
    guidance = words.guidance
    *steps, caution = guidance.relief
    lines = [wrapped(words.say("relief_title")), ""]
    lines += [wrapped(f"{number}. {step.text}", "   ") for number, step in enumerate(steps, 1)]
    lines += ["", wrapped(caution.text), ""]
    lines += [wrapped(one.text) for one in guidance.professional[:3]]
    lines += ["", wrapped(words.say("source", source=guidance.source))]
    lines.append(wrapped(_advice(guidance.professional, "not-medical-advice")))
    # Dim on a terminal: it is read in the dark.
    dim = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    card = "\n".join(lines)
    click.echo(f"{_DIM}{card}{_PLAIN}" if dim else card)


def _advice(advice: tuple[Advice, ...], name: str) -> str:
    return next(one.text for one in advice if one.id == name)


def wrapped(text: str, indent: str = "") -> str:
    """A text in lines that fit the terminal, and are never too long to read well."""
    width = min(shutil.get_terminal_size((_WIDEST, 24)).columns, _WIDEST)
    first = "" if text.startswith("- ") or text[:1].isdigit() else indent
    return textwrap.fill(text, width, initial_indent=first, subsequent_indent=indent)
