"""Stubs for modules that a library imports and nightcare does not use."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from types import FunctionType, ModuleType
from typing import Any

Stubs = Mapping[str, Mapping[str, object] | None]
"""The names that the library takes from each module; None if the module shall be missing."""


def import_with_stubs(*names: str, stubs: Stubs) -> ModuleType:
    """Import modules of one library with stubs for others, and return the first.

    The stubs only save memory and time. If the import fails with them for any reason, or a module
    of another library has taken one of them, the modules are imported without stubs.

    Args:
        names: The modules, all of one package.
        stubs: The stubs; modules that are loaded already are not replaced.

    Raises:
        ImportError: The library cannot be imported without stubs either.
    """
    package = names[0].partition(".")[0]
    before = frozenset(sys.modules)
    try:
        with _installed(stubs) as taken:
            for name in names:
                importlib.import_module(name)
        usable = not _taken_elsewhere(package, sys.modules.keys() - before, taken)
    except Exception:  # noqa: BLE001 - a library may fail with a stub in any way
        usable = False
    if not usable:
        # The modules loaded since may hold stubs.
        for name in sys.modules.keys() - before:
            del sys.modules[name]
    for name in names:
        importlib.import_module(name)
    return sys.modules[names[0]]


def _taken_elsewhere(package: str, loaded: Collection[str], stubs: Collection[object]) -> bool:
    """Return whether a module outside of the package holds a stub."""
    known = {id(one) for one in stubs}
    return any(
        id(value) in known
        for name in loaded
        if name.partition(".")[0] != package and sys.modules[name] is not None
        for value in vars(sys.modules[name]).values()
    )


@contextmanager
def _installed(stubs: Stubs) -> Iterator[Collection[object]]:
    """Install stubs for modules that are not loaded yet; yield every object in them."""
    # None in sys.modules makes the import fail (importlib).
    placed: dict[str, Any] = {
        name: _stub(name, content) for name, content in stubs.items() if name not in sys.modules
    }
    sys.modules.update(placed)
    try:
        for name, module in placed.items():
            package, _, last = name.rpartition(".")
            if package:
                vars(importlib.import_module(package)).setdefault(last, module)
        yield [
            one
            for name in placed
            for one in (placed[name], *(stubs[name] or {}).values())
            if isinstance(one, (ModuleType, FunctionType))
        ]
    finally:
        for name, module in placed.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]
            package, _, last = name.rpartition(".")
            if package in sys.modules and vars(sys.modules[package]).get(last) is module:
                delattr(sys.modules[package], last)


def _stub(name: str, content: Mapping[str, object] | None) -> ModuleType | None:
    if content is None:
        return None
    module = ModuleType(name)
    vars(module).update(content)
    return module
