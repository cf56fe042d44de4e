"""Openings of docstrings: an imperative verb for a function, a noun phrase for all else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
CHECKED = ("src", "benchmarks", "scripts", "debian", "tests")

RELATIVE = {
    "what", "who", "whom", "whose", "which", "where", "when", "whether", "why", "how",
}  # fmt: skip
"""Openings that put a relative clause in place of a noun."""

CONTINUED = {"and", "but", "or", "nor", "so", "also", "whatever", "whoever", "whichever"}
"""Openings of a sentence that only continues the name of the function."""

_NO_VERB = """
    the a an this that these those it its we our they their he she you your i
    all each every everything everybody everyone any anything both some something somebody someone
    no none nothing nobody not never neither either other others another same such
    one two three four five six seven eight nine ten several many few most more
    as if because although though while until unless
    about above after again against along among around at before behind below beside between by
    during for from in inside into of off on out over since through to under upon with within
    without is are was were has had does did can may must will would should
    here there then now only always true false seconds minutes bytes characters
"""
NO_VERB = set(_NO_VERB.split())
"""Openings of a function's docstring that are certainly no imperative verb."""


def faults() -> Iterator[str]:
    """Yield each docstring of the project that opens wrongly, with its place."""
    for folder in CHECKED:
        for path in sorted((PROJECT / folder).rglob("*.py")):
            for line, text in wrong(path.read_text(encoding="utf-8")):
                yield f"{path.relative_to(PROJECT)}:{line}: {text.splitlines()[0]}"


def wrong(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of each docstring of a module that opens wrongly."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            refused = RELATIVE | CONTINUED if is_noun(node) else RELATIVE | CONTINUED | NO_VERB
        else:
            refused = RELATIVE
        for line, text in docstrings(node):
            if opening(text) in refused:
                yield line, text


def is_noun(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Return whether a function is read like an attribute, or is a test, which states a fact."""
    decorators = {ast.unparse(one).rpartition(".")[2] for one in function.decorator_list}
    return bool(decorators & {"property", "cached_property"}) or function.name.startswith("test_")


def docstrings(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and text of a definition's docstring, and of those below its attributes."""
    if not isinstance(
        node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    ) or not isinstance(node.body, list):
        return
    before: ast.stmt | None = None
    for statement in node.body:
        first_or_attribute = before is None or isinstance(before, ast.Assign | ast.AnnAssign)
        if first_or_attribute and isinstance(statement, ast.Expr):
            match statement.value:
                case ast.Constant(value=str() as text):
                    yield statement.lineno, text.strip()
        before = statement


def opening(text: str) -> str:
    """Return the first word of a docstring in small letters, without punctuation."""
    found = re.match(r"[\w'-]+", text)
    return found[0].casefold() if found else ""


def test_docstrings_open_with_a_verb_or_a_noun() -> None:
    """A function's docstring opens with a verb, and no docstring with a relative clause."""
    assert list(faults()) == []


@pytest.mark.parametrize(
    "source",
    [
        '"""What is shown."""',
        '"""Where the files are."""',
        'class A:\n    """Who is there."""',
        'class A:\n    x = 1\n    """Whether it runs."""',
        'X = 1\n"""How many there are."""',
        'def f():\n    """Whether it runs."""',
        'def f():\n    """The next moment."""',
        'async def f():\n    """All of them."""',
        'class A:\n    @property\n    def f(self):\n        """When it began."""',
        'class A:\n    def f(self):\n        """Never: the key is its title."""',
        'def test_f():\n    """And nothing is written."""',
        'def test_f():\n    """It ends.\n    """\n\ndef f():\n    """It ends."""',
    ],
)
def test_a_wrong_opening_is_found(source: str) -> None:
    """Docstrings of modules, classes, attributes, functions and properties are all read."""
    assert len(list(wrong(source))) == 1


@pytest.mark.parametrize(
    "source",
    [
        '"""The journal: one SQLite file."""',
        'class A:\n    """One occurrence."""\n\n    x = 1\n    """The number of tries."""',
        'def f():\n    """Return whether it runs."""\n    "what is no docstring"',
        'class A:\n    @property\n    def f(self):\n        """The start of the service (UTC)."""',
        'def test_f():\n    """The service starts again."""',
        'def f():\n    x = "Which one"\n    return x',
    ],
)
def test_a_right_opening_is_left_alone(source: str) -> None:
    """Noun phrases, imperatives, tests that state a fact, and strings that are no docstrings."""
    assert list(wrong(source)) == []
