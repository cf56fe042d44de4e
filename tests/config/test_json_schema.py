"""The JSON Schema of the config file: it accepts what is right, and refuses the usual slips."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import time
from typing import Any

import pytest
import tomli
from hypothesis import HealthCheck, example, given, settings
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from config.strategies import as_toml, configs
from config.written import mistakes
from generating.references import UNCOMMENTED
from nightcare.config.config_file import example_text
from nightcare.config.json_schema import config_schema

SCHEMA = config_schema()
VALIDATOR = Draft202012Validator(SCHEMA)

REMINDER = '[reminders.a]\ntopic = "sleep"\n'


def as_json(value: Any) -> Any:
    """Return a value as a tool that checks TOML by a JSON Schema sees it: a time is a string."""
    match value:
        case dict():
            return {key: as_json(one) for key, one in value.items()}
        case list():
            return [as_json(one) for one in value]
        case time():
            return value.isoformat()
        case _:
            return value


def accepted(text: str) -> bool:
    """Return whether the schema accepts a config file."""
    return bool(VALIDATOR.is_valid(as_json(tomli.loads(text))))


def test_the_schema_is_one() -> None:
    """Of the draft that it names; and JSON."""
    Draft202012Validator.check_schema(SCHEMA)
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def fields(schema: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every key that a table can have."""
    for key, field in schema.get("properties", {}).items():
        yield f"{name}.{key}", field
    for table, inner in schema.get("$defs", {}).items():
        yield from fields(inner, table)


def test_every_key_is_explained() -> None:
    """Itself, or its table."""
    found = dict(fields(SCHEMA))
    assert len(found) > 40
    for name, field in found.items():
        table = SCHEMA["$defs"].get(field.get("$ref", "").rpartition("/")[2], {})
        said = field.get("description") or table.get("description")
        assert said, name
        assert said[0].isupper()
        assert said.endswith("."), name


def test_the_defaults_are_named() -> None:
    """Those of the built-in file, and those of a reminder that says nothing."""
    tables = SCHEMA["$defs"]
    assert SCHEMA["properties"]["language"]["default"] == "auto"
    assert tables["SleepTable"]["properties"]["bedtime"]["default"] == "22:30"
    assert tables["SnoozeTable"]["properties"]["lengths"]["default"] == ["10m", "30m"]
    reminder = tables["ReminderTable"]["properties"]
    assert {key: field["default"] for key, field in reminder.items() if "default" in field} == {
        "from": "wake + 30m",
        "until": "bedtime - 1h",
        "days": "daily",
        "enabled": True,
        "snooze": ["10m", "30m"],
        "fresh": "45m",
        "stays": "10m",
        "urgency": "normal",
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        example_text(),
        UNCOMMENTED,
        '[sleep]\nwake = "7:05"\nbedtime = 22:00\n',
        'timezone = "Europe/Copenhagen"\n',
        "[reminders]\n",
        REMINDER + 'at = "wake"\ndays = "Mon"\nsnooze = "10m"\nsound = false\n',
        REMINDER + 'at = [" 21:00 ", 22:00:30, "bedtime-1h 30m"]\ndays = ["SAT", "daily"]\n',
        REMINDER + 'every = "1 h 30 m"\nfrom = 09:00\nsnooze = []\nstays = "24h"\n',
        REMINDER + 'cron = "*/5  9-17 * * mon-fri"\nurgency = "low"\ntext = " a "\n',
        REMINDER + 'at = "21:00"\nquiet.locked = "show"\nrepeat = { every = "5m", times = 20 }\n',
        '[reminders."å-1_b"]\ntopic = "sleep"\nat = "21:00"\n',
        "[quiet]\n[snooze]\nlimit = 0\n[diary]\nmorning_question = 08:00\n[notify]\n",
        "[diary]\nmorning_question = false\n",
    ],
)
def test_what_is_right_is_accepted(text: str) -> None:
    """By both."""
    assert mistakes(text) == ()
    assert accepted(text)


@pytest.mark.parametrize(
    "text",
    [
        "langage = 'da'",
        "language = 'dk'",
        "language = true",
        "timezone = 1",
        "sleep = 3",
        "[sleep]\nwake = '07:00'",
        "[sleep]\nwake = '25:00'\nbedtime = '22:00'",
        "[sleep]\nwake = '07:00'\nbedtime = 22",
        "[sleep]\nwake = '07:00'\nbedtime = '22:00'\nfridy = {}",
        "[sleep]\nwake = '07:00'\nbedtime = '22:00'\nfriday.wakes = '08:00'",
        "[reminders.a]\nat = '21:00'",
        REMINDER,
        REMINDER + "at = '21:00'\nevery = '2h'",
        REMINDER + "at = '21:00'\nfrom = '20:00'",
        REMINDER + "at = []",
        REMINDER + "at = 'noon'",
        REMINDER + "at = ['wake + soon']",
        REMINDER + "every = 120",
        REMINDER + "every = ''",
        REMINDER + "every = 'two hours'",
        REMINDER + "cron = '0 17 * *'",
        REMINDER + "at = '21:00'\ndays = 'everyday'",
        REMINDER + "at = '21:00'\ndays = []",
        REMINDER + "at = '21:00'\ntext = ' '",
        REMINDER + "at = '21:00'\nenabled = 'yes'",
        REMINDER + "at = '21:00'\nurgency = 'high'",
        REMINDER + "at = '21:00'\nsound = true",
        REMINDER + "at = '21:00'\nquiet.locked = 'wait'",
        REMINDER + "at = '21:00'\nquiet.idle_after = '5m'",
        REMINDER + "at = '21:00'\nrepeat = { every = '10m' }",
        REMINDER + "at = '21:00'\nrepeat = { every = '10m', times = 21 }",
        "[reminders.until]\ntopic = 'sleep'\nat = '21:00'",
        "[reminders.'a b']\ntopic = 'sleep'\nat = '21:00'",
        "[reminders.1]\ntopic = 'sleep'\nat = '21:00'",
        "[reminders.a]\ntopic = 'slep'\nat = '21:00'",
        "[snooze]\nlengths = []",
        "[snooze]\nlengths = '10m'",
        "[snooze]\nlimit = '3'",
        "[snooze]\nlimit = 101",
        "[quiet]\nlocked = true",
        "[diary]\nmorning_question = true",
        "[notify]\nbackend = 'mail'",
    ],
)
def test_the_usual_slips_are_refused(text: str) -> None:
    """By both."""
    assert mistakes(text)
    assert not accepted(text)


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(configs)
@example({"reminders": {"a": {"topic": "sleep", "at": [time(7, 0, 0, 5)]}}})
def test_whatever_is_right_is_accepted(config: dict[str, Any]) -> None:
    """An editor never marks as wrong what is in force."""
    text = "\n".join(f"{as_toml(key)} = {as_toml(value)}" for key, value in config.items())
    if not mistakes(text):
        assert accepted(text), text
