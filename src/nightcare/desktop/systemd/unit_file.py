"""The text formats of systemd: the user unit, and the output of `systemctl`.

Source: systemd.unit(5), systemd.service(5), "Command lines", and systemd.exec(5), "Environment".
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nightcare.regular_file import read_regular

NAME = "nightcare.service"
BRIDGE = "nightcare-bridge.service"
GRAPHICAL = "graphical-session.target"
USUAL = "default.target"

ENV = "/usr/bin/env"
"""The program that starts an interpreter whose path systemd refuses."""

_REFUSED = re.compile(r"[\x00-\x1f\x7f$'\"\\]")
"""Signs that systemd takes in an argument only; it reads "$$" as "$" there."""
_STATE = "XDG_STATE_HOME"
_LARGEST = 1_000_000
_WORD = re.compile(r'"((?:\\.|[^"\\])*)"|(\S+)')
_ESCAPED = re.compile(r"\\(x[0-9a-f]{2}|.)", re.DOTALL)
_SIGNS = {"n": "\n", "t": "\t", "r": "\r"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_VARIABLE = re.compile(r"^(\w+)=(?:\$'((?:\\.|[^'\\])*)'|([^\n]*))$", re.MULTILINE | re.DOTALL)
_PRINTED_WORD = re.compile(r"\$'((?:\\.|[^'\\])*)'|(\S+)", re.DOTALL)


@dataclass(frozen=True)
class Recorded:
    """The places that `install` recorded in the unit; None for each that it did not.

    Attributes:
        config: The config file.
        state: XDG_STATE_HOME, which holds the folder of the journal.
    """

    config: Path | None
    state: Path | None


NOTHING = Recorded(None, None)


def unit_text(
    command: Sequence[str], *, state: Path | None, graphical: bool, name: str = NAME
) -> str:
    """Return the text of the unit that starts a command.

    Args:
        command: The program and its arguments.
        state: XDG_STATE_HOME for it; None leaves it to the environment.
        graphical: Whether it starts and stops with the graphical session. Otherwise it starts with
            the login, or with the first graphical session.
        name: The unit; the bridge always goes with the service.
    """
    from importlib.resources import files  # noqa: PLC0415 - only needed to install

    if _REFUSED.search(command[0]):
        command = [ENV, *command]
    session = f"PartOf={GRAPHICAL}\nAfter={GRAPHICAL}\n" if graphical else ""
    template = files("nightcare").joinpath(name).read_text(encoding="utf-8")
    environment = "" if state is None else f"Environment={_quoted(f'{_STATE}={state}')}\n"
    return (
        template.replace("@SESSION@\n", session)
        .replace("@ENVIRONMENT@\n", environment)
        .replace("@COMMAND@", " ".join(_quoted(part.replace("$", "$$")) for part in command))
        .replace("@TARGET@", GRAPHICAL if graphical else f"{USUAL} {GRAPHICAL}")
    )


def recorded(variables: Mapping[str, str]) -> Recorded:
    """Return what `install` recorded in the person's unit, found without asking systemd."""
    for path in unit_places(variables):
        try:
            found = _recorded_in(read_regular(path, _LARGEST).decode())
        except (OSError, ValueError):
            continue
        if found != NOTHING:
            # An earlier version wrote units that record nothing, also below a shell's own
            # XDG_CONFIG_HOME.
            return found
    return NOTHING


def unit_places(variables: Mapping[str, str]) -> Iterator[Path]:
    """Yield where the person's unit may be.

    The user manager uses its own XDG_CONFIG_HOME, which may differ from a shell's.
    """
    home = variables.get("HOME", "")
    for folder in (variables.get("XDG_CONFIG_HOME", ""), home and f"{home}/.config"):
        if Path(folder).is_absolute():
            yield Path(folder, "systemd", "user", NAME)


def _recorded_in(text: str) -> Recorded:
    config = state = None
    # splitlines() would also split a path that has another separator in it.
    for line in text.split("\n"):
        if line.startswith("ExecStart="):
            words = [word.replace("$$", "$") for word in _words(line)]
            if "--config" in words[:-1]:
                config = Path(words[words.index("--config") + 1])
        elif line.startswith("Environment="):
            for word in _words(line):
                name, _, value = word.partition("=")
                if name == _STATE:
                    state = Path(value)
    return Recorded(config, state)


def _words(line: str) -> list[str]:
    """Return the words of a setting, as `_quoted` wrote them."""
    found = _WORD.finditer(line.partition("=")[2])
    plain = (_ESCAPED.sub(_sign, one[1]) if one[2] is None else one[2] for one in found)
    return [word.replace("%%", "%") for word in plain]


def _quoted(part: str) -> str:
    """Return one word of a setting, quoted so that `%` and blanks are literal."""
    escaped = part.replace("%", "%%")
    plain = escaped.replace("%%", "").replace("$$", "")
    if plain and all(sign.isalnum() or sign in "/._-+=:@," for sign in plain):
        return escaped
    escaped = escaped.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + _CONTROL.sub(lambda one: f"\\x{ord(one[0]):02x}", escaped) + '"'


def _sign(escaped: re.Match[str]) -> str:
    """Return the sign that an escape of systemd.syntax(7) stands for."""
    code = escaped[1]
    return chr(int(code[1:], 16)) if len(code) > 1 else _SIGNS.get(code, code)


# Output of `systemctl`


def environment_of(printed: str) -> dict[str, str]:
    """Return the variables that `systemctl show-environment` printed."""
    return {one[1]: _value(one[2], one[3]) for one in _VARIABLE.finditer(printed)}


def words_of(printed: str) -> list[str]:
    """Return the words of a list that `systemctl show` printed."""
    return [_value(one[1], one[2]) for one in _PRINTED_WORD.finditer(printed)]


def overriding_drop_ins(printed: str, start: str) -> tuple[str, ...]:
    """Return the drop-in files that set ExecStart, unless this installation is started anyway.

    Args:
        printed: The property DropInPaths.
        start: The property ExecStart.
    """
    if sys.executable in start.replace("$$", "$"):
        return ()
    return tuple(path for path in words_of(printed) if _sets_start(Path(path)))


def _sets_start(drop_in: Path) -> bool:
    try:
        lines = read_regular(drop_in, _LARGEST).decode(errors="replace").splitlines()
    except OSError:
        return False
    return any(line.replace(" ", "").startswith("ExecStart=") for line in lines)


def _value(quoted: str | None, plain: str) -> str:
    """Return a value, which systemd quotes in shell syntax if necessary."""
    if quoted is None:
        return plain
    return _ESCAPED.sub(_sign, quoted)
