"""The benchmark itself: every part measures something; how much, is no matter here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.__main__ import PARTS, main

pytestmark = pytest.mark.real


def test_every_part_measures_something(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The results are printed and written."""
    written = tmp_path / "figures.json"
    assert main(["--trial", "--json", str(written)]) == 0
    found = json.loads(written.read_text(encoding="utf-8"))
    printed = capsys.readouterr().out
    for name in PARTS:
        assert found[name], name
        assert f"### {name}" in printed
    assert found["machine"]["cores"]
    assert found["lateness"]["figure"]["runs"] == found["lateness"]["due"] == 1


def test_a_part_that_nobody_knows_is_refused() -> None:
    """Before anything is measured."""
    with pytest.raises(SystemExit):
        main(["no-such-part"])
