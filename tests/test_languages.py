"""The files of the catalogue: compiled ones stand for their sources, and never for older ones."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import tomli

from nightcare import languages
from nightcare.languages import read_catalogue

CATALOGUE = Path(languages.__file__).with_name("i18n")
NAMES = sorted(
    path.relative_to(CATALOGUE).with_suffix("").as_posix() for path in CATALOGUE.rglob("*.toml")
)


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Read a copy of the catalogue, which tests may change."""
    folder = shutil.copytree(CATALOGUE, tmp_path / "i18n")
    monkeypatch.setattr(languages, "_FOLDER", folder)
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_a_compiled_file_has_the_texts_of_its_source(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are read without the parser of TOML."""
    texts = tomli.loads((CATALOGUE / f"{name}.toml").read_text(encoding="utf-8"))
    monkeypatch.setattr(languages, "parse_catalogue", None)
    assert read_catalogue(name) == texts


def test_an_edited_source_counts_at_once(copy: Path) -> None:
    """Its compiled file is of an earlier version."""
    source = copy / "da.toml"
    edited = source.read_text(encoding="utf-8").replace('button_done = "', 'button_done = "Nu: ')
    source.write_text(edited, encoding="utf-8")
    assert read_catalogue("da")["texts"]["button_done"].startswith("Nu: ")


@pytest.mark.parametrize("compiled", [None, "[1, 2, {}]", "[1", ""])
def test_a_file_that_is_not_compiled_or_badly_is_read(copy: Path, compiled: str | None) -> None:
    """Two merged branches may leave two checksums, until it is compiled again."""
    before = read_catalogue("da")
    (copy / "da.json").unlink()
    if compiled is not None:
        (copy / "da.json").write_text(compiled, encoding="utf-8")
    assert read_catalogue("da") == before
