"""The parts of ./scripts/release."""

from __future__ import annotations

import os
import re
import tomllib
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from nightcare import __version__
from parts.packages import PROJECT
from parts.processes import run_tool
from releasing.advisories import (
    Advisory,
    findings,
    locked_versions,
    lowest_versions,
    read_advisories,
)
from releasing.notes import release_notes
from releasing.sbom import licence, sbom

LOCK = (PROJECT / "requirements.lock").read_text(encoding="utf-8")
CHANGELOG = "# Changelog\n\n## 2.0 - 2026-01-02\n\n### Added\n\n- B\n\n## 1.0 - 2026-01-01\n\nA\n"


def test_notes_are_the_section_of_the_version() -> None:
    """Its heading is left out, and so are the other sections."""
    assert release_notes(CHANGELOG, "2.0") == "### Added\n\n- B\n"
    assert release_notes(CHANGELOG, "1.0") == "A\n"


@pytest.mark.parametrize("changelog", [CHANGELOG, f"{CHANGELOG}\n## 3.0 - 2026-01-03\n\n"])
def test_a_version_without_notes_is_refused(changelog: str) -> None:
    """Its section is missing or empty."""
    with pytest.raises(LookupError, match=r"no section for 3\.0"):
        release_notes(changelog, "3.0")


@pytest.mark.parametrize(
    ("version", "found"), [("1.0", 1), ("1.1rc1", 1), ("1.2", 0), ("0.9", 0), ("2.0", 0)]
)
def test_a_version_in_an_affected_range_is_found(version: str, found: int) -> None:
    """The ends of the range count as they are written, and a pre-release is a version too."""
    advisory = Advisory("A-1", "lib", SpecifierSet(">=1.0,<1.2"))
    assert len(list(findings({"lib": version, "other": "1.1"}, [advisory]))) == found


def test_the_lock_file_is_read() -> None:
    """Each name is normalised, and has its version."""
    assert locked_versions("A.b==1.0 ; x\n    --hash=sha256:00\nc==2\n") == {"a-b": "1.0", "c": "2"}
    assert lowest_versions(["A.b>=1.0,<2", "c"]) == {"a-b": "1.0"}


def test_each_advisory_is_about_a_library_in_the_lock_file() -> None:
    """An advisory about anything else could never be found."""
    locked = locked_versions(LOCK)
    assert {one.package for one in read_advisories()} <= set(locked)


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    """Make the bill of materials of the environment that the tests run in."""
    return sbom(str(distribution("click").locate_file("")))


def declared() -> set[str]:
    """Return the names of the declared dependencies, with those of the extras."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    return {canonicalize_name(Requirement(one).name) for group in groups for one in group}


def test_the_bill_of_materials_has_every_dependency(made: dict[str, Any]) -> None:
    """With the locked version, its hashes and its licence, and without the tools of the tests."""
    locked = locked_versions(LOCK.partition("# Tests")[0])
    listed = {canonicalize_name(one["name"]): one for one in made["components"]}
    assert declared() <= set(listed) <= set(locked)
    for name, one in listed.items():
        assert one["version"] == locked[name]
        assert one["properties"]
        assert one["licenses"][0]["expression"]
    own = made["metadata"]["component"]
    assert (own["name"], own["version"]) == ("nightcare", __version__)


def test_the_bill_of_materials_has_what_is_compiled_in(made: dict[str, Any]) -> None:
    """The Rust libraries of pydantic-core."""
    (core,) = (one for one in made["components"] if one["name"] == "pydantic_core")
    assert "pyo3" in {one["name"] for one in core["components"]}


def test_each_reference_leads_to_a_component(made: dict[str, Any]) -> None:
    """The graph has every component once."""
    known = [made["metadata"]["component"]["bom-ref"]]
    known += [one["bom-ref"] for one in made["components"]]
    assert sorted(one["ref"] for one in made["dependencies"]) == sorted(known)
    assert {to for one in made["dependencies"] for to in one["dependsOn"]} <= set(known)


def test_a_licence_that_only_says_bsd_has_three_clauses(made: dict[str, Any]) -> None:
    """The text of the licence decides."""
    for one in made["components"]:
        found = distribution(one["name"])
        if found.metadata.json.get("license_expression") or licence(found) != "BSD-3-Clause":
            continue
        texts = [
            path.read_text() for path in found.files or [] if re.search(r"/LICENSE", f"/{path}")
        ]
        text = " ".join("".join(texts).split())
        assert re.search(r"Neither the names? of .{1,80} nor the names of", text), one["name"]


def test_the_table_of_the_dependencies_is_complete(made: dict[str, Any]) -> None:
    """Each has a row with its licence and its reasons, and what they bring is named."""
    text = (PROJECT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    row = r"^\| ([a-z][\w-]+) \| ([^|]+?) \| \S.* \| \S.* \|$"
    rows = dict(re.findall(row, text, re.MULTILINE))
    del rows["library"]
    listed: dict[str, str] = {
        canonicalize_name(one["name"]): one["licenses"][0]["expression"]
        for one in made["components"]
    }
    assert rows == {name: listed[name] for name in declared()}
    for name in set(listed) - declared():
        assert name in text.partition("What they bring")[2]


@pytest.mark.real
def test_the_quick_dry_run_of_a_release_passes(tmp_path: Path) -> None:
    """It builds twice, checks, and lists what is left to do."""
    shown = run_tool(
        [str(PROJECT / "scripts" / "release"), "--dry-run", "--quick", "--into", str(tmp_path)],
        os.environ,
    ).decode()
    assert "[failed]" not in shown
    assert "twice, bit for bit" in shown
    assert "[ ] Fill in release.toml" in shown
    names = {one.name for one in tmp_path.iterdir()}
    assert {"PKGBUILD", "SHA256SUMS", f"nightcare-{__version__}.cdx.json"} <= names
    sums = run_tool(
        ["env", f"--chdir={tmp_path}", "sha256sum", "--check", "SHA256SUMS"], os.environ
    )
    assert sums.decode().count(": OK\n") == len(names) - 1
