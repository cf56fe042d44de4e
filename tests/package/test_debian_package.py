"""The Debian package: what lintian says, and its whole life on a system that has nothing else."""

from __future__ import annotations

import json
import os
import platform
import re
import runpy
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from generating.owner_facts import metainfo_file
from nightcare import __released__, __version__
from parts.packages import PROJECT, Packages
from parts.processes import SEARCH_PATH, find_program, run_tool

pytestmark = pytest.mark.real

ENVIRONMENT = {"PATH": SEARCH_PATH, "LANG": "C.UTF-8", "TZ": "UTC", "HOME": "/nonexistent"}
SYSTEM_SECONDS = 300

COPYRIGHT = runpy.run_path(str(PROJECT / "debian" / "copyright.py"))
"""The script that writes the copyright file."""

FILES = {
    "usr/bin/nightcare",
    "usr/lib/systemd/user/nightcare.service",
    "usr/share/applications/nightcare.desktop",
    "usr/share/applications/nightcare-page.desktop",
    "usr/share/icons/hicolor/scalable/apps/nightcare.svg",
    f"usr/share/metainfo/{metainfo_file(PROJECT).name}",
    "usr/share/man/man1/nightcare.1.gz",
    "usr/share/man/man5/nightcare.toml.5.gz",
    "usr/share/bash-completion/completions/nightcare",
    "usr/share/zsh/vendor-completions/_nightcare",
    "usr/share/fish/vendor_completions.d/nightcare.fish",
    "usr/share/doc/nightcare/changelog.gz",
    "usr/share/doc/nightcare/copyright",
    "usr/share/doc/nightcare/sbom.cdx.json.gz",
}

LIFE = PROJECT / "scripts" / "releasing" / "deb_life"
"""The script that installs, uses and purges a package."""


@pytest.fixture(scope="module")
def unpacked(packages: Packages, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Unpack the package and that of the bridge."""
    folder = tmp_path_factory.mktemp("unpacked")
    for package in (packages.debian, packages.debian_bridge):
        run_tool(["dpkg-deb", "--extract", str(package), str(folder)], ENVIRONMENT)
    return folder


def test_lintian_finds_no_mistake(packages: Packages) -> None:
    """It finds no warning either, except those that the package explains."""
    tool = [find_program("lintian", "lintian"), "--allow-root", "--fail-on", "error,warning"]
    both = [str(packages.debian), str(packages.debian_bridge)]
    run_tool([*tool, *both], ENVIRONMENT, SYSTEM_SECONDS)


def test_it_brings_what_a_system_looks_for(unpacked: Path) -> None:
    """Each file is in its standard place, and none names the build folder."""
    assert {name for name in FILES if not os.path.lexists(unpacked / name)} == set()
    unit = (unpacked / "usr/lib/systemd/user/nightcare.service").read_text(encoding="utf-8")
    program = "/usr/lib/nightcare/bin/python -P -m nightcare.service"
    assert f"\nExecStart={program}\n" in unit
    assert "\nWantedBy=graphical-session.target\n" in unit
    entries = map(str, (unpacked / "usr/share/applications").iterdir())
    tool = find_program("desktop-file-validate", "desktop-file-utils")
    assert run_tool([tool, *entries], ENVIRONMENT) == b""
    search = ["grep", "--recursive", "--files-with-matches", str(PROJECT), str(unpacked)]
    assert run_tool(["sh", "-c", '"$@" || [ $? = 1 ]', "sh", *search], ENVIRONMENT) == b""


def test_the_licences_of_all_that_it_carries_are_told(unpacked: Path) -> None:
    """As the machine-readable format of Debian has it, a paragraph for each."""
    told = (unpacked / "usr/share/doc/nightcare/copyright").read_text(encoding="utf-8")
    assert told.startswith(
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"
    )
    carried = {path.name for path in unpacked.glob("usr/lib/nightcare/lib/*/site-packages/*")}
    assert "pydantic_core" in carried
    own = {name for name in carried if name.startswith("nightcare")}
    missing = {name for name in carried - own if f"site-packages/{name}" not in told}
    assert missing == set()
    assert told.count("\nLicense: ") == told.count("\nFiles: ") == told.count("\nCopyright: ")


def test_what_is_compiled_in_is_told_too(unpacked: Path) -> None:
    """Each part that a wheel lists, with its licence, but for what is none of the program."""
    told = (unpacked / "usr/share/doc/nightcare/copyright").read_text(encoding="utf-8")
    libraries = next(unpacked.glob("usr/lib/nightcare/lib/*/site-packages"))
    parts = [
        (part["scope"] != "excluded", f"\n  {part['name']} {part['version']}, {licence}")
        for one in libraries.glob("*.dist-info/sboms/*.json")
        for part in json.loads(one.read_text(encoding="utf-8"))["components"]
        for licence in (part["licenses"][0]["expression"],)
    ]
    assert "pyo3" in "".join(line for _, line in parts)
    assert [line for there, line in parts if there is not (line in told)] == []
    for text in ("Zlib:\n .\n This software", "Unicode-3.0:\n .\n UNICODE LICENSE V3"):
        assert f"\n {text}" in told
    # Its wheel is compiled with mypyc, and says nothing of that.
    assert list(libraries.glob("*__mypyc.*"))
    assert "Copyright (c) 2012-2023 Jukka Lehtosalo" in told


@pytest.mark.parametrize(
    ("expression", "enough"),
    [
        ("MIT", ["MIT"]),
        ("Apache-2.0 OR MIT", ["MIT"]),
        ("(MIT OR Apache-2.0) AND Unicode-DFS-2016", ["MIT", "Unicode-DFS-2016"]),
        ("MIT OR Zlib", ["MIT"]),
    ],
)
def test_of_a_choice_of_licences_one_is_told(expression: str, enough: list[str]) -> None:
    """One whose text is at hand."""
    assert list(COPYRIGHT["texts_for"](expression)) == enough


@pytest.mark.parametrize("expression", ["GPL-3.0-only", "MIT AND Foo", "", "Foo OR Bar"])
def test_a_licence_whose_text_is_not_at_hand_stops_the_package(expression: str) -> None:
    """Somebody has to look at it."""
    with pytest.raises(LookupError, match="has no licence that satisfies"):
        list(COPYRIGHT["texts_for"](expression))


def test_the_bridge_brings_its_library_and_its_unit(packages: Packages) -> None:
    """Nothing else, so that people without a broker need not install it."""
    listed = run_tool(["dpkg-deb", "--contents", str(packages.debian_bridge)], ENVIRONMENT)
    names = {line.split()[5].removeprefix("./usr/") for line in listed.decode().splitlines()}
    files = {name for name in names if name[-1:] not in ("", "/") and "/paho" not in name}
    assert files == {"lib/systemd/user/nightcare-bridge.service", "share/doc/nightcare-bridge"}
    assert any(name.endswith("/paho/mqtt/client.py") for name in names)


def test_its_version_is_that_of_the_program() -> None:
    """The date of its changelog is that of the release."""
    changelog = (PROJECT / "debian" / "changelog").read_text(encoding="utf-8")
    assert changelog.startswith(f"nightcare ({__version__}) ")
    dated = re.search(r"^ -- .*>  (.*)$", changelog, re.MULTILINE)
    assert dated is not None
    assert parsedate_to_datetime(dated[1]).date().isoformat() == __released__


def test_it_comes_works_and_goes_without_a_trace(packages: Packages, tmp_path: Path) -> None:
    """On a fresh Debian with Python and nothing else that is not essential."""
    said = tmp_path / "said"
    said.mkdir()
    deb = packages.debian
    run_tool(
        [
            find_program("mmdebstrap", "mmdebstrap"),
            "--quiet",
            "--variant=essential",
            "--include=python3",
            f"--customize-hook=mkdir $1/tmp/said; cp {deb} {packages.debian_bridge} $1/tmp/said",
            f"--customize-hook=cp {LIFE} $1/tmp",
            "--chrooted-customize-hook=sh /tmp/deb_life /tmp/said",
            f"--customize-hook=rm $1/tmp/said/*.deb; cp $1/tmp/said/* {said}",
            "--format=null",
            platform.freedesktop_os_release()["VERSION_CODENAME"],
            "/dev/null",
        ],
        ENVIRONMENT,
        SYSTEM_SECONDS,
    )
    told = {file.name: file.read_text(encoding="utf-8") for file in said.iterdir()}
    assert told["--version"] == f"nightcare, version {__version__}\n"
    assert " 08:00  water" in told["preview"]
    assert told["tips sleep"].startswith("sleep\n- ")
    assert told["own"] == told["unit"] == "/usr/lib/nightcare/bin/python -P -m nightcare.service\n"
    assert told["compiled"] != ""
    assert told["changed"] == told["left"] == ""
