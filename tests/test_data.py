"""Data classes of nightcare, held against those of the standard library."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
import subprocess
import sys
from typing import Any

import pytest

from nightcare import data


def plain() -> type:
    """A class anew: that of the standard library changes what it is given."""

    class Plain:
        """Fields with and without a default."""

        name: str
        count: int = 3
        more: tuple[int, ...] = ()

    return Plain


ours: Any = data.dataclass(frozen=True, slots=True)(plain())
theirs: Any = dataclasses.dataclass(frozen=True, slots=True)(plain())
loose: Any = data.dataclass(slots=True)(plain())


@data.dataclass(frozen=True, slots=True)
class Kept:
    """One that can be found again by its name."""

    words: dict[str, int] = data.field(default_factory=dict)


@pytest.mark.parametrize("arguments", [("a",), ("a", 1), ("a", 1, (2,))])
def test_an_object_is_made_and_told_as_theirs_is(arguments: tuple[Any, ...]) -> None:
    """With its values by position or by name, its text, its equality and its hash."""
    one, other = ours(*arguments), theirs(*arguments)
    named = dict(zip(("name", "count", "more"), arguments, strict=False))
    assert repr(one) == repr(other)
    assert one == ours(**named)
    assert one != other
    assert hash(one) == hash(other)
    assert dataclasses.astuple(one) == dataclasses.astuple(other)
    assert dataclasses.asdict(one) == dataclasses.asdict(other)
    assert one.__match_args__ == other.__match_args__


def test_missing_and_unknown_values_are_refused() -> None:
    """As by any function."""
    for kind in (ours, theirs, loose):
        with pytest.raises(TypeError):
            kind()
        with pytest.raises(TypeError):
            kind("a", unknown=1)


def test_what_is_frozen_never_changes() -> None:
    """Nor takes an attribute that it does not have."""
    one = ours("a")
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.name = "b"
    with pytest.raises(dataclasses.FrozenInstanceError):
        del one.name
    with pytest.raises(AttributeError):
        one.unknown = 1
    assert not hasattr(one, "__dict__")


def test_what_is_not_frozen_changes_and_has_no_hash() -> None:
    """And still takes no attribute that it does not have."""
    one = loose("a")
    one.name = "b"
    assert one == loose("b")
    with pytest.raises(TypeError):
        hash(one)
    with pytest.raises(AttributeError):
        one.unknown = 1


def test_one_that_is_known_by_itself_equals_itself_alone() -> None:
    """As with `eq=False` there."""
    kind: Any = data.dataclass(slots=True, eq=False)(plain())
    one = kind("a")
    assert one == one  # noqa: PLR0124 - it is what is asked
    assert one != kind("a")
    assert hash(one) == hash(one)


def test_each_object_has_a_container_of_its_own() -> None:
    """What makes a default is called for each."""
    assert Kept().words == {}
    assert Kept().words is not Kept().words
    assert Kept({"a": 1}).words == {"a": 1}


def test_a_changed_copy_by_either_library() -> None:
    """Theirs asks after the fields of ours."""
    one = ours("a")
    assert data.replace(one, count=4) == ours("a", 4) == dataclasses.replace(one, count=4)
    with pytest.raises(TypeError):
        data.replace(one, unknown=4)


def test_copies_are_equal() -> None:
    """Also of what never changes."""
    one = Kept({"a": 1})
    for other in (copy.copy(one), copy.deepcopy(one), pickle.loads(pickle.dumps(one))):  # noqa: S301 - made here
        assert other == one


def test_the_signature_is_that_of_theirs() -> None:
    """Before and after the first object is made."""
    fresh: Any = data.dataclass(frozen=True, slots=True)(plain())
    signature = inspect.signature(theirs)
    assert str(inspect.signature(fresh)) == str(signature)
    fresh("a")
    assert str(inspect.signature(fresh)) == str(signature)


def test_their_library_is_not_loaded() -> None:
    """It is what costs."""
    script = (
        "import sys; from nightcare.errors import Mark; Mark(1, 2, 3, 'x'); "
        "sys.exit(bool({'dataclasses', 'inspect'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
