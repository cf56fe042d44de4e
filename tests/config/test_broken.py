"""The complete text that a person reads about each config in the folder `broken`.

Beside NAME.toml stands NAME.en.txt, and for some NAME.da.txt: what `nightcare config check`
prints of it. To add one, write NAME.toml and empty text files beside it. After that, and after a
change of the sentences, this writes the texts anew; read what has changed (`git diff`) as the
person who gets it:

    NIGHTCARE_WRITE=1 pytest tests/config/test_broken.py
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from nightcare.config.load import load
from nightcare.errors import ConfigError, Diagnostic
from nightcare.i18n.error_text import diagnostic_lines, diagnostic_text
from nightcare.i18n.translator import read_words

BROKEN = Path(__file__).parent / "broken"
EXPECTED = sorted(BROKEN.glob("*.txt"))
WRITE = bool(os.environ.get("NIGHTCARE_WRITE"))

ELSEWHERE = {
    "right", "gone", "program_changed", "value_wrong", "file_missing",
    "file_is_folder", "file_not_allowed",
    "file_not_plain", "file_unreadable", "file_too_large", "too_many_values",
    "more_problems", "too_frequent", "list_too_long", "toml_wrong", "toml_again",
}  # fmt: skip
"""Sentences about a config that are told of no text; they have tests of their own."""


def problems(name: str) -> tuple[tuple[Diagnostic, ...], tuple[Diagnostic, ...]]:
    """Return the errors and the warnings of a file in the folder."""
    try:
        return (), load(Path(name), {}).warnings
    except ConfigError as error:
        return error.problems, error.warnings


@pytest.fixture(autouse=True)
def _in_the_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Change into the folder, so that files are named without it."""
    monkeypatch.chdir(BROKEN)


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda path: path.stem)
def test_what_is_told(expected: Path) -> None:
    """The text says what is wrong, where, and how to fix it."""
    name, language = expected.stem.split(".")
    translator = read_words(language)
    mistakes, warnings = problems(f"{name}.toml")
    lines = [line for one in mistakes for line in diagnostic_lines(one, translator)]
    lines += [line for one in warnings for line in diagnostic_lines(one, translator, warning=True)]
    said = "".join(f"{line}\n" for line in lines)
    if WRITE:
        expected.write_text(said, encoding="utf-8")
    assert said == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted(BROKEN.glob("*.toml")), ids=lambda path: path.stem)
def test_each_is_fit_for_a_terminal_and_a_log(path: Path) -> None:
    """In every language: one line for the log, and nothing that commands a terminal."""
    assert path.with_suffix(".en.txt") in EXPECTED
    for translator in map(read_words, ("en", "da")):
        for one in all_of(path.name):
            assert diagnostic_text(one, translator).isprintable()
            for line in diagnostic_lines(one, translator):
                assert all(sign.isprintable() for sign in line)


def all_of(name: str) -> Iterable[Diagnostic]:
    """Return the errors and the warnings of a file in the folder together."""
    mistakes, warnings = problems(name)
    return (*mistakes, *warnings)


def test_each_sentence_about_the_config_is_told_of_some_config() -> None:
    """None is there for nothing."""
    told = {one.key for path in BROKEN.glob("*.toml") for one in all_of(path.name)}
    known = {key for key in read_words("en").texts if key.startswith("config_")}
    assert {f"config_{key}" for key in told | ELSEWHERE} >= known
    assert not told & ELSEWHERE
