"""The start of the service."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nightcare.config.config_source import LoadResult
from nightcare.service.active_settings import ServiceContext
from nightcare.service.startup import run_service


@pytest.mark.parametrize("variable", [True, False])
def test_a_relative_path_is_followed_by_its_absolute_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, variable: bool
) -> None:
    """The folder that the service was started in may be removed while it runs."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.toml").write_text('language = "en"\n', encoding="utf-8")
    followed: list[Path | None] = []

    class Ended(Exception):
        """The end of the test."""

    def start(context: ServiceContext, _: LoadResult) -> None:
        followed.append(context.config)
        raise Ended

    monkeypatch.setattr("nightcare.service.app.ServiceApp", start)
    own = Path("own.toml")
    named = {"NIGHTCARE_CONFIG": str(own)} if variable else {}
    with pytest.raises(Ended):
        run_service(None if variable else own, {**os.environ, **named})
    assert followed == [tmp_path / own]
