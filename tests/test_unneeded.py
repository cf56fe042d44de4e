"""Others stand in for modules only while a library is imported."""

from __future__ import annotations

import importlib
import sys

import pytest

from nightcare.unneeded import standing_in


def test_the_library_gets_the_stand_in_and_everybody_later_the_module(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By its own name, and as a part of its package."""
    package = importlib.import_module("wsgiref")
    for name in ("wsgiref.util", "colorsys"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.delattr(package, "util", raising=False)
    with standing_in({"wsgiref.util": {"is_hop_by_hop": 1}, "colorsys": {"ONE_THIRD": 2}}):
        assert importlib.import_module("wsgiref.util").is_hop_by_hop == 1
        assert package.util.is_hop_by_hop == 1
        assert importlib.import_module("colorsys").ONE_THIRD == 2
    assert not hasattr(package, "util")
    assert callable(importlib.import_module("wsgiref.util").is_hop_by_hop)
    assert importlib.import_module("colorsys").ONE_THIRD < 1


def test_a_module_may_be_said_not_to_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a library that can do without it."""
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with standing_in({"colorsys": None}), pytest.raises(ImportError):
        importlib.import_module("colorsys")
    assert importlib.import_module("colorsys").ONE_THIRD < 1


def test_what_is_loaded_already_stays() -> None:
    """Whoever has it keeps it."""
    with standing_in({"json": {}}):
        assert importlib.import_module("json").loads("1") == 1
    assert "json" in sys.modules


def test_after_an_error_nothing_is_left() -> None:
    """The library may not be there at all."""
    with pytest.raises(ImportError), standing_in({"no_such_module": {}}):
        raise ImportError
    assert "no_such_module" not in sys.modules
