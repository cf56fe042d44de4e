"""The cache of the last valid configuration, which saves validating the same config again.

Validating takes longer than the rest of a command. An entry is used only while all of its inputs
are unchanged, byte for byte: the file, its name, the variables, nightcare's own code, Python, and
the folders of installed libraries. The inputs themselves are compared, not a digest. The cache is
ignored if it is missing, corrupt, or not private to this user.

The built-in configuration was validated when the package was built: `example.json`.
"""

from __future__ import annotations

import json
import os
import stat
import sys
from binascii import crc32
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from nightcare import __version__
from nightcare.config.config_source import (
    ConfigSource,
    Load,
    LoadResult,
    result_from_json,
    result_to_json,
)
from nightcare.errors import ConfigError

FILE_NAME = "validated.json"
"""The file in the journal's folder."""

_EXAMPLE = Path(__file__).parent.with_name("config.example.toml")
_EXAMPLE_RESULT = Path(__file__).with_name("example.json")
"""The text of the example and its result; `scripts/generate` writes it."""

_CODE = ("config", "domain", ".")
_LIBRARIES = ("site-packages", "dist-packages")
_MAX_BYTES = 4 * 1024 * 1024
_SAFE_OPEN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_FOR_OWNER = stat.S_IRUSR | stat.S_IWUSR


def load_cached(source: ConfigSource, folder: Path, load: Load) -> LoadResult:
    """Return the configuration from the cache, or else load it and cache it.

    Args:
        source: The source of the configuration.
        folder: The folder of the cache; if it cannot be written, nothing is cached.
        load: Loads the configuration.

    Raises:
        ConfigError: It is invalid.
    """
    inputs = _inputs(source)
    cached = None if inputs is None else _read_entry(folder / FILE_NAME, inputs)
    if cached is not None:
        return cached
    built_in = _built_in(source)
    if built_in is not None:
        return built_in
    result = load(source)
    if inputs is not None and folder.is_dir():
        with suppress(OSError):
            _write_entry(folder / FILE_NAME, inputs, result)
    return result


def _built_in(source: ConfigSource) -> LoadResult | None:
    """Return the packaged result for no file or a copy of the example; None for any other file."""
    if source.variables:
        return None
    text, result = json.loads(_EXAMPLE_RESULT.read_text(encoding="utf-8"))
    example = _EXAMPLE.read_bytes()
    if text.encode() != example or (source.path is not None and source.raw != example):
        return None
    return replace(result_from_json(result), path=source.path)


def _inputs(source: ConfigSource) -> list[Any] | None:
    """Return all inputs of a result as JSON; None if one cannot be determined."""
    if source.path is not None and source.text is None:
        return None
    path = None if source.path is None else str(source.path)
    try:
        code, libraries = list(_code()), list(_libraries())
    except OSError:
        return None
    return [path, source.text, source.variables, __version__, sys.version, code, libraries]


def _code() -> Iterator[list[Any]]:
    """Yield each file of nightcare that loads a configuration, with values that change with it."""
    package = Path(__file__).parent.parent
    for name in _CODE:
        with os.scandir(package / name) as found:
            for one in sorted(found, key=lambda one: one.name):
                if one.name.endswith((".py", ".toml")):
                    status = one.stat()
                    yield [one.name, status.st_ino, status.st_size, status.st_ctime_ns]


def _libraries() -> Iterator[list[Any]]:
    """Yield the folders of libraries, whose times change with each installed version."""
    for folder in sys.path:
        if folder.endswith(_LIBRARIES) and os.path.isdir(folder):  # noqa: PTH112 - it is a text
            yield [folder, os.stat(folder).st_mtime_ns]  # noqa: PTH116 - likewise


def _read_entry(file: Path, inputs: list[Any]) -> LoadResult | None:
    try:
        checksum, _, body = _read_private(file).partition(b"\n")
        if int(checksum, 16) != crc32(body):
            return None
        cached_inputs, result = json.loads(body)
        # The time zone may have been removed from the system since.
        return result_from_json(result) if cached_inputs == inputs else None
    except (OSError, ValueError, TypeError, RecursionError, ConfigError):
        return None


def _read_private(file: Path) -> bytes:
    """Read a file that only this user can read.

    Raises:
        OSError: It is missing.
        ValueError: It is not private to this user, not a regular file, or too large.
    """
    # Do not wait for the writer of a named pipe.
    handle = os.open(file, _SAFE_OPEN)
    with os.fdopen(handle, "rb") as stream:
        status = os.fstat(handle)
        private = not hasattr(os, "geteuid") or (
            status.st_uid == os.geteuid() and not status.st_mode & _FOR_OTHERS
        )
        if not (private and stat.S_ISREG(status.st_mode) and status.st_size <= _MAX_BYTES):
            raise ValueError(file)
        return stream.read()


def _write_entry(file: Path, inputs: list[Any], result: LoadResult) -> None:
    from nightcare.atomic_write import replace_file  # noqa: PLC0415 - rarely

    body = json.dumps([inputs, result_to_json(result)]).encode()
    if len(body) > _MAX_BYTES:
        return
    if file.is_symlink() or file.is_fifo() or file.is_socket():
        file.unlink()
    elif file.exists():
        # The replacement takes over this mode. The file is not removed first: on a full disk the
        # freed space would look like the end of the shortage.
        file.chmod(_FOR_OWNER)
    replace_file(file, b"%08x\n%s" % (crc32(body), body))
