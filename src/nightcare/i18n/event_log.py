"""Log lines of the service, and texts about notifiers and deliveries."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from datetime import datetime, tzinfo
from typing import TextIO

from nightcare.domain.schedule import Schedule
from nightcare.i18n.translator import Translator


def capabilities_text(translator: Translator, capabilities: Iterable[str]) -> str:
    """Return the capabilities of a notifier as text."""
    can = [translator.text(f"can_{one}") for one in sorted(capabilities)]
    return ", ".join(can) or translator.text("can_nothing")


def draws_no_buttons(capabilities: Iterable[str]) -> bool:
    """Return whether a notifier accepts answers but draws no buttons: `Capability.MENU`.

    Importing `Capability` would take 5 ms of `status`.
    """
    return "menu" in capabilities


def event_log(
    schedule: Schedule, translator: Translator, zone: tzinfo, out: TextIO
) -> Callable[..., None]:
    """Return a logger that prints one line per event, prefixed with the local time.

    It takes a key of the catalogue, the instant (UTC) and the values of the text; `reminder` is
    the name of a reminder, which is printed with its title.
    """

    def log(key: str, at: datetime, /, **values: object) -> None:
        local = at.astimezone(zone)
        texts = {
            name: translator.when(value.astimezone(zone), local)
            if isinstance(value, datetime)
            else value
            for name, value in values.items()
        }
        if "reminder" in values:
            texts["reminder"] = schedule.label(str(values["reminder"]), translator.text)
        with contextlib.suppress(OSError, ValueError):
            print(f"{local:%H:%M:%S}", translator.text(key, **texts), file=out, flush=True)

    return log
