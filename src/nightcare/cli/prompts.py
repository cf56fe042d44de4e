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
"""The answers of all languages, each accepted in every language."""


def prompt(question: str, **settings: Any) -> str:
    """Ask until there is an answer; settings are those of `click.prompt`.

    Raises:
        KeyboardInterrupt: The user pressed Ctrl-C or Ctrl-D.
    """
    try:
        answer: str = click.prompt(question, **settings)
    except click.Abort as error:
        raise KeyboardInterrupt from error
    return answer


def prompt_yes(words: Translator, question: str, *, default: bool) -> bool:
    """Ask until the answer is yes or no; Enter alone gives the default.

    Raises:
        KeyboardInterrupt: The user pressed Ctrl-C or Ctrl-D.
    """
    hint = words.say("setup_yes_usual" if default else "setup_no_usual")
    while True:
        answer = prompt(f"{question} [{hint}]", default="", show_default=False).strip().lower()
        if answer in ("", *_YES, *_NO):
            return answer in _YES if answer else default
        echo(words.say("setup_yes_or_no"))


def confirm_erasure(words: Translator, command: str, losses: Iterable[str]) -> bool:
    """Print what a command erases for good, and ask whether to go on.

    Args:
        words: The user's language.
        command: The command, by which its texts in the catalogue begin.
        losses: What it erases, as lines.

    Raises:
        ValueRefused: There is no terminal to ask in.
        KeyboardInterrupt: The user pressed Ctrl-C or Ctrl-D.
    """
    if not sys.stdin.isatty():
        raise ValueRefused(f"{command}_wants_yes")
    for line in losses:
        echo(line)
    if prompt_yes(words, words.say(f"{command}_sure"), default=False):
        return True
    echo(words.say(f"{command}_nothing"))
    return False
