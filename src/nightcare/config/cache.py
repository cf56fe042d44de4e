"""The last configuration that was validated, kept so that nobody validates the same again.

Validating takes longer than all the rest that a command does. What is kept counts only while
everything it was made of is byte for byte the same: the file, its name, the variables, nightcare's
own code, Python, and the folders that libraries are installed in. All of that is compared, not a
digest of it. A file that is missing, another's, readable by others, or damaged counts for nothing.

The built-in schedule was validated when nightcare was made: `example.json` has what came of it.
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
from zoneinfo import ZoneInfo

from nightcare import __version__
from nightcare.config.load_result import ConfigSource, Load, LoadResult
from nightcare.config.serialize import Plain, plain, unplain

FILE_NAME = "validated.json"
"""In the folder of the journal."""

_EXAMPLE = Path(__file__).parent.with_name("config.example.toml")
_EXAMPLE_MADE = Path(__file__).with_name("example.json")
"""The text of the example, and what comes of it as `plain` has it; scripts/generating makes it."""

_CODE = ("config", "domain", ".")
_LIBRARIES = ("site-packages", "dist-packages")
_MOST_BYTES = 4 * 1024 * 1024
_ONLY_A_FILE = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_FOR_US_ALONE = stat.S_IRUSR | stat.S_IWUSR

Origin = list[Plain]


def load_cached(source: ConfigSource, folder: Path, load: Load) -> LoadResult:
    """The configuration: as it was kept if it is the same, else loaded, and kept if it is right.

    Args:
        source: What the person said.
        folder: Where it is kept; where that cannot be written, nothing is.
        load: Loads it.

    Raises:
        ConfigError: Something about it is wrong.
    """
    origin = _origin(source)
    kept = None if origin is None else _kept(folder / FILE_NAME, origin)
    if kept is not None:
        return kept
    built_in = _built_in(source)
    if built_in is not None:
        return built_in
    loaded = load(source)
    if origin is not None and folder.is_dir():
        # A kind that does not cross is only not kept.
        with suppress(OSError, TypeError):
            _keep(folder / FILE_NAME, origin, loaded)
    return loaded


def _built_in(source: ConfigSource) -> LoadResult | None:
    """What comes of no file, or of one that is the example; None for any other."""
    if source.variables:
        return None
    text, outcome = json.loads(_EXAMPLE_MADE.read_text(encoding="utf-8"))
    example = _EXAMPLE.read_bytes()
    if text.encode() != example or (source.path is not None and source.raw != example):
        return None
    loaded = unplain(outcome)
    assert isinstance(loaded, LoadResult)
    return replace(loaded, path=source.path)


def _origin(source: ConfigSource) -> Origin | None:
    """All that an outcome depends on, as far as it can be told."""
    if source.path is not None and source.text is None:
        return None
    try:
        return [plain(source), __version__, sys.version, list(_code()), list(_libraries())]
    except OSError:
        return None


def _code() -> Iterator[Plain]:
    """What of nightcare reads a configuration; each file by what changes when it does."""
    package = Path(__file__).parent.parent
    for name in _CODE:
        with os.scandir(package / name) as found:
            for one in sorted(found, key=lambda one: one.name):
                if one.name.endswith((".py", ".toml")):
                    look = one.stat()
                    yield [one.name, look.st_ino, look.st_size, look.st_ctime_ns]


def _libraries() -> Iterator[Plain]:
    """The folders of libraries; installing another version of one changes them."""
    for folder in sys.path:
        if folder.endswith(_LIBRARIES) and os.path.isdir(folder):  # noqa: PTH112 - it is a text
            yield [folder, os.stat(folder).st_mtime_ns]  # noqa: PTH116 - likewise


def _kept(file: Path, origin: Origin) -> LoadResult | None:
    try:
        check, _, body = _read(file).partition(b"\n")
        if int(check, 16) != crc32(body):
            return None
        kept_origin, outcome = json.loads(body)
        if kept_origin != origin:
            return None
        loaded = unplain(outcome)
        if not isinstance(loaded, LoadResult):
            return None
        if loaded.schedule.zone is not None:
            # The system's time zones may have gone since.
            ZoneInfo(loaded.schedule.zone)
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None
    return loaded


def _read(file: Path) -> bytes:
    """What a file of ours alone holds.

    Raises:
        OSError: There is none.
        ValueError: It is somebody else's, or others may read it, or it is none of ours.
    """
    # Of a named pipe nobody waits for the other end.
    handle = os.open(file, os.O_RDONLY | _ONLY_A_FILE)
    with os.fdopen(handle, "rb") as stream:
        look = os.fstat(handle)
        ours = not hasattr(os, "geteuid") or (
            look.st_uid == os.geteuid() and not look.st_mode & _FOR_OTHERS
        )
        if not (ours and stat.S_ISREG(look.st_mode) and look.st_size <= _MOST_BYTES):
            raise ValueError(file)
        return stream.read()


def _keep(file: Path, origin: Origin, loaded: LoadResult) -> None:
    from nightcare.atomic_write import replace_file  # noqa: PLC0415 - rarely

    body = json.dumps([origin, plain(loaded)]).encode()
    if unplain(json.loads(body)[1]) != loaded or len(body) > _MOST_BYTES:
        # What would come back as something else is not kept.
        return
    if file.is_symlink() or file.is_fifo() or file.is_socket():
        file.unlink()
    elif file.exists():
        # What takes the place of a file has its mode. It stays until then: on a full disk the room
        # that it leaves would be taken for an end of that.
        file.chmod(_FOR_US_ALONE)
    replace_file(file, b"%08x\n%s" % (crc32(body), body))
