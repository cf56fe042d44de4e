"""Mounts that one program alone sees, as root; in a chroot too."""

from __future__ import annotations

import functools
import os
import subprocess
import tempfile
from pathlib import Path

import pytest

_ALONE = ("unshare", "--mount")
_IN_A_CHROOT = ("unshare", "--mount", "--propagation", "unchanged")
"""The root of a chroot is mostly no mount, so that its propagation cannot be changed."""


def with_mounts(mounts: str, then: str = "exec") -> tuple[str, ...]:
    """Return what starts a program that alone sees these mounts.

    Args:
        mounts: Commands of the shell that mount, joined by &&.
        then: What starts the program, such as `exec env --unset=TZ`.
    """
    return (*_alone(), "sh", "-c", f'{mounts} && {then} "$@"', "sh")


@functools.cache
def _alone() -> tuple[str, ...]:
    for how in (_ALONE, _IN_A_CHROOT) if os.geteuid() == 0 else ():
        # On the same file system as /etc: the temporary folder may be a mount.
        with tempfile.TemporaryDirectory(prefix=".nightcare-", dir="/var") as folder:
            script = f'mount --bind /etc "{folder}" && test -e "{folder}/passwd"'
            command = [*how, "sh", "-c", script]
            done = subprocess.run(command, capture_output=True, check=False)
            if Path(folder, "passwd").exists():
                # Mounts are shared here, so others see it as well.
                subprocess.run(["umount", folder], check=True)
            elif done.returncode == 0:
                return how
    pytest.skip("mounts of one's own are not allowed here")
