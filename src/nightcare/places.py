"""Where config and state belong on this platform; XDG variables are honoured."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from nightcare.errors import StateError
from nightcare.settings.loaded import NAMES_THE_FILE

_APP = "nightcare"


def config_file() -> Path:
    """The person's config file, whether or not it is there.

    Raises:
        StateError: Nobody says where their home is.
    """
    try:
        return _folder("XDG_CONFIG_HOME", ".config", "user_config_dir") / "config.toml"
    except RuntimeError as error:
        raise StateError("no_home") from error


def chosen_config(named: Path | None, variables: Mapping[str, str]) -> Path | None:
    """The config file to read: the one that is named, else the person's; None for the defaults.

    Args:
        named: The file that `--config` names.
        variables: The environment, whose `NIGHTCARE_CONFIG` may name one.
    """
    try:
        place = place_of_config(named, variables)
    except StateError:
        return None
    if named is not None or variables.get(NAMES_THE_FILE):
        return place
    # A dangling link or an unreadable folder is a mistake to be told, not a missing file.
    return place if place.is_symlink() or place.exists() else None


def place_of_config(named: Path | None, variables: Mapping[str, str]) -> Path:
    """Where the config file is, or would be; takes what `chosen_config` takes.

    Raises:
        StateError: None is named, and nobody says where the person's home is.
    """
    if named is not None:
        return named
    if variables.get(NAMES_THE_FILE):
        # A home that nobody knows is left as it is written, and told as a file that is not there.
        return Path(os.path.expanduser(variables[NAMES_THE_FILE]))  # noqa: PTH111 - that one raises
    return config_file()


def schema_file(config: Path) -> Path:
    """Where the schema of a config file lies for editors, if the person wanted it."""
    return config.with_name(f"{config.stem}.schema.json")


def state_folder() -> Path:
    """The folder of the journal.

    Raises:
        StateError: Nobody says where the person's home is.
    """
    try:
        return _folder("XDG_STATE_HOME", ".local/state", "user_state_dir")
    except RuntimeError as error:
        raise StateError("no_home") from error


def own_page(state: Path) -> Path:
    """The page of the last report that was shown in the browser, in the folder of the journal."""
    return state / "report.html"


def _folder(variable: str, below_home: str, of_platform: str) -> Path:
    """Our folder of a kind; where the environment does not say it plainly, platformdirs knows.

    Source: the XDG Base Directory Specification, by which a path that is not absolute is ignored.

    Raises:
        RuntimeError: Nobody says where the person's home is.
    """
    if sys.platform == "linux":
        for folder in (Path(os.environ.get(variable, "")), _home() / below_home):
            if folder.is_absolute():
                return folder / _APP
    import platformdirs  # noqa: PLC0415 - 25 ms that nearly nobody needs to wait for

    return Path(getattr(platformdirs, of_platform)(_APP, appauthor=False))


def _home() -> Path:
    return Path(os.environ.get("HOME", ""))
