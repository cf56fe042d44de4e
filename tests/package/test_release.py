"""The parts of ./scripts/release."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from generating.owner_facts import filled_files
from nightcare import __version__
from parts.home import Home
from parts.packages import PROJECT
from parts.processes import find_program, run_tool
from releasing.advisories import (
    Advisory,
    findings,
    locked_versions,
    lowest_versions,
    read_advisories,
)
from releasing.commands import StepFailedError
from releasing.notes import release_notes
from releasing.release import Release, check_owner_facts
from releasing.sbom import licence, sbom
from releasing.signing import expect_key, sign_hashes, write_hashes

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
        assert name in text.partition("These libraries depend on")[2].partition("\n\n")[0]


def test_the_table_of_the_tools_is_complete() -> None:
    """Each has a row with its group in pyproject.toml."""
    text = (PROJECT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    tools = text.partition("## Tools")[2]
    heading, *rows = re.findall(r"^\| ([a-z][\w-]+) \| (\w+) \| \S.* \|$", tools, re.MULTILINE)
    assert heading == ("tool", "group")
    pyproject = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    assert rows == sorted(
        (canonicalize_name(Requirement(one).name), group)
        for group, listed in pyproject["dependency-groups"].items()
        for one in listed
    )


@pytest.fixture
def keyring(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Use an empty keyring of GnuPG."""
    find_program("gpg", "gpg")
    folder = home.runtime / "gnupg"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(folder))
    yield
    run_tool(["gpgconf", "--kill", "all"], os.environ)


@pytest.mark.real
@pytest.mark.usefixtures("keyring")
def test_a_release_is_signed_with_the_key_of_its_owner(tmp_path: Path) -> None:
    """Without that key it stops at once, and a file that is changed afterwards is found."""
    with pytest.raises(StepFailedError, match="gpg --quick-generate-key owner@example"):
        expect_key("owner@example.org")
    make = ["gpg", "--batch", "--passphrase", "", "--quick-generate-key"]
    for address in ("another@example.org", "owner@example.org"):
        run_tool([*make, address, "ed25519", "sign"], os.environ)
    expect_key("owner@example.org")
    (tmp_path / "a.whl").write_text("a", encoding="utf-8")
    assert write_hashes(tmp_path) == 1
    sign_hashes(tmp_path, "owner@example.org")
    # Again, as after a failure.
    assert write_hashes(tmp_path) == 1
    sign_hashes(tmp_path, "owner@example.org")
    verify = ["gpg", "--verify", str(tmp_path / "SHA256SUMS.asc"), str(tmp_path / "SHA256SUMS")]
    signed = subprocess.run(verify, capture_output=True, check=True, text=True).stderr
    assert "owner@example.org" in signed
    (tmp_path / "a.whl").write_text("b", encoding="utf-8")
    write_hashes(tmp_path)
    assert subprocess.run(verify, capture_output=True, check=False).returncode == 1


def test_nothing_is_released_under_an_address_that_is_a_placeholder(tmp_path: Path) -> None:
    """A dry run names what to fill in."""
    dry = Release(__version__, dry=True, dist=tmp_path)
    check_owner_facts(dry)
    assert re.search(r"release\.toml \(contact, .*app_id, page, raw\)", dry.todo[0])
    with pytest.raises(StepFailedError, match=r"fill in release\.toml first: contact, "):
        check_owner_facts(Release(__version__, dry=False, dist=tmp_path))


def test_an_owner_fills_in_one_file(tmp_path: Path) -> None:
    """All other files that have a placeholder receive the values by ./scripts/generate."""
    facts = "release.toml"
    filled = {name for name, _ in filled_files(PROJECT)}
    for name in (*filled, facts, "src/nightcare/__init__.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(PROJECT / name, tmp_path / name)
    text = (PROJECT / facts).read_text(encoding="utf-8")
    text = text.replace("nightcare.invalid", "owner.org").replace("com.example", "org.owner")
    (tmp_path / facts).write_text(text, encoding="utf-8")
    made = dict(filled_files(tmp_path))
    assert "<id>org.owner.nightcare</id>" in made["share/metainfo/org.owner.nightcare.metainfo.xml"]
    assert [name for name, text in made.items() if has_placeholder(text)] == []
    assert {name for name in project_files() if has_placeholder(read(name))} == {*filled, facts}


def has_placeholder(text: str) -> bool:
    """Return whether the text has an address that the owner must replace."""
    return re.search(r"nightcare\.invalid|com\.example\.|org\.nightcare", text) is not None


def read(name: str) -> str:
    """Return the text of a file of the project, or nothing of a picture."""
    return (PROJECT / name).read_bytes().decode(errors="ignore")


def project_files() -> Iterator[str]:
    """Yield every file that a package contains or is made of, by its path in the project."""
    for folder in ("debian", "packaging", "share", "src", "systemd", "scripts/generating"):
        for path in (PROJECT / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                yield str(path.relative_to(PROJECT))
    yield from ("README.md", "flake.nix", "pyproject.toml", "release.toml", "config.example.toml")


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
