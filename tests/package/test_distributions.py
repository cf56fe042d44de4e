"""The sdist and the wheel: what they carry, and that they can be installed anywhere."""

from __future__ import annotations

import os
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from generating.owner_facts import metainfo_file
from nightcare import __version__
from parts.home import Home
from parts.packages import PROJECT, Packages
from parts.processes import run_tool

pytestmark = pytest.mark.real

PYTHON = "/usr/bin/python3"
"""Debian's own, for which the wheels in `Packages.wheels` are."""

INSTALL_SECONDS = 120
WITH_THE_PAGE = "nightcare[report]"

CARRIED = {
    "nightcare/py.typed",
    "nightcare/config.example.toml",
    "nightcare/nightcare.service",
    "nightcare/nightcare.desktop",
    "nightcare/nightcare-page.desktop",
    "nightcare/nightcare.svg",
    "nightcare/i18n/en.toml",
    "nightcare/i18n/da.toml",
    "nightcare/i18n/en.json",
    "nightcare/i18n/da.json",
    "nightcare/report_html/page.html.jinja",
    "nightcare/report_html/layout.html.jinja",
    "nightcare/report_html/report_parts.html.jinja",
    "nightcare/report_html/home.html.jinja",
    "nightcare/report_html/relief.html.jinja",
}
SHARED = {
    "man/man1/nightcare.1",
    "man/man5/nightcare.toml.5",
    "bash-completion/completions/nightcare",
    "zsh/site-functions/_nightcare",
    "fish/vendor_completions.d/nightcare.fish",
    f"metainfo/{metainfo_file(PROJECT).name}",
}


def beside_python(name: str) -> str:
    """Return the path of a program beside the interpreter of the tests."""
    return str(Path(sys.executable).with_name(name))


def test_the_wheel_carries_all_that_is_installed(packages: Packages) -> None:
    """Data as files and not as links, and nothing but the program."""
    shared = f"nightcare-{__version__}.data/data/share"
    with zipfile.ZipFile(packages.wheel) as wheel:
        names = set(wheel.namelist())
        assert names >= CARRIED | {f"{shared}/{name}" for name in SHARED}
        assert "@COMMAND@" in wheel.read("nightcare/nightcare.service").decode()
        assert "[sleep]" in wheel.read("nightcare/config.example.toml").decode()
    own = {name.partition("/")[0] for name in names}
    assert own == {
        "nightcare",
        f"nightcare-{__version__}.data",
        f"nightcare-{__version__}.dist-info",
    }


def test_the_sdist_builds_the_same_wheel(packages: Packages, tmp_path: Path) -> None:
    """Byte for byte; and it carries what the tests and packages are made with."""
    run_tool(["tar", "-xzf", str(packages.sdist), "-C", str(tmp_path)], os.environ)
    (source,) = tmp_path.iterdir()
    for name in (
        "requirements.lock",
        "scripts/test",
        "debian/rules",
        "tests/conftest.py",
        "LICENSE",
    ):
        assert (source / name).is_file()
    build = ["env", f"--chdir={source}", beside_python("hatchling"), "build", "--target", "wheel"]
    run_tool(build, os.environ)
    (wheel,) = (source / "dist").iterdir()
    assert wheel.name == packages.wheel.name
    assert wheel.read_bytes() == packages.wheel.read_bytes()


def with_pip(packages: Packages, home: Home, environment: Mapping[str, str]) -> Path:
    """Install into an empty environment; returns where the program is."""
    room = home.path / "environment"
    run_tool([PYTHON, "-m", "venv", "--without-pip", str(room)], environment)
    pip = [sys.executable, "-m", "pip", "--python", str(room / "bin" / "python"), "install"]
    places = ["--find-links", str(packages.wheels), "--find-links", str(packages.wheel.parent)]
    run_tool([*pip, "--no-index", *places, WITH_THE_PAGE], environment, INSTALL_SECONDS)
    return room / "bin"


def with_pipx(packages: Packages, home: Home, environment: Mapping[str, str]) -> Path:
    """Install as `pipx install` does; returns where the program is."""
    places = f"--no-index --find-links {packages.wheels} --find-links {packages.wheel.parent}"
    pipx = [beside_python("pipx"), "install", "--python", PYTHON]
    run_tool([*pipx, f"--pip-args={places}", WITH_THE_PAGE], environment, INSTALL_SECONDS)
    assert (home.data / "man" / "man1" / "nightcare.1").is_file()
    return home.path / ".local" / "bin"


def with_uv(packages: Packages, home: Home, environment: Mapping[str, str]) -> Path:
    """Install as `uv tool install` does; returns where the program is."""
    uv = [beside_python("uv"), "tool", "install", "--python", PYTHON]
    places = ["--find-links", str(packages.wheels), "--find-links", str(packages.wheel.parent)]
    run_tool([*uv, "--no-index", *places, WITH_THE_PAGE], environment, INSTALL_SECONDS)
    return home.path / ".local" / "bin"


@pytest.mark.parametrize("install", [with_pip, with_pipx, with_uv])
def test_it_can_be_installed_and_started(
    packages: Packages, home: Home, install: Callable[[Packages, Home, Mapping[str, str]], Path]
) -> None:
    """Into an empty environment, with all that it needs, in each of the usual ways."""
    environment = home.environment()
    program = str(install(packages, home, environment) / "nightcare")
    assert run_tool([program, "--version"], environment).decode().endswith(f" {__version__}\n")
    assert b"water" in run_tool([program, "preview", "--days", "1"], environment)
    assert run_tool([program, "tips", "sleep"], environment).startswith(b"sleep\n- ")
    page = home.aside / "report.html"
    run_tool([program, "report", "--html", str(page)], environment)
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
