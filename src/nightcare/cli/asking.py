"""A question that is answered with yes or no."""

from __future__ import annotations

import click

from nightcare.catalogue.reading import Words

_YES, _NO = ("y", "yes", "j", "ja"), ("n", "no", "nej")
"""In every language, for nobody changes their habits with it."""


def says_yes(words: Words, question: str, *, usual: bool) -> bool:
    """Ask until the answer is yes or no; Enter alone is what is usual.

    Raises:
        click.Abort: The person broke it off.
    """
    hint = words.say("setup_yes_usual" if usual else "setup_no_usual")
    while True:
        said: str = click.prompt(f"{question} [{hint}]", default="", show_default=False)
        match said.strip().lower():
            case "":
                return usual
            case word if word in _YES:
                return True
            case word if word in _NO:
                return False
            case _:
                click.echo(words.say("setup_yes_or_no"))
