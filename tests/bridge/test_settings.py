"""The table `[mqtt]`, the password, and the id of the computer."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nightcare.bridge.settings import (
    CREDENTIAL,
    BridgeSettings,
    SettingsFileError,
    bridge_settings,
    computer_id,
    is_loopback,
    login_name,
    read_password,
    tls_context,
)


def settings(**table: object) -> BridgeSettings:
    """Return the settings of a table."""
    found = bridge_settings({"mqtt": {"host": "broker", **table}})
    assert found is not None
    return found


def test_without_the_table_there_are_none() -> None:
    """A variable that sets the table to null counts as none too."""
    assert bridge_settings({}) is None
    assert bridge_settings({"mqtt": None}) is None


def test_what_is_not_set_has_its_default() -> None:
    """TLS, discovery, no diary and no detail."""
    found = settings(person=None)
    assert (found.port, found.discovery, found.diary, found.detail) == (8883, True, False, False)
    assert found.person == login_name()
    assert found.address == "broker:8883"
    assert found.tls


@pytest.mark.parametrize(
    ("table", "tls"),
    [
        ({"host": "localhost", "port": 1883}, False),
        ({"host": "127.0.0.1", "port": 1883}, False),
        ({"host": "::1", "port": 1883}, False),
        ({"host": "127.0.0.1", "port": 8883}, True),
        ({"host": "192.168.1.2", "port": 1883}, True),
        ({"host": "localhost.example.org", "port": 1883}, True),
        ({"host": "192.168.1.2", "port": 1883, "insecure": True}, False),
    ],
)
def test_only_this_computer_needs_no_tls(table: dict[str, object], *, tls: bool) -> None:
    """Anything else is encrypted, unless the person says otherwise."""
    assert settings(**table).tls is tls


def test_a_host_name_is_this_computer_by_its_name_alone() -> None:
    """No name is looked up."""
    assert is_loopback("localhost")
    assert not is_loopback("this-computer")


def test_the_id_is_a_digest_that_stays() -> None:
    """Ten hexadecimal digits, without the machine id, which is confidential."""
    found = computer_id()
    assert found == computer_id()
    assert len(found) == 10
    int(found, 16)
    for path in (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id")):
        if path.exists():
            assert found not in path.read_text(encoding="ascii")


def secret(folder: Path, text: bytes = b"very-secret\n", mode: int = 0o600) -> str:
    """Make a file with a password."""
    path = folder / "password"
    path.write_bytes(text)
    path.chmod(mode)
    return str(path)


def test_the_password_is_read_from_its_file_without_the_end_of_its_line(tmp_path: Path) -> None:
    """The path may begin in the user's home."""
    secret(tmp_path)
    home = {"HOME": str(tmp_path)}
    assert read_password(settings(password_file="~/password"), home) == "very-secret"  # noqa: S106 - a path
    assert read_password(settings(password_file=str(tmp_path / "password")), {}) == "very-secret"


def test_the_password_may_be_a_credential_of_systemd(tmp_path: Path) -> None:
    """Without a file in the config; without either there is none."""
    Path(secret(tmp_path)).rename(tmp_path / CREDENTIAL)
    given = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert read_password(settings(), given) == "very-secret"
    assert read_password(settings(), {}) is None
    assert read_password(settings(), {"CREDENTIALS_DIRECTORY": str(tmp_path / "none")}) is None


def test_a_certificate_that_is_a_pipe_is_refused(tmp_path: Path) -> None:
    """OpenSSL would wait for its writer."""
    pipe = tmp_path / "ca.pem"
    os.mkfifo(pipe)
    with pytest.raises(SettingsFileError) as refused:
        tls_context(settings(ca=str(pipe)), {})
    assert refused.value.key == "ca"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o622, 0o610])
def test_a_file_that_others_can_use_is_refused(tmp_path: Path, mode: int) -> None:
    """The group counts as others."""
    with pytest.raises(SettingsFileError) as refused:
        read_password(settings(password_file=secret(tmp_path, mode=mode)), {})
    assert refused.value.key == "password_for_others"


def test_what_is_no_password_is_refused(tmp_path: Path) -> None:
    """Nothing there, nothing in it, no text, a folder, and a pipe that nobody writes to."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    (tmp_path / "folder").mkdir(mode=0o700)
    wrong = {
        str(tmp_path / "none"): "password_unread",
        str(tmp_path / "folder"): "password_unread",
        str(pipe): "password_not_file",
    }
    for path, key in wrong.items():
        with pytest.raises(SettingsFileError) as refused:
            read_password(settings(password_file=path), {})
        assert refused.value.key == key
    for text, key in ((b"\n", "password_empty"), (b"\xff\xfe", "password_unread")):
        with pytest.raises(SettingsFileError) as refused:
            read_password(settings(password_file=secret(tmp_path, text)), {})
        assert refused.value.key == key
