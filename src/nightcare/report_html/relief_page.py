"""The texts of the page that says what to do about a cramp now."""

from __future__ import annotations

from dataclasses import dataclass

from nightcare import __version__
from nightcare.i18n.translator import Translator


@dataclass(frozen=True)
class ReliefPage:
    """The whole page.

    Attributes:
        language: The code of its language, such as "en".
        title: The heading.
        steps: What can help, one thing at a time.
        remarks: The caution, when to see a professional, and the source.
        written: The program that wrote it.
    """

    language: str
    title: str
    steps: tuple[str, ...]
    remarks: tuple[str, ...]
    written: str


def build_relief_page(translator: Translator) -> ReliefPage:
    """Return the page; it says what `nightcare relief` says."""
    guidance = translator.guidance
    *steps, caution = guidance.relief
    statements = [one.text for one in guidance.professional]
    return ReliefPage(
        language=translator.language,
        title=translator.text("relief_title"),
        steps=tuple(step.text for step in steps),
        remarks=(
            caution.text,
            *statements,
            translator.text("source", source=guidance.source),
        ),
        written=f"nightcare {__version__}",
    )
