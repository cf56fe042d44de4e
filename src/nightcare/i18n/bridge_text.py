"""The state of the bridge as text."""

from __future__ import annotations

from nightcare.i18n.translator import Translator


def trouble_key(trouble: str) -> str:
    """Return the key of the text that says why the bridge has no connection, a `Trouble`."""
    return f"mqtt_trouble_{trouble}"


def trouble_text(trouble: str, reason: str, translator: Translator) -> str:
    """Return why the bridge has no connection, and what to do about it.

    Args:
        trouble: The key of a `Trouble`.
        reason: What a library or the broker said, or the path of the file.
        translator: The language.
    """
    return translator.text(trouble_key(trouble), reason=reason)
