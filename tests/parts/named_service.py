"""A service on a bus that owns names and answers what a test has it answer."""

from __future__ import annotations

from jeepney import HeaderFields, Message, new_error, new_method_return

from parts.notification_server import DO_NOT_QUEUE, Peer

PROPERTIES = "org.freedesktop.DBus.Properties"

Answer = tuple[str, tuple[object, ...]] | None
"""The types and values of a return; None for no reply at all."""


class NamedService(Peer):
    """The owner of names on a bus, over one connection.

    Args:
        address: of the bus.
        names: what it owns.

    Attributes:
        answers: by interface, method and arguments what it returns; all else is an error.
    """

    def __init__(self, address: str, *names: str) -> None:
        super().__init__(address)
        self.answers: dict[tuple[str, ...], Answer] = {}
        self._names = names

    def switch(self, interface: str, name: str, *, on: bool) -> None:
        """Have a property that is on or off."""
        self.answers[PROPERTIES, "Get", interface, name] = ("v", (("b", on),))

    async def start(self) -> None:
        """Connect, and take the names."""
        await super().start()
        for name in self._names:
            await self.ask_bus("RequestName", "su", name, DO_NOT_QUEUE)

    async def called(self, message: Message) -> None:
        """Answer a method call."""
        fields = message.header.fields
        asked = (fields[HeaderFields.interface], fields[HeaderFields.member], *message.body)
        if asked not in self.answers:
            await self.send(new_error(message, "org.freedesktop.DBus.Error.UnknownMethod"))
            return
        answer = self.answers[asked]
        if answer is not None:
            await self.send(new_method_return(message, *answer))
