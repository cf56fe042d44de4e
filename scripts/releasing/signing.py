"""Hashes of the files of a release, and the signature of the owner by GnuPG.

The key is the one of the contact address in release.toml.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from releasing.commands import StepFailedError, run

SUMS = "SHA256SUMS"


def expect_key(contact: str) -> None:
    """Find a secret key of this address.

    Raises:
        StepFailedError: There is none, or no GnuPG.
    """
    try:
        run(["gpg", "--batch", "--list-secret-keys", f"<{contact}>"])
    except StepFailedError as error:
        hint = f"`gpg --quick-generate-key {contact}` makes a key"
        raise StepFailedError(f"no key to sign with; {hint}\n{error}") from None


def write_hashes(dist: Path) -> int:
    """Write the hashes of all files in a folder to SHA256SUMS; return how many there are."""
    files = sorted(one for one in dist.iterdir() if one.is_file() and SUMS not in one.name)
    lines = [f"{hashlib.sha256(one.read_bytes()).hexdigest()}  {one.name}\n" for one in files]
    (dist / SUMS).write_text("".join(lines), encoding="utf-8")
    return len(files)


def sign_hashes(dist: Path, contact: str) -> None:
    """Sign SHA256SUMS with the key of this address, and check the signature.

    Raises:
        StepFailedError: GnuPG could not sign, or does not accept the signature.
    """
    sums = dist / SUMS
    gpg = ["gpg", "--batch", "--yes"]
    run([*gpg, "--local-user", f"<{contact}>", "--armor", "--detach-sign", sums])
    run([*gpg, "--verify", f"{sums}.asc", sums])
