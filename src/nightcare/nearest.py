"""The search for the known name that is nearest to a misspelt one."""

from __future__ import annotations

from collections.abc import Collection, Mapping


def with_nearest(
    key: str,
    found: str,
    known: Collection[str],
    values: Mapping[str, object],
    similarity: float = 0.6,
) -> tuple[str, dict[str, object]]:
    """Return the key of the text about an unknown name, and the text's values.

    Args:
        key: The text for a name that resembles no known one; `{key}_but` names the nearest.
        found: The unknown name.
        known: The names that exist.
        values: Values for either text; `nearest` is added.
        similarity: The least similarity, from 0 to 1, of a name to suggest.
    """
    from difflib import get_close_matches  # noqa: PLC0415 - 1 ms, and only after a mistake

    close = get_close_matches(found.lower(), known, n=1, cutoff=similarity)
    if not close:
        return key, dict(values)
    return f"{key}_but", {**values, "nearest": close[0]}
