"""Data classes as the standard library makes them, at a tenth of the time it takes.

`dataclasses` writes and compiles six methods a class, whether or not anybody calls them, and
imports `inspect` for it. Here a method is compiled when it is first called, and what needs no
text of its own is not compiled at all. docs/performance.md has the figures. What the standard
library tells of its data classes (`dataclasses.fields`, `replace`, `asdict`) it tells of these.

Only what nightcare uses is here: `frozen`, `slots`, `eq` and, of a field, `default_factory` and
`repr`. To a type checker these are the standard library's own.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass", "field", "replace"]

_NOTHING: Any = object()


class _Field:
    """What a class says of a field, where it says more than a default."""

    __slots__ = ("default_factory", "repr")

    def __init__(self, *, default_factory: Any = _NOTHING, repr: bool = True) -> None:  # noqa: A002 - as it is called there
        self.default_factory = default_factory
        self.repr = repr


class _Shape:
    """What a data class is made of.

    Attributes:
        types: The annotation of each field.
        defaults: What fields have unless it is said: a value, or a `_Field`.
        frozen: Whether its objects never change.
    """

    __slots__ = ("defaults", "frozen", "types")

    def __init__(self, types: dict[str, Any], defaults: dict[str, Any], *, frozen: bool) -> None:
        self.types = types
        self.defaults = defaults
        self.frozen = frozen


class _WrittenLater:
    """An attribute of a class that is made when it is first looked at, and then takes its place."""

    __slots__ = ("_make", "_name", "_owner")

    def __init__(self, owner: type, name: str, make: Callable[[type], Any]) -> None:
        self._owner = owner
        self._name = name
        self._make = make

    def __get__(self, one: object, kind: type | None = None) -> Any:
        made = self._make(self._owner)
        setattr(self._owner, self._name, made)
        return made.__get__(one, kind) if hasattr(made, "__get__") and one is not None else made


def _made(*, frozen: bool = False, slots: bool = False, eq: bool = True) -> Callable[[type], type]:
    """Make a data class of a class."""

    def decorate(plain: type) -> type:
        namespace = dict(plain.__dict__)
        types = dict(namespace.get("__annotations__", {}))
        defaults = {name: namespace.pop(name) for name in types if name in namespace}
        shape = _Shape(types, defaults, frozen=frozen)
        if slots:
            namespace["__slots__"] = tuple(types)
            for name in ("__dict__", "__weakref__"):
                namespace.pop(name, None)
        namespace["__match_args__"] = tuple(types)
        namespace["_shape"] = shape
        namespace |= _shared(plain, shape, eq=eq)
        made = type(plain)(plain.__name__, plain.__bases__, namespace)
        made.__qualname__ = plain.__qualname__
        for name, make in _LATER.items():
            setattr(made, name, _WrittenLater(made, name, make))
        return made

    return decorate


def _shared(plain: type, shape: _Shape, *, eq: bool) -> dict[str, Any]:
    """The methods that need no text of their own."""
    names = tuple(shape.types)
    values = attrgetter(*names) if names else lambda _: ()
    shown = [name for name in names if getattr(shape.defaults.get(name), "repr", True)]

    def to_text(self: Any) -> str:
        said = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
        return f"{type(self).__qualname__}({said})"

    def equal(self: Any, other: object) -> Any:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return values(self) == values(other)

    def hashed(self: Any) -> int:
        return hash(values(self))

    methods: dict[str, Any] = {"__repr__": to_text}
    if eq:
        methods["__eq__"] = equal
        methods["__hash__"] = hashed if shape.frozen else None
    if shape.frozen:
        methods |= {"__setattr__": _refuse, "__delattr__": _refuse}
        methods |= {"__getstate__": _state, "__setstate__": _take_state}
    return {name: one for name, one in methods.items() if name not in plain.__dict__}


def _init(owner: Any) -> Any:
    """Write the method that fills in the fields."""
    shape: _Shape = owner._shape  # noqa: SLF001 - of a class made here
    known: dict[str, Any] = {"_nothing": _NOTHING, "_set": object.__setattr__}
    head, body = ["self"], []
    for name in shape.types:
        default = shape.defaults.get(name, _NOTHING)
        value = name
        if isinstance(default, _Field) and default.default_factory is not _NOTHING:
            known[f"_new_{name}"] = default.default_factory
            head.append(f"{name}=_nothing")
            value = f"_new_{name}() if {name} is _nothing else {name}"
        elif default is _NOTHING or isinstance(default, _Field):
            head.append(name)
        else:
            known[f"_of_{name}"] = default
            head.append(f"{name}=_of_{name}")
        body.append(
            f" _set(self, {name!r}, {value})" if shape.frozen else f" self.{name} = {value}"
        )
    text = f"def __init__({', '.join(head)}):\n" + ("\n".join(body) or " pass")
    exec(text, known)  # noqa: S102 - the names of fields, as in the class itself
    written = known["__init__"]
    written.__qualname__ = f"{owner.__qualname__}.__init__"
    written.__annotations__ = {**shape.types, "return": None}
    written.__module__ = owner.__module__
    return written


def _theirs(owner: Any) -> Any:
    """The same as a data class of the standard library, for whoever asks of that."""
    import dataclasses  # noqa: PLC0415 - nobody asks but tests and debuggers

    shape: _Shape = owner._shape  # noqa: SLF001 - of a class made here
    fields: list[tuple[str, Any, Any]] = []
    for name, kind in shape.types.items():
        default = shape.defaults.get(name, _NOTHING)
        more: dict[str, Any] = {}
        if isinstance(default, _Field):
            more["repr"] = default.repr
            if default.default_factory is not _NOTHING:
                more["default_factory"] = default.default_factory
        elif default is not _NOTHING:
            more["default"] = default
        fields.append((name, kind, dataclasses.field(**more)))
    return dataclasses.make_dataclass(owner.__name__, fields, frozen=shape.frozen, slots=True)


_LATER: dict[str, Callable[[Any], Any]] = {
    "__init__": _init,
    "__dataclass_fields__": lambda owner: _theirs(owner).__dataclass_fields__,
    "__dataclass_params__": lambda owner: _theirs(owner).__dataclass_params__,
}
"""What is made when it is first looked at."""


def _refuse(self: object, name: str, *_: object) -> None:
    from dataclasses import FrozenInstanceError  # noqa: PLC0415 - a mistake of ours alone

    raise FrozenInstanceError(f"{type(self).__qualname__}.{name} never changes")


def _state(self: Any) -> list[object]:
    return [getattr(self, name) for name in self.__match_args__]


def _take_state(self: Any, state: list[object]) -> None:
    for name, value in zip(self.__match_args__, state, strict=True):
        object.__setattr__(self, name, value)


def _replaced(one: Any, /, **changes: Any) -> Any:
    """The same, with other values for some fields."""
    kind = type(one)
    return kind(**{name: getattr(one, name) for name in kind.__match_args__} | changes)


if TYPE_CHECKING:
    from dataclasses import dataclass, field, replace
else:
    dataclass, field, replace = _made, _Field, _replaced
