"""The languages of the catalogue, which has a file for each, and the language of the desktop."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

FALLBACK = "en"

_FOLDER = Path(__file__).with_name("i18n")
_NO_LANGUAGE = "index"


@cache
def languages() -> tuple[str, ...]:
    """Return the languages by their codes, English first: "en", "da", ..."""
    named = {path.stem for path in _FOLDER.glob("*.toml")} - {_NO_LANGUAGE, FALLBACK}
    return FALLBACK, *sorted(named)


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
