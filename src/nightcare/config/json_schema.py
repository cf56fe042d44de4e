"""The JSON Schema of the config file, for editors that complete, explain and check it.

Source: JSON Schema draft 2020-12, https://json-schema.org/draft/2020-12/schema.
"""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from nightcare.config.build import MQTT_DEFAULTS, REMINDER_DEFAULTS, STAYS
from nightcare.config.checks import TIMINGS
from nightcare.config.config_file import built_in
from nightcare.config.model import Config
from nightcare.config.types import REMINDER_NAME, ROUTINE_NAME

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NULL = {"type": "null"}
_WITHOUT_DEFAULTS = ("SleepTable", "RepeatTable", "ReminderTable", "StepTable", "MqttTable")
"""The tables whose required keys have no default."""


def config_schema() -> dict[str, Any]:
    """Return the schema, generated from the models.

    It accepts every valid config. Contradictions between values, such as a bedtime after the next
    wake-up, are left to `nightcare config check`.
    """
    generated = Config.model_json_schema(schema_generator=_Generator)
    schema: dict[str, Any] = {"$schema": _DIALECT, **_without_null(generated)}
    del schema["required"]
    schema |= {"title": "nightcare", "description": "When to be reminded, and how."}
    tables = schema["$defs"]
    for name, table in tables.items():
        if name not in _WITHOUT_DEFAULTS:
            table.pop("required", None)
    schema["properties"]["reminders"]["propertyNames"] = REMINDER_NAME
    schema["properties"]["routines"]["propertyNames"] = ROUTINE_NAME
    tables["ReminderTable"] |= {
        "oneOf": [{"required": [key]} for key in TIMINGS],
        "dependentRequired": {"from": ["every"], "until": ["every"]},
    }
    _add_defaults(schema, tables)
    return schema


def _add_defaults(schema: dict[str, Any], tables: dict[str, Any]) -> None:
    defaults = built_in().values
    for key, value in defaults.items():
        field = schema["properties"][key]
        if not isinstance(value, dict):
            field["default"] = value
        elif key != "reminders":
            inner = tables[f"{key.capitalize()}Table"]["properties"]
            for name, one in value.items():
                inner[name]["default"] = one
    for key, value in MQTT_DEFAULTS.items():
        tables["MqttTable"]["properties"][key]["default"] = value
    snooze = defaults["snooze"]["lengths"]
    for key, value in {**REMINDER_DEFAULTS, "stays": STAYS, "snooze": snooze}.items():
        tables["ReminderTable"]["properties"][key]["default"] = value


class _Generator(GenerateJsonSchema):
    """Generator of pydantic without its defaults, which are no TOML, and its titles."""

    def default_schema(self, schema: Any) -> Any:
        """Return the schema without the default."""
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - as pydantic has it
        """Return False: the key is its title."""
        return False


def _without_null(value: Any) -> Any:
    """Return a schema without null, which TOML does not have, and without titles."""
    match value:
        case {"anyOf": list(choices), **rest} if _NULL in choices:
            left = [_without_null(one) for one in choices if one != _NULL]
            return {**(left[0] if len(left) == 1 else {"anyOf": left}), **_without_null(rest)}
        case dict():
            return {
                key: _without_null(one)
                for key, one in value.items()
                if key != "title" or not isinstance(one, str)
            }
        case list():
            return [_without_null(one) for one in value]
        case _:
            return value
