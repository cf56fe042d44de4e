"""An object that other programs on the bus can call: its methods, properties and introspection.

The interfaces org.freedesktop.DBus.Introspectable, .Properties and .Peer are those of
https://dbus.freedesktop.org/doc/dbus-specification.html#standard-interfaces.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jeepney import HeaderFields, Message, new_error, new_method_return

from nightcare.desktop.dbus.connection import PROPERTIES

_ERRORS = "org.freedesktop.DBus.Error."
_INTROSPECTABLE = "org.freedesktop.DBus.Introspectable"
_PEER = "org.freedesktop.DBus.Peer"


class MethodError(Exception):
    """The error that a method answers with; see `invalid`.

    Attributes:
        name: The last part of a name below org.freedesktop.DBus.Error.
    """

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.name = name


def invalid(text: str) -> MethodError:
    """Return the error for invalid arguments."""
    return MethodError("InvalidArgs", text)


@dataclass(frozen=True)
class Method:
    """A method.

    Attributes:
        takes: The type of each argument.
        returns: The type of each return value.
        call: Called with the arguments; returns the return values, or raises MethodError.
    """

    takes: Sequence[str]
    returns: Sequence[str]
    call: Callable[..., tuple[Any, ...]]


@dataclass(frozen=True)
class Property:
    """A property that can be read: its type, and the function that returns its value."""

    kind: str
    read: Callable[[], Any]


@dataclass(frozen=True)
class Interface:
    """An interface: its name, methods, properties, and the types of its signals' arguments."""

    name: str
    methods: Mapping[str, Method]
    properties: Mapping[str, Property] = field(default_factory=dict)
    signals: Mapping[str, Sequence[str]] = field(default_factory=dict)


class ExportedObject:
    """An object that answers calls.

    Args:
        interface: Its own interface.
        read_by: Called with the unique name of each program that reads a property.
    """

    def __init__(
        self, interface: Interface, read_by: Callable[[str], None] = lambda _: None
    ) -> None:
        self._own = interface
        self._read_by = read_by
        self._interfaces = {
            interface.name: interface.methods,
            PROPERTIES: {
                "Get": Method(("s", "s"), ("v",), self._get),
                "GetAll": Method(("s",), ("a{sv}",), self._get_all),
                "Set": Method(("s", "s", "v"), (), self._set),
            },
            _INTROSPECTABLE: {"Introspect": Method((), ("s",), self._introspect)},
            _PEER: {"Ping": Method((), (), tuple)},
        }

    def answer(self, call: Message) -> Message:
        """Return the reply to a method call, which may be an error."""
        fields = call.header.fields
        name = fields.get(HeaderFields.member, "")
        interface = fields.get(HeaderFields.interface)
        try:
            method = self._method(interface, name)
            if fields.get(HeaderFields.signature, "") != "".join(method.takes):
                raise invalid(f"{name} takes {''.join(method.takes)!r}")
            values = method.call(*call.body)
        except MethodError as error:
            return new_error(call, _ERRORS + error.name, "s", (str(error),))
        if interface == PROPERTIES:
            self._read_by(fields.get(HeaderFields.sender, ""))
        return new_method_return(call, "".join(method.returns) or None, values)

    def _method(self, interface: str | None, name: str) -> Method:
        if interface is not None and interface not in self._interfaces:
            raise MethodError("UnknownInterface", f"there is no interface {interface}")
        searched = self._interfaces.values() if interface is None else [self._interfaces[interface]]
        for methods in searched:
            if name in methods:
                return methods[name]
        raise MethodError("UnknownMethod", f"there is no method {name}")

    # Standard interfaces

    def _get(self, interface: str, name: str) -> tuple[Any, ...]:
        found = self._properties(interface).get(name)
        if found is None:
            raise MethodError("UnknownProperty", f"there is no property {name}")
        return ((found.kind, found.read()),)

    def _get_all(self, interface: str) -> tuple[Any, ...]:
        found = self._properties(interface)
        return ({name: (one.kind, one.read()) for name, one in found.items()},)

    def _set(self, interface: str, name: str, value: object) -> tuple[Any, ...]:
        del value
        self._get(interface, name)
        raise MethodError("PropertyReadOnly", f"{name} cannot be set")

    def _properties(self, interface: str) -> Mapping[str, Property]:
        if interface == self._own.name or not interface:
            return self._own.properties
        if interface in self._interfaces:
            return {}
        raise MethodError("UnknownInterface", f"there is no interface {interface}")

    def _introspect(self) -> tuple[Any, ...]:
        # D-Bus names and types contain no character that XML reserves.
        parts = [_method_xml(name, methods) for name, methods in self._interfaces.items()]
        own = [
            *(
                f'<property name="{name}" type="{one.kind}" access="read"/>'
                for name, one in self._own.properties.items()
            ),
            *(
                f'<signal name="{name}">{_arguments(kinds, "out")}</signal>'
                for name, kinds in self._own.signals.items()
            ),
        ]
        # The object's own interface comes first.
        parts[0] = parts[0].removesuffix("</interface>") + "".join(own) + "</interface>"
        return (f"<node>{''.join(parts)}</node>",)


def _method_xml(interface: str, methods: Mapping[str, Method]) -> str:
    listed = "".join(
        f'<method name="{name}">'
        f"{_arguments(one.takes, 'in')}{_arguments(one.returns, 'out')}</method>"
        for name, one in methods.items()
    )
    return f'<interface name="{interface}">{listed}</interface>'


def _arguments(kinds: Sequence[str], direction: str) -> str:
    return "".join(f'<arg type="{kind}" direction="{direction}"/>' for kind in kinds)
