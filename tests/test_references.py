"""The reference of the config file: what it shows may be copied."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from config.strategies import as_toml
from config.written import mistakes
from generating.references import examples

WHOLE: dict[str, Any] = {
    "sleep": {"wake": "07:00", "bedtime": "22:30"},
    "reminders": {"NAME": {"topic": "sleep", "repeat": {"every": "5m", "times": 1}}},
}
OTHER_TIMES = {"every": "3h", "from": "wake", "until": "bedtime"}


@pytest.mark.parametrize(("path", "value"), list(examples()), ids=str)
def test_each_example_of_a_key_is_right(path: tuple[str, ...], value: object) -> None:
    """In a file that has what it needs beside it, nothing is wrong."""
    *tables, key = path
    written = deepcopy(WHOLE)
    if tables[:1] == ["routines"]:
        written["routines"] = {"NAME": {"steps": [{"text": "Sit down.", "seconds": 10}]}}
    if tables == ["mqtt"]:
        written["mqtt"] = {"host": "homeassistant.local", "user": "anna"}
    inner = written
    for name in tables:
        inner = inner.setdefault(name, {})
        # Of a list of tables, the first.
        inner = inner[0] if isinstance(inner, list) else inner
    inner[key] = value
    reminder = written["reminders"]["NAME"]
    if key == "routine":
        reminder["topic"] = "stretching"
    if key in OTHER_TIMES and tables[-1] == "NAME":
        reminder |= {**OTHER_TIMES, key: value}
    elif "cron" not in reminder:
        reminder.setdefault("at", "21:00")
    text = "\n".join(f"{name} = {as_toml(one)}" for name, one in written.items())
    assert mistakes(text) == ()
