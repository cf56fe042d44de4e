"""Whether there is such a key, before anything is done about it."""

from __future__ import annotations

from typing import Any

from nightcare.config.layers import unwritten
from nightcare.config.load import load_file
from nightcare.errors import ConfigError, ValueRefused
from nightcare.toml_writer import path_text

_ANYTHING = ""


def expect_key(where: tuple[str, ...]) -> None:
    """See to it that a config may have such a key.

    Raises:
        ValueRefused: It may not; it says which keys there are, and which is the nearest.
    """
    values: Any = _ANYTHING
    for key in reversed(where):
        values = {key: values}
    try:
        load_file(unwritten(values), {})
    except ConfigError as error:
        for problem in error.problems:
            reached = problem.where == where[: len(problem.where)]
            if reached and problem.key.startswith("key_unknown"):
                above, found = problem.where[:-1], path_text(problem.where)
                allowed = ", ".join(path_text((*above, one)) for one in _list(problem.values))
                nearest = problem.values.get("nearest")
                if nearest is None:
                    raise ValueRefused("key_unknown", found=found, allowed=allowed) from error
                right = path_text((*above, str(nearest)))
                raise ValueRefused(
                    "key_unknown_but", found=found, nearest=right, allowed=allowed
                ) from error
            if reached and isinstance(problem.values.get("found"), dict):
                raise ValueRefused("key_too_deep", found=path_text(problem.where)) from error


def _list(values: dict[str, object]) -> list[str]:
    allowed = values["allowed"]
    return [str(one) for one in allowed] if isinstance(allowed, list) else []
