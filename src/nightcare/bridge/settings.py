"""The settings of the bridge: the table `[mqtt]`, the password, and the names in topics."""

from __future__ import annotations

import hashlib
import ipaddress
import os
import pwd
import re
import socket
import ssl
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from nightcare.config.build import MQTT_DEFAULTS
from nightcare.config.values import Table
from nightcare.regular_file import read_regular

CREDENTIAL = "mqtt-password"
"""The name of the systemd credential with the password, systemd.exec(5), "Credentials"."""

_PLAIN_PORT = 1883
"""The port of MQTT without TLS, by the IANA registry."""

_MACHINE_IDS = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))
_LONGEST_ID = 4096
_LONGEST_PASSWORD = 4096
_FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9_-]+")


class SettingsFileError(Exception):
    """A file that the settings name and that cannot be used.

    Args:
        key: The key of a `Trouble`.
        path: The file.
    """

    def __init__(self, key: str, path: Path) -> None:
        super().__init__(key, path)
        self.key = key
        self.path = path


@dataclass(frozen=True)
class BridgeSettings:
    """The table `[mqtt]` of the config, complete; the keys are described in `config/model.py`."""

    host: str
    port: int
    user: str | None
    password_file: str | None
    ca: str | None
    person: str
    discovery: bool
    diary: bool
    detail: bool
    share: bool
    computer: str
    insecure: bool

    @property
    def tls(self) -> bool:
        """True if the connection is encrypted; only the plain port of this computer is exempt."""
        return not (self.insecure or (self.port == _PLAIN_PORT and is_loopback(self.host)))

    @property
    def address(self) -> str:
        """The host and the port, as a person reads them."""
        return f"{self.host}:{self.port}"


def bridge_settings(values: Table) -> BridgeSettings | None:
    """Return the settings in the tables of a valid config; None without a table `[mqtt]`."""
    table = values.get("mqtt")
    if table is None:
        return None
    given = {key: value for key, value in table.items() if value is not None}
    full = {"person": login_name(), "computer": socket.gethostname(), **MQTT_DEFAULTS, **given}
    values_by_name: dict[str, Any] = {
        one.name: full.get(one.name) for one in fields(BridgeSettings)
    }
    return BridgeSettings(**values_by_name)


def is_loopback(host: str) -> bool:
    """Return whether a host is this computer, by its name alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def login_name() -> str:
    """Return the login name of the user, as it may stand in a topic."""
    try:
        name = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        name = str(os.geteuid())
    return _NOT_IN_A_NAME.sub("_", name.lower())[:40] or "_"


def computer_id() -> str:
    """Return the id of this user's computer: a digest, for a machine id is confidential.

    Source: machine-id(5), which asks for a hash of it where it leaves the computer.
    """
    name = socket.gethostname()
    for path in _MACHINE_IDS:
        with suppress(OSError, UnicodeDecodeError):
            name = read_regular(path, _LONGEST_ID).decode("ascii").strip() or name
            break
    text = f"{name}/{os.geteuid()}".encode()
    return hashlib.blake2b(text, digest_size=5, person=b"nightcare").hexdigest()


def home_path(written: str, variables: Mapping[str, str]) -> Path:
    """Return a path of the config, with the user's home in the place of ~."""
    home = variables.get("HOME", "")
    return Path(home, written[2:]) if written.startswith("~/") else Path(written)


def read_password(settings: BridgeSettings, variables: Mapping[str, str]) -> str | None:
    """Return the password; None if neither the config nor systemd names one.

    Raises:
        SettingsFileError: Its file cannot be read, or others than the user can read it as well.
    """
    if settings.password_file is not None:
        return _private_text(home_path(settings.password_file, variables))
    folder = variables.get("CREDENTIALS_DIRECTORY")
    if folder and (path := Path(folder, CREDENTIAL)).exists():
        return _private_text(path)
    return None


def tls_context(settings: BridgeSettings, variables: Mapping[str, str]) -> ssl.SSLContext:
    """Return the TLS context that checks the certificate of the broker.

    Raises:
        SettingsFileError: The file in `ca` cannot be read, or holds no certificate.
    """
    if settings.ca is None:
        return ssl.create_default_context()
    authority = home_path(settings.ca, variables)
    try:
        # OpenSSL would wait for the writer of a named pipe.
        read_regular(authority, 1)
        return ssl.create_default_context(cafile=authority)
    except OSError as error:
        # ssl.SSLError, where it holds no certificate, is one as well.
        raise SettingsFileError("ca", authority) from error


def _private_text(path: Path) -> str:
    try:
        # Do not wait for the writer of a named pipe.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as stream:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode):
                raise SettingsFileError("password_not_file", path)
            if found.st_mode & _FOR_OTHERS:
                raise SettingsFileError("password_for_others", path)
            text = stream.read(_LONGEST_PASSWORD).decode().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsFileError("password_unread", path) from error
    if not text:
        raise SettingsFileError("password_empty", path)
    return text
