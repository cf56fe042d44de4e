"""The environment that the user manager gives its services, by systemctl(1).

It is another than that of a shell, and a desktop may add to it after services have started
(systemd#42960).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from nightcare.desktop.programs import output

COMMAND = ("systemctl", "--user", "show-environment")

_VARIABLE = re.compile(r"^(\w+)=(?:\$'((?:\\.|[^'\\])*)'|([^\n]*))$", re.MULTILINE | re.DOTALL)
_WORD = re.compile(r"\$'((?:\\.|[^'\\])*)'|(\S+)", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_SIGNS = {"n": "\n", "t": "\t", "r": "\r"}


def manager_environment(variables: Mapping[str, str], limit: float) -> dict[str, str]:
    """Return what the user manager gives services that it starts now.

    Args:
        variables: The environment, which says where the manager is.
        limit: Seconds within which it must answer.

    Raises:
        OSError: There is no systemctl, or no user manager.
        TimeoutError: It does not answer in time.
    """
    said = output(COMMAND, variables, limit)
    if said.status:
        raise OSError(said.err.strip() or str(said.status))
    return environment_of(said.out)


def environment_of(printed: str) -> dict[str, str]:
    """Return the variables that `systemctl show-environment` printed."""
    return {one[1]: _value(one[2], one[3]) for one in _VARIABLE.finditer(printed)}


def words_of(printed: str) -> list[str]:
    """Return the words of a list that `systemctl show` printed."""
    return [_value(one[1], one[2]) for one in _WORD.finditer(printed)]


def _value(quoted: str | None, plain: str) -> str:
    """Return a value, which systemd quotes as a shell does where it must."""
    if quoted is None:
        return plain
    return _ESCAPED.sub(lambda one: _SIGNS.get(one[1], one[1]), quoted)
