"""Names and sizes of modules and tests: no name stands for two things, and none is too long."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

MODULES = sorted((Path(__file__).parents[1] / "src" / "nightcare").rglob("*.py"))

LONGEST = 350
"""The most lines of a module."""

TESTS = sorted(Path(__file__).parent.rglob("*.py"))
LONGEST_TEST = 600
"""The most lines of a module of tests."""


def repeated(names: Iterable[str]) -> list[str]:
    """Return the names that occur more than once."""
    return [name for name, times in Counter(names).items() if times > 1]


def test_no_two_modules_have_one_name() -> None:
    """Python itself asks for `__init__` and `__main__` in each package."""
    assert repeated(path.stem for path in MODULES if not path.stem.startswith("__")) == []


def test_no_two_classes_have_one_name() -> None:
    """A name that a reader has learnt in one package means the same in all."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in MODULES]
    classes = (node for tree in trees for node in tree.body if isinstance(node, ast.ClassDef))
    assert repeated(node.name for node in classes) == []


@pytest.mark.parametrize(("paths", "longest"), [(MODULES, LONGEST), (TESTS, LONGEST_TEST)])
def test_no_module_is_too_long(paths: list[Path], longest: int) -> None:
    """A module is read in one go."""
    lines = {str(path): len(path.read_text(encoding="utf-8").splitlines()) for path in paths}
    assert [name for name, count in lines.items() if count > longest] == []
