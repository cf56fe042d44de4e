"""The program of a unit: its arguments, its errors and its exit code."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from nightcare.errors import NotConfigured
from nightcare.service import __main__ as program


class Started:
    """A program that keeps the config file that is named to it, and may fail.

    Args:
        failure: The error with which it fails; None for none.
    """

    def __init__(self, failure: BaseException | None = None) -> None:
        self._failure = failure
        self.named: list[Path | None] = []

    def __call__(self, named: Path | None, variables: Mapping[str, str]) -> None:
        """Run."""
        assert variables["LANG"]
        self.named.append(named)
        if self._failure is not None:
            raise self._failure


def run(started: Started, *arguments: str) -> int:
    """Run the program with these arguments; return its exit code."""
    return program.run_program(started, "nightcare.thing", list(arguments))


def test_it_takes_a_config_file_or_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """It prints nothing of its own."""
    started = Started()
    assert run(started) == 0
    assert run(started, "--config", "mine.toml") == 0
    assert started.named == [None, Path("mine.toml")]
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("arguments", [["mine.toml"], ["--config"], ["--config", "a", "b"]])
def test_other_arguments_are_a_usage_error(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    """Nothing is started."""
    started = Started()
    assert run(started, *arguments) == 2
    assert started.named == []
    assert capsys.readouterr().err == "Usage: python -m nightcare.thing [--config FILE]\n"


@pytest.mark.parametrize(
    ("failure", "code", "text"),
    [
        (NotConfigured("mqtt_not_configured"), 78, "[mqtt]"),
        (PermissionError(13, "Permission denied", "/run/x"), 1, "/run/x"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_an_error_has_a_sentence_and_an_exit_code(
    capsys: pytest.CaptureFixture[str], failure: BaseException, code: int, text: str
) -> None:
    """The log of the unit has no traceback."""
    assert run(Started(failure), "--config", "mine.toml") == code
    said = capsys.readouterr().err
    assert text in said
    assert "Traceback" not in said


def test_the_service_refuses_a_config_that_does_not_exist(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The sentence names the file."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    missing = tmp_path / "missing.toml"
    assert program.main(["--config", str(missing)]) == 78
    assert str(missing) in capsys.readouterr().err
