"""Where config and state belong on this platform; XDG variables are honoured."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import platformdirs

from nightcare.settings.layers import NAMES_THE_FILE

_APP = "nightcare"


def config_file() -> Path:
    """The person's config file, whether or not it is there."""
    return Path(platformdirs.user_config_dir(_APP, appauthor=False)) / "config.toml"


def chosen_config(named: Path | None, variables: Mapping[str, str]) -> Path | None:
    """The config file to read: the one that is named, else the person's; None for the defaults.

    Args:
        named: The file that `--config` names.
        variables: The environment, whose `NIGHTCARE_CONFIG` may name one.
    """
    place = place_of_config(named, variables)
    if named is not None or variables.get(NAMES_THE_FILE):
        return place
    # A dangling link or an unreadable folder is a mistake to be told, not a missing file.
    return place if place.is_symlink() or place.exists() else None


def place_of_config(named: Path | None, variables: Mapping[str, str]) -> Path:
    """Where the config file is, or would be; takes what `chosen_config` takes."""
    if named is not None:
        return named
    if variables.get(NAMES_THE_FILE):
        return Path(variables[NAMES_THE_FILE]).expanduser()
    return config_file()


def state_folder() -> Path:
    """The folder of the journal."""
    return Path(platformdirs.user_state_dir(_APP, appauthor=False))
