"""Inspection of the journal without any change to it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import sys
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from nightcare.domain.delivery import DeliveryStatus
from nightcare.errors import StateError
from nightcare.journal.bridge_status import BridgeStatus, read_bridge_status
from nightcare.journal.database import belongs_to_another_program
from nightcare.journal.journal_files import FILE_NAME, obstacle
from nightcare.journal.migrations import VERSION
from nightcare.journal.salvage import count_unreadable
from nightcare.journal.service_status import ServiceStatus, read_status
from nightcare.journal.store import Journal
from nightcare.ownership import nearest_existing


@dataclass(frozen=True)
class Content:
    """The content of the file.

    Attributes:
        sound: Whether the file is whole, as far as SQLite can tell.
        foreign: Whether it is the database of another program.
        unreadable: The number of entries that cannot be parsed.
        version: The version of its tables; 0 before there are any.
        updated: The instant of the last update (UTC); None before the first.
        service: The status that the service published last.
        bridge: The status that the bridge published last.
        refusal: The reason why an open reminder is not on the screen; None if none was refused.
    """

    sound: bool
    version: int
    updated: datetime | None = None
    service: ServiceStatus = field(default_factory=ServiceStatus)
    foreign: bool = False
    unreadable: int = 0
    bridge: BridgeStatus = field(default_factory=BridgeStatus)
    refusal: DeliveryStatus | None = None


@dataclass(frozen=True)
class Inspection:
    """The journal and its folder.

    Attributes:
        folder: The folder.
        path: The file.
        folder_mode: The folder's permissions; None where there is no folder.
        file_mode: The file's; None where there is no file.
        foreign: The folder or file that belongs to another user; None if neither does.
        writable: Whether the folder can be written, or created where there is none.
        free: The free bytes on its disk; None where that is unknown.
        content: The content of the file, or the error on reading it; None without a file.
        in_the_way: Whether a folder, a device or a dangling link has its name.
    """

    folder: Path
    path: Path
    folder_mode: int | None
    file_mode: int | None
    foreign: Path | None
    writable: bool
    free: int | None
    content: Content | str | None
    in_the_way: bool = False


def inspect(folder: Path) -> Inspection:
    """Inspect the journal in a folder.

    Raises:
        OSError: The folder cannot be examined.
    """
    path = folder / FILE_NAME
    there = _status(folder)
    file = _status(path)
    nearest = nearest_existing(folder)
    blocked = obstacle(path) is not None
    free = None
    with suppress(OSError):
        free = shutil.disk_usage(nearest).free
    return Inspection(
        folder=folder,
        path=path,
        folder_mode=None if there is None else stat.S_IMODE(there.st_mode),
        file_mode=None if file is None else stat.S_IMODE(file.st_mode),
        foreign=next((one for one, its in ((folder, there), (path, file)) if _foreign(its)), None),
        writable=nearest.is_dir()
        and os.access(nearest, os.W_OK | os.X_OK)
        and (file is None or os.access(path, os.R_OK | os.W_OK)),
        free=free,
        content=None if file is None or blocked else _content(path, file),
        in_the_way=blocked,
    )


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _foreign(status: os.stat_result | None) -> bool:
    if status is None or sys.platform == "win32":
        return False
    return status.st_uid != os.geteuid()


def _content(path: Path, file: os.stat_result) -> Content | str:
    if file.st_size == 0:
        return Content(sound=True, version=0)
    ahead = Path(f"{path}-wal")
    quiet = not ahead.exists()
    content = _read(path, quiet=quiet)
    if quiet and ahead.exists() and not (isinstance(content, Content) and content.sound):
        # Another process began to write meanwhile.
        content = _read(path, quiet=False)
    return content


def _read(path: Path, *, quiet: bool) -> Content | str:
    """Return the content of the file.

    Args:
        path: The file.
        quiet: Whether no process writes to it; then SQLite adds no files beside it
            (https://www.sqlite.org/wal.html, "Read-Only Databases").
    """
    options = "mode=ro&immutable=1" if quiet else "mode=ro"
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?{options}", uri=True)) as db:
            (version,) = db.execute("PRAGMA user_version").fetchone()
            if belongs_to_another_program(db):
                return Content(sound=True, version=version, foreign=True)
            journal = Journal(db, str(path))
            sound = journal.is_sound()
            if sound and version < VERSION:
                # A wrong number of the version shows when a command would migrate the tables.
                with closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
                    db.backup(copy)
                    Journal(copy, ":memory:").migrate()
            if not sound or version == 0:
                return Content(sound, version)
            updated: datetime | None = None
            refusal: DeliveryStatus | None = None
            service, bridge = ServiceStatus(), BridgeStatus()
            # Another version may store either elsewhere.
            with suppress(StateError):
                updated = journal.global_state().updated
            with suppress(StateError):
                service, bridge = read_status(journal), read_bridge_status(journal)
            with suppress(StateError):
                refusal = _refusal(journal)
            unreadable = count_unreadable(db) if version == VERSION else 0
            return Content(
                sound,
                version,
                updated,
                service,
                unreadable=unreadable,
                bridge=bridge,
                refusal=refusal,
            )
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        return str(error)
    except StateError as error:
        return str(error.values["reason"])


def _refusal(journal: Journal) -> DeliveryStatus | None:
    displayed = (one.displayed for one in journal.unsettled())
    return next((one.delivery for one in displayed if one and one.delivery.refusal), None)
