"""The claims about health in every file that a person may read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tomli

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "src" / "nightcare" / "i18n"
REVIEWED = Path(__file__).with_name("reviewed_claims.toml")

READ_BY_PEOPLE = (
    "*.md", "docs/*.md", "share/metainfo/*", "share/man/*/*", "debian/control", "debian/changelog",
    "systemd/*", "config.example.toml", "src/nightcare/*.desktop",
)  # fmt: skip
THE_MAP = "docs/guidance.md"
"""It says what the guidance says; test_guidance_map.py holds it."""

_ABOUT = re.compile(
    r"cramp|kramp|\bpain|smert|\bmusc|muskl|\blegs?\b|\bben(ene)?\b|circulation|blod"
)
_CLAIM = re.compile(
    r"prevent|avoid|reduc|lower|\bless\b|fewer|seldom|rarely|\bcure|heal\b|heals|stop|reliev"
    r"|relief|eas(e|es|ing)\b|sooth|\bnumb\b|treat|help|against|better|risk|minimi|\brid of|protect"
    r"|remed|work(s)?\b|likely|improve|good for|let go|relax|alleviat"
    r"|forebyg|mindsk|undgå|færre|sjæld|helbred|kurer|lind|dulm|bedøv|hjælp|\bmod\b"
    r"|bedre|risiko|minimer|slippe|beskyt|virker|godt for|løsne|slappe|følelsesløs"
)
_ALWAYS = re.compile(
    r"\bcures?\b|soothe|relieves?\b|\bnumb\b|remedy|remedies"
    r"|forebyg|lindr|dulme|kurere|bedøv"
)
"""Words that are about health even where nothing else in the sentence is."""


def claims() -> Iterator[tuple[str, str]]:
    """Yield each sentence that may be a claim, with the file it stands in."""
    for path, text in _texts():
        for sentence in _sentences(text):
            if may_claim(sentence):
                yield path, sentence


def may_claim(sentence: str) -> bool:
    """Return whether a sentence may say what does something about cramps, pain or muscles."""
    said = re.sub(r"`?nightcare (cramp|relief)[^`]*`?", "", sentence.casefold())
    return bool(_ALWAYS.search(said) or (_ABOUT.search(said) and _CLAIM.search(said)))


def _texts() -> Iterator[tuple[str, str]]:
    for pattern in READ_BY_PEOPLE:
        for path in sorted(ROOT.glob(pattern)):
            name = path.relative_to(ROOT).as_posix()
            if path.is_file() and name != THE_MAP:
                yield name, path.read_text(encoding="utf-8")
    project = tomli.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    yield "pyproject.toml", project["description"]
    for path in sorted(CATALOGUE.glob("*.toml")):
        if path.stem != "index":
            for text in _strings(tomli.loads(path.read_text(encoding="utf-8"))):
                yield path.relative_to(ROOT).as_posix(), text


def _strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from _strings(inner)
        case list():
            for inner in value:
                yield from _strings(inner)


def _sentences(text: str) -> Iterator[str]:
    """Yield the sentences of a text, without markup and line breaks."""
    for part in re.split(
        r"\n\s*\n|\n(?=\s*(?:- |\||\.[A-Za-z]|#|<|\w\S*: |\w\S*=| \w+\.py ))", text
    ):
        plain = re.sub(r"<[^>]*>|\\f.|\\", "", re.sub(r"\n\s*#? ?", " ", part))
        for sentence in re.split(r"(?<=[.?!:])\s+(?=[A-ZÆØÅ“`\"]|nightcare)|\s\|\s", plain):
            if said := " ".join(sentence.strip(" |#-").split()):
                yield said
