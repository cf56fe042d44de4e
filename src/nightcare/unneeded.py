"""Modules that a library imports and that nothing here ever uses: others stand in for them."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import Any


@contextmanager
def standing_in(modules: Mapping[str, Mapping[str, object] | None]) -> Iterator[None]:
    """Let others stand in for modules while a library is imported; those that are there stay.

    Whoever imports one of them later gets the real one.

    Args:
        modules: For each module the names that the library takes from it; None where it can do
            without, and is told that there is none.
    """
    # None in its place is Python's own way to say that it cannot be imported.
    placed: dict[str, Any] = {
        name: _stand_in(name, modules[name]) for name in modules if name not in sys.modules
    }
    sys.modules.update(placed)
    for name, module in placed.items():
        package, _, last = name.rpartition(".")
        if package:
            vars(importlib.import_module(package)).setdefault(last, module)
    try:
        yield
    finally:
        for name, module in placed.items():
            del sys.modules[name]
            package, _, last = name.rpartition(".")
            if package and vars(sys.modules[package]).get(last) is module:
                delattr(sys.modules[package], last)


def _stand_in(name: str, content: Mapping[str, object] | None) -> ModuleType | None:
    if content is None:
        return None
    module = ModuleType(name)
    vars(module).update(content)
    return module
