"""Claims about health, in every file that a person may read: none is stronger than the guidance."""

from __future__ import annotations

import re

import pytest
import tomli

from i18n.claims import REVIEWED, ROOT, THE_MAP, claims, may_claim

LIST = tomli.loads(REVIEWED.read_text(encoding="utf-8"))
CLAIMS: dict[str, list[str]] = LIST["claims"]
NOT_CLAIMS: list[str] = LIST["not_claims"]

HEDGES = r"\b(can|may|kan)\b|\bamong\b|\bblandt\b"
NO_EFFECT = (
    "When you go to bed, find a sleeping position",
    "Think of how you usually lie when you sleep",
    "Kommer der en krampe i nat, s\u00e5 vip foden",
    "Its tips come from one article",
)
"""Openings of sentences that rest on the guidance and claim no effect."""


def statements() -> set[str]:
    """Return the statements of the guidance, by section and number."""
    found, section = set(), ""
    for line in (ROOT / THE_MAP).read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ")
        elif number := re.match(r"\| (\d+) \|", line):
            found.add(f"{section} {number[1]}")
    return found


def test_every_claim_is_reviewed() -> None:
    """It rests on statements of the guidance that the list names, or is no claim at all.

    Where this fails, change the sentence, or read the guidance and add it to the list.
    """
    new = {f"{path}: {text}" for path, text in claims() if text not in {*CLAIMS, *NOT_CLAIMS}}
    assert new == set()


def test_the_list_has_nothing_that_nobody_says() -> None:
    """A changed sentence is reviewed again."""
    assert {*CLAIMS, *NOT_CLAIMS} - {text for _, text in claims()} == set()


def test_every_claim_rests_on_statements_that_there_are() -> None:
    """By the map of the guidance."""
    assert all(CLAIMS.values())
    assert {one for named in CLAIMS.values() for one in named} <= statements()


def test_every_claim_keeps_the_hedge() -> None:
    """The guidance says that something can help, and promises nothing."""
    assert {
        text
        for text in CLAIMS
        if not text.startswith(NO_EFFECT) and not re.search(HEDGES, text.casefold())
    } == set()


@pytest.mark.parametrize(
    "text",
    [
        "Leg cramps at night come less often to those who drink through the day.",
        "Natlige l\u00e6gkramper kommer sj\u00e6ldnere, n\u00e5r man drikker dagen igennem.",
        "Reminds you to drink, so that leg cramps at night come less often.",
        "People with leg cramps at night do better when they drink through the day.",
        "Reminders against leg cramps at night",
        "P\u00e5mindelser mod natlige l\u00e6gkramper",
        "Stretching before bed prevents cramps.",
        "Str\u00e6k f\u00f8r sengetid forebygger kramper.",
        "Water cures leg cramps.",
        "Fewer cramps within a week",
        "It stops a cramp at once.",
        "Magnesium is a remedy.",
        "Kulde kan dulme.",
        "Massage lindrer.",
        "Loose bedding protects your legs.",
    ],
)
def test_a_claim_that_nobody_reviewed_is_found(text: str) -> None:
    """Among these are those that once stood in the metadata and the README."""
    assert may_claim(text)
    assert text not in {*CLAIMS, *NOT_CLAIMS}
