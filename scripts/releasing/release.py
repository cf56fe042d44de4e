"""./scripts/release: build, check and describe a release, step by step.

Each step prints a line of the checklist. A step that fails ends the run with its output. What only
the owner can do is listed at the end.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import shutil
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from generating.owner_facts import metainfo_file
from releasing.advisories import findings, locked_versions, lowest_versions, read_advisories
from releasing.commands import PROJECT, StepFailedError, run
from releasing.notes import release_notes
from releasing.package_metadata import read_facts, read_version
from releasing.signing import expect_key, sign_hashes, write_hashes

TOOLS = PROJECT / "build" / "release-tools"
"""The environment of the tools in requirements-release.lock."""

_PERMITTED = re.compile(
    r"^(Apache-2\.0|BSD-[23]-Clause|EPL-2\.0|ISC|MIT|MPL-2\.0|PSF-2\.0|Unicode-\S+|Zlib)$"
)
"""Licences that a package may contain under nightcare's own licence, and as they are."""

_PLACEHOLDERS = ("nightcare.invalid", "com.example.")


@dataclass
class Release:
    """The release that is built.

    Attributes:
        dist: The folder for everything that is published.
        todo: What the owner has to do afterwards.
    """

    version: str
    dry: bool
    dist: Path
    todo: list[str] = field(default_factory=list)

    @property
    def sdist(self) -> Path:
        """The sdist that is published."""
        return self.dist / f"nightcare-{self.version}.tar.gz"

    @property
    def wheel(self) -> Path:
        """The wheel that is published."""
        return self.dist / f"nightcare-{self.version}-py3-none-any.whl"

    @property
    def sbom(self) -> Path:
        """The software bill of materials that is published."""
        return self.dist / f"nightcare-{self.version}.cdx.json"


# The steps. Each returns a few words for its line.


def check_source(release: Release) -> str:
    """Check that every file names this version, and that all changes are committed."""
    changed = run(["git", "status", "--porcelain"]).splitlines()
    if changed and not release.dry:
        raise StepFailedError("commit these changes first:\n" + "\n".join(changed))
    named = {
        "CHANGELOG.md": r"^## (\S+) - ",
        "debian/changelog": r"^nightcare \((\S+)\)",
        "packaging/debian/changelog": r"^nightcare \(([^-]+)-",
        "packaging/arch/PKGBUILD": r"^pkgver=(\S+)",
        str(metainfo_file(PROJECT).relative_to(PROJECT)): r'<release version="([^"]+)"',
    }
    for name, pattern in named.items():
        found = re.search(pattern, (PROJECT / name).read_text(encoding="utf-8"), re.MULTILINE)
        if found is None or found[1] != release.version:
            raise StepFailedError(f"{name} has not {release.version} as its newest version")
    return f"{len(changed)} uncommitted changes" if changed else "all committed"


def check_owner_facts(release: Release) -> str:
    """Find the placeholders in release.toml."""
    facts = read_facts(PROJECT).items()
    left = [name for name, value in facts if any(one in value for one in _PLACEHOLDERS)]
    if left and not release.dry:
        raise StepFailedError(f"fill in release.toml first: {', '.join(left)}")
    if left:
        release.todo.append(f"Fill in release.toml ({', '.join(left)}); then ./scripts/generate.")
    return f"{len(left)} placeholders left"


def check_signing_key(release: Release) -> str:
    """Check that GnuPG has a key of the contact address to sign with, before the long steps."""
    if release.dry:
        return "a dry run signs nothing"
    contact = read_facts(PROJECT)["contact"]
    expect_key(contact)
    return f"GnuPG has one of {contact}"


def build_twice(release: Release) -> str:
    """Build the sdist and the wheel twice, the second time from the unpacked sdist, and compare."""
    seconds = run(["git", "log", "-1", "--format=%ct"]).strip()
    shutil.rmtree(release.dist, ignore_errors=True)
    hatchling = PROJECT / ".venv" / "bin" / "hatchling"
    build = [hatchling, "build", "--directory"]
    run([*build, release.dist], SOURCE_DATE_EPOCH=seconds)
    with tempfile.TemporaryDirectory() as folder:
        run(["tar", "-xzf", release.sdist, "-C", folder])
        source = f"{folder}/nightcare-{release.version}"
        second = Path(folder, "second")
        run(["env", f"--chdir={source}", *build, second], SOURCE_DATE_EPOCH=seconds)
        for first in (release.sdist, release.wheel):
            if first.read_bytes() != (second / first.name).read_bytes():
                raise StepFailedError(f"{first.name} differs when it is built from the sdist")
    return f"{release.sdist.name} and {release.wheel.name} twice, bit for bit"


def make_sbom(release: Release) -> str:
    """Write the bill of materials of the wheel's dependencies and check the licences."""
    libraries = next((PROJECT / ".venv" / "lib").glob("python3.*")) / "site-packages"
    release.sbom.write_text(run([sys.executable, "-m", "releasing.sbom", libraries]))
    components = json.loads(release.sbom.read_text())["components"]
    inner = [part for one in components for part in one.get("components", [])]
    for one in [*components, *inner]:
        licences = [
            part.get("expression") or part["license"].get("id") or part["license"]["name"]
            for part in one["licenses"]
        ]
        for choice in (part for text in licences for part in text.split(" AND ")):
            if not any(_PERMITTED.match(name) for name in choice.strip("()").split(" OR ")):
                raise StepFailedError(f"{one['name']} has the licence {choice}; look at it first")
    return f"{len(components)} libraries and {len(inner)} parts compiled into them, all licensed"


def check_advisories(_: Release) -> str:
    """Compare the locked and the lowest allowed versions with the advisories in the repository."""
    declared = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = [declared["dependencies"], *declared["optional-dependencies"].values()]
    requirements = [one for group in groups for one in group]
    known = read_advisories()
    lock = (PROJECT / "requirements.lock").read_text(encoding="utf-8")
    for versions in (locked_versions(lock), lowest_versions(requirements)):
        if found := list(findings(versions, known)):
            raise StepFailedError("\n".join(found))
    return f"none of {len(known)} committed advisories affects a locked or allowed version"


def write_notes(release: Release) -> str:
    """Write the notes from the changelog."""
    changelog = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    notes = release.dist / f"nightcare-{release.version}-notes.md"
    notes.write_text(release_notes(changelog, release.version), encoding="utf-8")
    return notes.name


def write_pkgbuild(release: Release) -> str:
    """Write the PKGBUILD with the hash of the sdist."""
    text = (PROJECT / "packaging" / "arch" / "PKGBUILD").read_text(encoding="utf-8")
    digest = hashlib.sha256(release.sdist.read_bytes()).hexdigest()
    (release.dist / "PKGBUILD").write_text(text.replace("(SKIP)", f"({digest})"), encoding="utf-8")
    return f"sha256 {digest[:12]}..."


def install_tools(_: Release) -> str:
    """Install the locked tools of a release into an environment of their own."""
    lock = PROJECT / "requirements-release.lock"
    stamp = TOOLS / "requirements-release.lock"
    if not (stamp.exists() and stamp.read_bytes() == lock.read_bytes()):
        run([sys.executable, "-m", "venv", "--clear", TOOLS])
        pip = [TOOLS / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "install"]
        run([*pip, "--quiet", "--no-deps", "--require-hashes", "-r", lock])
        shutil.copyfile(lock, stamp)
    return "twine, pip-audit and the CycloneDX schema, with hashes"


def check_with_tools(release: Release) -> str:
    """Check the long description and metadata with twine, and the SBOM with its schema."""
    run([TOOLS / "bin" / "twine", "check", "--strict", release.sdist, release.wheel])
    program = (
        "import sys; from cyclonedx.schema import SchemaVersion\n"
        "from cyclonedx.validation.json import JsonStrictValidator\n"
        "text = open(sys.argv[1], encoding='utf-8').read()\n"
        "sys.exit(str(JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) or '') or 0)\n"
    )
    run([TOOLS / "bin" / "python", "-c", program, release.sbom])
    return "twine --strict, CycloneDX 1.6"


def audit(release: Release) -> str:
    """Ask for vulnerabilities of the locked versions, where the service answers."""
    lock = (PROJECT / "requirements.lock").read_text(encoding="utf-8").partition("# Tests")[0]
    asked = len(locked_versions(lock))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "requirements.txt")
        file.write_text(lock, encoding="utf-8")
        command = [TOOLS / "bin" / "pip-audit", "--disable-pip", "--progress-spinner=off"]
        try:
            printed = run([*command, "--format=json", "-r", file], PIP_NO_INPUT="1")
        except StepFailedError as error:
            if '"vulns": [{' in str(error) or "Found " in str(error):
                raise
            printed = "{}"
    found = json.loads(printed[printed.find("{") : printed.rfind("}") + 1])
    told = sum("skip_reason" not in one for one in found.get("dependencies", []))
    if told < asked:
        release.todo.append("Run pip-audit where its service answers; here it knew "
                            f"{told} of {asked} libraries.")  # fmt: skip
    if not told:
        return "not done: the service of pip-audit does not answer here"
    return f"pip-audit knew {told} of {asked} locked libraries, and found nothing"


def sign(release: Release) -> str:
    """Write the hashes of all files, and sign them with the owner's key."""
    count = write_hashes(release.dist)
    if release.dry:
        release.todo.append(
            "Commit, and run ./scripts/release. It signs with the GnuPG key of the contact address."
        )
        return f"{count} files in SHA256SUMS, not signed"
    sign_hashes(release.dist, read_facts(PROJECT)["contact"])
    return f"{count} files in SHA256SUMS, signed, and the signature is valid"


def script(command: str, says: str) -> Callable[[Release], str]:
    """Return a step that runs a script of the project and reports how many tests passed."""

    def step(release: Release) -> str:
        printed = run([PROJECT / command], INTO=str(release.dist))
        counts = re.findall(r"\d+ passed", printed)
        return ", ".join([says, *counts])

    return step


STEPS: tuple[tuple[str, bool, Callable[[Release], str]], ...] = (
    ("Versions and commits", False, check_source),
    ("Facts of the owner", False, check_owner_facts),
    ("Signing key", False, check_signing_key),
    ("Reproducible build", False, build_twice),
    ("Bill of materials", False, make_sbom),
    ("Known advisories", False, check_advisories),
    ("Notes", False, write_notes),
    ("PKGBUILD", False, write_pkgbuild),
    ("Tools", True, install_tools),
    ("Metadata", True, check_with_tools),
    ("Audit", True, audit),
    ("Debian packages", True, script(
        "scripts/debs", "built, installed, used and purged on Debian 12 and 13",
    )),
    ("Recipes", True, script(
        "scripts/recipes", "built for Debian and Arch, parsed for Nix",
    )),
    ("Wheel", True, script(
        "scripts/pythons", "tested on the Pythons of bookworm, trixie and sid",
    )),
    ("Upgrades", True, script(
        "scripts/upgrades", "from 0.1.0 and to the next version, by pipx, uv, pip, dpkg and git",
    )),
    ("Hashes and signature", False, sign),
)  # fmt: skip
"""The title of each step, whether it takes long, and its function."""


def main() -> None:
    """Run the steps."""
    parser = argparse.ArgumentParser(prog="./scripts/release")
    parser.add_argument("--dry-run", action="store_true", help="allow placeholders, sign nothing")
    parser.add_argument("--quick", action="store_true", help="skip what takes minutes")
    parser.add_argument("--into", type=Path, default=PROJECT / "dist", help="the folder of results")
    chosen = parser.parse_args()
    if chosen.quick and not chosen.dry_run:
        parser.error("--quick is for --dry-run")
    release = Release(read_version(PROJECT), chosen.dry_run, chosen.into.absolute())
    _say(f"nightcare {release.version}" + (", dry run" if release.dry else ""))
    for title, slow, step in STEPS:
        if slow and chosen.quick:
            _say(f"[skipped] {title}")
            continue
        started = time.monotonic()
        try:
            result = step(release)
            mark = "[to do]  " if result.startswith("not done") else "[done]   "
            _say(f"{mark} {title}: {result} ({_duration(time.monotonic() - started)})")
        except StepFailedError as error:
            _say(f"[failed]  {title}: {error}")
            sys.exit(1)
    tag = f"v{release.version}"
    _say("For the owner:")
    for one in (
        *release.todo,
        f"Tag: git tag --sign {tag} && git verify-tag {tag} && git push origin {tag}",
        "Check: cd dist && gpg --verify SHA256SUMS.asc SHA256SUMS && sha256sum --check SHA256SUMS",
        "Publish on PyPI: build/release-tools/bin/twine upload dist/*.tar.gz dist/*.whl",
        "Put the other files of dist/ beside the notes, on the page of the release.",
    ):
        _say(f"[ ] {one}")


def _duration(seconds: float) -> str:
    """Return how long a step took, in minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d} min"


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - the checklist


if __name__ == "__main__":
    main()
