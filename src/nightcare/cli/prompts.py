"""Questions in the terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

import click

from nightcare.cli.output import echo
from nightcare.errors import ValueRefused
from nightcare.i18n.translator import Translator

_YES, _NO = ("y", "yes", "j", "ja"), ("n", "no", "nej")
"""In every language, for nobody changes their habits with it."""


def prompt(question: str, **settings: Any) -> str:
    """Ask until something is said; settings are those of click.

    Raises:
        KeyboardInterrupt: The person broke it off.
    """
    try:
        said: str = click.prompt(question, **settings)
    except click.Abort as broken_off:
        raise KeyboardInterrupt from broken_off
    return said


def confirms(
    words: Translator, said: Iterable[str], question: str, refusal: str, unasked: ValueRefused
) -> bool:
    """Ask whether something that cannot be undone is wanted; the usual answer is no.

    Args:
        words: The person's language.
        said: What they are told first, line by line.
        question: The question.
        refusal: What they are told after a no.
        unasked: The error where there is no terminal to ask in.

    Raises:
        ValueRefused: There is no terminal to ask in.
        KeyboardInterrupt: The person broke it off.
    """
    if not sys.stdin.isatty():
        raise unasked
    for line in said:
        echo(line)
    if says_yes(words, question, usual=False):
        return True
    echo(refusal)
    return False


def says_yes(words: Translator, question: str, *, usual: bool) -> bool:
    """Ask until the answer is yes or no; Enter alone is what is usual.

    Raises:
        KeyboardInterrupt: The person broke it off.
    """
    hint = words.say("setup_yes_usual" if usual else "setup_no_usual")
    while True:
        said: str = prompt(f"{question} [{hint}]", default="", show_default=False)
        match said.strip().lower():
            case "":
                return usual
            case word if word in _YES:
                return True
            case word if word in _NO:
                return False
            case _:
                echo(words.say("setup_yes_or_no"))
