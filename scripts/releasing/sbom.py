"""Print the software bill of materials of nightcare, as CycloneDX JSON.

The arguments are the folders of the installed distributions (`site-packages`), of a package or of
`.venv`. The list has nightcare's dependencies with its extras, whatever else is installed there,
and the code that a wheel lists as compiled into it.

Source: CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/); PEP 770 for the lists in wheels;
https://github.com/package-url/purl-spec for the names.
"""

from __future__ import annotations

import json
import re
import sys
import uuid
from collections.abc import Mapping
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from releasing.package_metadata import read_version

_OWN = "nightcare"
_PROJECT = Path(__file__).parents[2]
_SBOM = re.compile(r"\.dist-info/sboms/[^/]+\.json$")
_CLASSIFIER = "License :: OSI Approved :: "
_EXPRESSIONS = {
    "Apache-2.0": "Apache-2.0",
    "BSD-3-Clause": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "MIT": "MIT",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
"""SPDX identifiers of the names that older packages use. A test checks that "BSD License" stands
for the licence with three clauses."""


def sbom(*folders: str) -> dict[str, Any]:
    """Return the bill of materials of the distributions in these folders."""
    found: dict[str, Distribution] = {
        canonicalize_name(one.name): one for one in distributions(path=list(folders))
    }
    needed = _closure(found)
    own = _component(found[_OWN], {}, "application")
    hashes = locked_hashes((_PROJECT / "requirements.lock").read_text(encoding="utf-8"))
    components = [_component(found[name], hashes) for name in sorted(needed) if name != _OWN]
    content = json.dumps([own, components])
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": uuid.uuid5(uuid.NAMESPACE_OID, content).urn,
        "version": 1,
        "metadata": {"component": own},
        "components": components,
        "dependencies": [
            {"ref": _purl(found[name]), "dependsOn": [_purl(found[one]) for one in sorted(needs)]}
            for name, needs in sorted(needed.items())
        ],
    }


def _closure(found: Mapping[str, Distribution]) -> dict[str, set[str]]:
    """Return the direct dependencies of nightcare, and of each that it needs."""
    needed: dict[str, set[str]] = {}
    extras = {_OWN: set(found[_OWN].metadata.get_all("Provides-Extra") or [])}
    waiting = [_OWN]
    while waiting:
        name = waiting.pop()
        needed[name] = set()
        for requirement in map(Requirement, found[name].requires or []):
            wanted = [{"extra": one} for one in ("", *extras.get(name, ()))]
            marker = requirement.marker
            if marker and not any(marker.evaluate(one) for one in wanted):
                continue
            other = canonicalize_name(requirement.name)
            if other not in found:
                continue  # an extra that is not installed here
            needed[name].add(other)
            extras.setdefault(other, set()).update(requirement.extras)
            if other not in needed and other not in waiting:
                waiting.append(other)
    return needed


def _component(
    one: Distribution, hashes: Mapping[str, list[str]], kind: str = "library"
) -> dict[str, Any]:
    """Return a distribution as a component, with the code that is compiled into it."""
    component: dict[str, Any] = {
        "type": kind,
        "bom-ref": _purl(one),
        "name": one.name,
        "version": _version(one),
        "purl": _purl(one),
        "licenses": [{"expression": licence(one)}],
    }
    locked = hashes.get(canonicalize_name(one.name), [])
    if locked:
        component["properties"] = [
            {"name": "nightcare:locked:sha256", "value": value} for value in locked
        ]
    inner = [
        {key: part[key] for key in ("type", "name", "version", "purl", "licenses") if key in part}
        for path in one.files or []
        if _SBOM.search(f"{path}")
        for part in json.loads(path.read_text(encoding="utf-8")).get("components", [])
        if part.get("scope") != "excluded"
    ]
    if inner:
        component["components"] = inner
    return component


def licence(one: Distribution) -> str:
    """Return the licence of a distribution as an SPDX expression.

    Raises:
        LookupError: It has none that is known.
    """
    found = one.metadata.json
    told = [
        found.get("license_expression"),
        _EXPRESSIONS.get(str(found.get("license"))),
        *(
            _EXPRESSIONS.get(value.removeprefix(_CLASSIFIER))
            for value in found.get("classifier", [])
            if value.startswith(_CLASSIFIER)
        ),
    ]
    expression = next(filter(None, told), None)
    if expression is None:
        raise LookupError(f"{one.name} states no licence that scripts/releasing/sbom.py knows")
    return str(expression)


def _purl(one: Distribution) -> str:
    return f"pkg:pypi/{canonicalize_name(one.name)}@{_version(one)}"


def _version(one: Distribution) -> str:
    """Return the version; that of nightcare in `.venv` may be older than the source."""
    return read_version(_PROJECT) if one.name == _OWN else one.version


def locked_hashes(text: str) -> dict[str, list[str]]:
    """Return the SHA-256 hashes of each distribution in a lock file."""
    blocks = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)
    return {
        canonicalize_name(block.partition("==")[0]): re.findall(r"sha256:(\w+)", block)
        for block in blocks
        if "==" in block
    }


if __name__ == "__main__":
    print(json.dumps(sbom(*sys.argv[1:]), indent=1))  # noqa: T201 - this is its purpose
