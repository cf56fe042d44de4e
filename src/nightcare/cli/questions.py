"""Questions in the terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from nightcare.cli.output import echo_text, fitted
from nightcare.errors import ValueRefused
from nightcare.i18n.translator import Translator

_YES, _NO = ("y", "yes", "j", "ja"), ("n", "no", "nej")
"""The answers of all languages, each accepted in every language."""


def prompt(question: str, default: str = "", *, end: str = ":", err: bool = False) -> str:
    """Ask until there is an answer.

    Args:
        question: The question.
        default: The answer of Enter alone, which is shown in brackets.
        end: The text after the question.
        err: Whether to ask on standard error.

    Raises:
        KeyboardInterrupt: The user pressed Ctrl-C or Ctrl-D.
    """
    shown = f"{question} [{default}]{end}" if default else f"{question}{end}"
    try:
        answer: str = click.prompt(
            fitted(shown), default, show_default=False, prompt_suffix=" ", err=err
        )
    except click.Abort as error:
        raise KeyboardInterrupt from error
    return answer


def prompt_yes(translator: Translator, question: str, *, default: bool) -> bool:
    """Ask until the answer is yes or no; Enter alone gives the default.

    Raises:
        KeyboardInterrupt: The user pressed Ctrl-C or Ctrl-D.
    """
    hint = translator.text("setup_yes_usual" if default else "setup_no_usual")
    while True:
        answer = prompt(f"{question} [{hint}]").strip().lower()
        if answer in ("", *_YES, *_NO):
            return answer in _YES if answer else default
        echo_text(translator.text("setup_yes_or_no"))


def confirm_erasure(
    translator: Translator,
    losses: Iterable[str],
    question: str,
    refusal: str,
    unasked: ValueRefused,
) -> bool:
    """Print the records that a command erases for good, and ask for confirmation.

    Args:
        translator: The user's language.
        losses: The records that it erases, as lines.
        question: The question.
        refusal: The line that follows a no.
        unasked: The error if there is no terminal to ask in.

    Raises:
        ValueRefused: There is no terminal to ask in.
        KeyboardInterrupt: The user pressed Ctrl-C or Ctrl-D.
    """
    if not sys.stdin.isatty():
        raise unasked
    for line in losses:
        echo_text(line)
    if prompt_yes(translator, question, default=False):
        return True
    echo_text(refusal)
    return False


def may_overwrite(translator: Translator, *paths: Path) -> bool:
    """Return whether files may be written there, after asking for each that exists.

    Raises:
        ValueRefused: One exists, and there is no terminal to ask in.
        KeyboardInterrupt: The user pressed Ctrl-C or Ctrl-D.
    """
    # Writing to a folder or a device overwrites nothing.
    for path in filter(Path.is_file, paths):
        if not sys.stdin.isatty():
            raise ValueRefused("page_would_overwrite", path=path)
        if not prompt_yes(translator, translator.text("page_exists", path=path), default=False):
            echo_text(translator.text("page_kept", path=path))
            return False
    return True
