"""The JSON Schema of the config file, for editors that complete, explain and check as one types.

Source: JSON Schema draft 2020-12, https://json-schema.org/draft/2020-12/schema.
"""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from nightcare.config import value_schemas
from nightcare.config.effective_values import entries
from nightcare.config.layers import built_in, unwritten
from nightcare.config.load import load_file
from nightcare.config.model import Config
from nightcare.config.origins import origins_of

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NOTHING = {"type": "null"}
_PLAIN = {"topic": "sleep", "every": "2h"}
_NEED_ALL = ("SleepTable", "RepeatTable", "ReminderTable", "StepTable")
"""The tables that the defaults do not fill up."""


def config_schema() -> dict[str, Any]:
    """The schema: made of the models, and so never behind them.

    It accepts every config that is right. What only the whole can show, such as a bedtime after the
    next wake-up, it leaves to `nightcare config check`.
    """
    made = Config.model_json_schema(schema_generator=_Generator)
    schema: dict[str, Any] = {"$schema": _DIALECT, **_plain(made)}
    del schema["required"]
    schema |= {"title": "nightcare", "description": "When to be reminded, and how."}
    tables = schema["$defs"]
    for name, table in tables.items():
        if name not in _NEED_ALL:
            table.pop("required", None)
    schema["properties"]["reminders"]["propertyNames"] = value_schemas.NAME
    schema["properties"]["routines"]["propertyNames"] = value_schemas.ROUTINE_NAME
    tables["ReminderTable"] |= {
        "oneOf": [{"required": [key]} for key in ("at", "every", "cron")],
        "dependentRequired": {"from": ["every"], "until": ["every"]},
    }
    _with_defaults(schema, tables)
    return schema


def _with_defaults(schema: dict[str, Any], tables: dict[str, Any]) -> None:
    """Say what holds where a file says nothing: the built-in file, or what a reminder does then."""
    for key, value in built_in().values.items():
        field = schema["properties"][key]
        if not isinstance(value, dict):
            field["default"] = value
        elif key != "reminders":
            inner = tables[f"{key.capitalize()}Table"]["properties"]
            for name, one in value.items():
                inner[name]["default"] = one
    plain = unwritten({"reminders": {"plain": _PLAIN}})
    for entry in entries(load_file(plain, {}), origins_of(plain, {})):
        match entry.where:
            case ("reminders", "plain", str(key)) if key not in _PLAIN:
                tables["ReminderTable"]["properties"][key]["default"] = entry.value


class _Generator(GenerateJsonSchema):
    """pydantic's, whose defaults and titles say nothing that a person would write."""

    def default_schema(self, schema: Any) -> Any:
        """Without the default, which is a value of Python's and not of TOML's."""
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - as pydantic has it
        """Never: the key is its title."""
        return False


def _plain(value: Any) -> Any:
    """Without what TOML has no word for: nothing."""
    match value:
        case {"anyOf": list(choices), **rest} if _NOTHING in choices:
            left = [_plain(one) for one in choices if one != _NOTHING]
            return {**(left[0] if len(left) == 1 else {"anyOf": left}), **_plain(rest)}
        case dict():
            return {key: _plain(one) for key, one in value.items() if not _is_title(key, one)}
        case list():
            return [_plain(one) for one in value]
        case _:
            return value


def _is_title(key: str, value: Any) -> bool:
    return key == "title" and isinstance(value, str)
