"""The paths of the config and of the state folder.

They follow the XDG variables. If a service runs or is installed, every command uses its paths,
whatever the shell exports.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from nightcare.config.config_source import NAMES_THE_FILE, ConfigSource, settings_of, source_of
from nightcare.desktop.instance_lock import FileLock, ServiceRecord, running_service
from nightcare.errors import StateError

_APP = "nightcare"


@dataclass(frozen=True)
class ServicePlaces:
    """The paths that the user's service uses; None for each that is unknown.

    Attributes:
        running: The record of the running service.
        config: Its config file, which may be missing.
        state: The folder of its journal.
    """

    running: ServiceRecord | None = None
    config: Path | None = None
    state: Path | None = None


NO_SERVICE = ServicePlaces()
"""The paths if there is no service."""


def service_places(variables: Mapping[str, str]) -> ServicePlaces:
    """Return the paths that the user's service uses.

    They come from the running service, or without one from the unit that `install` wrote. A service
    that systemd started uses its own environment, which is that of the unit.

    Args:
        variables: The environment.
    """
    if started_by_systemd(variables):
        return NO_SERVICE
    running = running_service(variables)
    if running is not None:
        return ServicePlaces(running, running.config, running.state)
    from nightcare.desktop.systemd.unit_file import recorded  # noqa: PLC0415 - without a service

    unit = recorded(variables)
    return ServicePlaces(None, unit.config, None if unit.state is None else unit.state / _APP)


def started_by_systemd(variables: Mapping[str, str]) -> bool:
    """Return whether systemd started this very process, by systemd.exec(5)."""
    return variables.get("SYSTEMD_EXEC_PID") == str(os.getpid())


def with_those_of_service(
    variables: Mapping[str, str], service: ServicePlaces
) -> Mapping[str, str]:
    """Return the environment, with the `NIGHTCARE_*` of the running service that it lacks.

    Args:
        variables: The environment, whose own values take precedence.
        service: The service.
    """
    return variables if service.running is None else {**service.running.variables, **variables}


def differing(variables: Mapping[str, str], running: ServiceRecord) -> tuple[str, ...]:
    """Return the names of a shell's settings whose values differ in the service.

    Args:
        variables: The environment of the shell.
        running: The service.
    """
    own = settings_of(variables)
    return tuple(name for name in sorted(own) if running.variables.get(name) != own[name])


def config_file() -> Path:
    """Return the path of the user's config file, whether or not it exists.

    Raises:
        StateError: The user's home is unknown.
    """
    try:
        return _folder("XDG_CONFIG_HOME", ".config", "user_config_dir") / "config.toml"
    except RuntimeError as error:
        raise StateError("no_home") from error


def chosen_config(
    named: Path | None, variables: Mapping[str, str], service: ServicePlaces = NO_SERVICE
) -> Path | None:
    """Return the config file to read: the named one, else the usual one; None for the defaults.

    Args:
        named: The file that `--config` names.
        variables: The environment, whose `NIGHTCARE_CONFIG` may name one.
        service: The service, whose file is the usual one.
    """
    asked = named_config(named, variables)
    try:
        usual = usual_config(service)
    except StateError:
        return asked
    if asked is not None and asked != usual:
        return asked
    # The usual one may be missing. A dangling link or an unreadable folder is returned, so that
    # reading it reports the error.
    try:
        usual.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        pass
    return usual


def config_source(
    named: Path | None, variables: Mapping[str, str], service: ServicePlaces = NO_SERVICE
) -> ConfigSource:
    """Return the source of the config in force; see `chosen_config`."""
    path = chosen_config(named, variables, service)
    return source_of(path, with_those_of_service(variables, service))


def place_of_config(
    named: Path | None, variables: Mapping[str, str], service: ServicePlaces = NO_SERVICE
) -> Path:
    """Return the path of the config file, whether or not it exists; see `chosen_config`.

    Raises:
        StateError: No file is named, and the user's home is unknown.
    """
    return named_config(named, variables) or usual_config(service)


def named_config(named: Path | None, variables: Mapping[str, str]) -> Path | None:
    """Return the config file that the option or the environment names; None without one."""
    if named is not None or not variables.get(NAMES_THE_FILE):
        return named
    # An unknown home, as in `~nobody/config.toml`, stays as written; the file is then missing.
    return Path(os.path.expanduser(variables[NAMES_THE_FILE]))  # noqa: PTH111 - that one raises


def is_same_path(one: Path, other: Path) -> bool:
    """Return whether two paths lead to one file, which may be missing."""
    return one.absolute() == other or os.path.realpath(one) == os.path.realpath(other)


def usual_config(service: ServicePlaces) -> Path:
    """Return the path of the config file if none is named: that of the service, else the default.

    Raises:
        StateError: No service records it, and the user's home is unknown.
    """
    return service.config or config_file()


def written_paths(named: Path | None, variables: Mapping[str, str]) -> Iterator[Path]:
    """Yield the paths that nightcare may write to: the config and the folder of the journal.

    Args:
        named: The file that `--config` names.
        variables: The environment.
    """
    with suppress(StateError):
        yield place_of_config(named, variables)
        yield state_folder()


def bridge_lock(state: Path) -> FileLock:
    """Return the lock of the bridge, in the state folder."""
    return FileLock(state / "bridge.lock")


def bridge_runs(state: Path) -> bool:
    """Return whether the bridge runs, by the state folder that it uses."""
    return bridge_lock(state).is_held()


def blueprint(language: str) -> Path:
    """Return the blueprint for Home Assistant in a language.

    A checkout, an environment and a Debian package each have it in another folder.

    Raises:
        StateError: It is not installed.
    """
    name = "nightcare.yaml" if language == "en" else f"nightcare.{language}.yaml"
    for prefix in (Path(__file__).parents[2], Path(sys.prefix), Path("/usr")):
        path = prefix / "share" / _APP / "homeassistant" / name
        if path.exists():
            return path
    raise StateError("blueprint_missing")


def schema_file(config: Path) -> Path:
    """Return the path of the schema that editors find beside a config file."""
    return config.with_name(f"{config.stem}.schema.json")


def state_folder(service: ServicePlaces = NO_SERVICE) -> Path:
    """Return the folder of the journal: that of the service, else the default.

    Raises:
        StateError: No service records it, and the user's home is unknown.
    """
    if service.state is not None:
        return service.state
    try:
        return _folder("XDG_STATE_HOME", ".local/state", "user_state_dir")
    except RuntimeError as error:
        raise StateError("no_home") from error


PAGES = ("report", "page")
"""The names of the pages that commands open in the browser, and of these commands."""


def own_page(state: Path, name: str) -> Path:
    """Return the path of a page that was opened in the browser last, in the state folder."""
    return state / f"{name}.html"


def _folder(variable: str, below_home: str, of_platform: str) -> Path:
    """Return our folder of a kind, by the environment, or else by platformdirs.

    Source: the XDG Base Directory Specification, by which a path that is not absolute is ignored.

    Raises:
        RuntimeError: The user's home is unknown.
    """
    if sys.platform == "linux":
        for folder in (Path(os.environ.get(variable, "")), _home() / below_home):
            if folder.is_absolute():
                return folder / _APP
    import platformdirs  # noqa: PLC0415 - 25 ms that nearly nobody needs to wait for

    return Path(getattr(platformdirs, of_platform)(_APP, appauthor=False))


def is_home_of_another() -> bool:
    """Return whether HOME belongs to another user, as it does under `sudo -E`."""
    if sys.platform == "win32":
        return False
    try:
        return _home().is_absolute() and _home().stat().st_uid != os.geteuid()
    except OSError:
        return False


def _home() -> Path:
    return Path(os.environ.get("HOME", ""))
