"""The purity of the domain: its values do not change, and it never reads the clock."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

import pytest

import nightcare.domain

CLOCKS = {"now", "utcnow", "today", "monotonic", "perf_counter", "localtime", "time_ns"}


def modules() -> list[ModuleType]:
    """Return the modules of the domain."""
    found = pkgutil.iter_modules(nightcare.domain.__path__, "nightcare.domain.")
    return [import_module(one.name) for one in found]


def values() -> Iterator[type]:
    """Yield the classes of the domain that have fields."""
    for module in modules():
        for one in vars(module).values():
            if not inspect.isclass(one) or one.__module__ != module.__name__:
                continue
            if dataclasses.is_dataclass(one):
                yield one


@pytest.mark.parametrize("value", list(values()), ids=lambda value: value.__name__)
def test_a_value_cannot_be_changed(value: type) -> None:
    """Each value of the domain is frozen, so a handler sees what its caller passed."""
    assert value.__dataclass_params__.frozen  # type: ignore[attr-defined]


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.__name__)
def test_the_time_is_given_never_asked(module: ModuleType) -> None:
    """With `now` an argument, every test tells the time it wants."""
    tree = ast.parse(inspect.getsource(module))
    called = {
        node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert not called & CLOCKS
