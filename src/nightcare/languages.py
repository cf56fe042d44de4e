"""The languages of the catalogue, its files, and the language of the desktop."""

from __future__ import annotations

import json
import re
from binascii import crc32
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FALLBACK = "en"

_FOLDER = Path(__file__).with_name("i18n")
_NO_LANGUAGE = "index"


@cache
def languages() -> tuple[str, ...]:
    """Return the languages by their codes, English first: "en", "da", ..."""
    named = {path.stem for path in _FOLDER.glob("*.toml")} - {_NO_LANGUAGE, FALLBACK}
    return FALLBACK, *sorted(named)


def read_catalogue(name: str) -> dict[str, Any]:
    """Return the texts of a file of the catalogue, such as "en" or "help/da".

    The TOML file is the source. `scripts/generate` compiles it to JSON, which is read in a tenth of
    the time, without tomli; a compiled file that is missing, damaged or out of date is ignored.

    Raises:
        OSError: There is no such file.
    """
    source = (_FOLDER / f"{name}.toml").read_bytes()
    try:
        checksum, texts = json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        checksum, texts = None, {}
    return texts if checksum == crc32(source) else parse_catalogue(source)


def parse_catalogue(source: bytes) -> dict[str, Any]:
    """Return the texts of a TOML file."""
    import tomli  # noqa: PLC0415 - 0.5 MiB, and only without a compiled file

    return tomli.loads(source.decode())


def chosen_language(configured: str | None, environment: Mapping[str, str]) -> str:
    """Return the language that the config names; without one, that of the desktop."""
    return configured or desktop_language(environment)


def desktop_language(environment: Mapping[str, str]) -> str:
    """Return the language of the desktop, by the order of gettext; English if it is not available.

    Source: GNU gettext manual, "Locale Environment Variables" and "The LANGUAGE variable".
    """
    locale = next(
        (environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)),
        "",
    )
    wanted = environment.get("LANGUAGE", "").split(":") if locale not in ("", "C", "POSIX") else []
    # "da", "da_DK", "da_DK.UTF-8" or "da@euro".
    named = (re.split(r"[_.@]", one)[0].lower() for one in [*wanted, locale])
    return next((one for one in named if one in languages()), FALLBACK)
