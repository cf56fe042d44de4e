"""Programs that a test makes up."""

from __future__ import annotations

from pathlib import Path


def shell_program(path: Path, script: str) -> Path:
    """Make a program of some lines of shell, and the folder that it is in; returns its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o700)
    return path


def only_program(folder: Path, name: str, script: str) -> dict[str, str]:
    """Make a program in a folder; return the environment of a GNOME desktop that has it alone."""
    path = shell_program(folder / name, script)
    return {"PATH": str(path.parent), "XDG_CURRENT_DESKTOP": "ubuntu:GNOME"}
