"""Questions in the terminal."""

from __future__ import annotations

from typing import Any

import click

from nightcare.catalogue.reading import Words
from nightcare.cli.output import echo

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


def says_yes(words: Words, question: str, *, usual: bool) -> bool:
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
