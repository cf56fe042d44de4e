"""docs/guidance.md: each statement of the guidance, and where nightcare uses it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click
import pytest
import tomli

from nightcare.cli.command_group import app
from parts.own_words import guidance_windows, windows

PROJECT = Path(__file__).parents[2]
MAP = PROJECT / "docs" / "guidance.md"
INDEX = PROJECT / "src" / "nightcare" / "i18n" / "index.toml"

STATEMENTS = {
    "Introduction": 3,
    "Understanding Leg Cramps": 3,
    "Relieving Leg Cramps at Night": 1,
    "Stretching and Massaging": 3,
    "Applying Heat or Cold": 2,
    "Using Pain Medication": 2,
    "Preventing Leg Cramps at Night": 1,
    "Stay Hydrated": 2,
    "Ensure Proper Nutrition": 2,
    "Exercise Regularly": 2,
    "Avoid Overexertion": 2,
    "Practice Good Sleep Habits": 3,
    "When to Seek Medical Advice": 3,
    "A sufferer's words": 3,
    "Conclusion": 3,
    "Hvad er årsagerne til kramper i benene om natten?": 1,
    "Hvordan kan dehydrering bidrage til natlige kramper i benene?": 1,
    "Hvilke elektrolytubalancer kan bidrage til natlige kramper i benene?": 1,
    "Hvordan kan manglende fysisk aktivitet være forbundet med natlige kramper i benene?": 1,
    "Hvordan kan muskelspænding forårsage natlige kramper i benene?": 1,
    "Hvorfor oplever gravide kvinder ofte kramper i benene om natten?": 1,
    "Hvilke medicinbivirkninger kan forårsage natlige kramper i benene?": 1,
    "Hvordan kan dårlig cirkulation bidrage til natlige kramper i benene?": 1,
    "Hvad er nogle naturlige metoder til lindring af natlige kramper i benene?": 1,
    "Hvornår bør jeg søge læge, hvis jeg oplever hyppige natlige kramper i benene?": 1,
}
"""The number of statements in each section of the guidance, counted there."""

KINDS = ("tips", "routines", "relief", "causes", "professional")


class Row(NamedTuple):
    """One statement: where it stands, what it says, and what becomes of it."""

    section: str
    number: int
    says: str
    used: str


def rows() -> Iterator[Row]:
    """Yield the rows of the map, in order."""
    section = ""
    for line in MAP.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ")
        elif found := re.fullmatch(r"\| (\d+) \| (.+) \| (.+) \|", line):
            yield Row(section, int(found[1]), found[2], found[3])


def rests_on() -> dict[str, str]:
    """Return the section that each text of the catalogue rests on, by its id."""
    index = tomli.loads(INDEX.read_text(encoding="utf-8"))
    steps = {one["id"]: one for one in index["relief"]["steps"]}
    tables = {**index, "relief": steps}
    return {
        f"{kind}.{name}": one["section"] for kind in KINDS for name, one in tables[kind].items()
    }


def ids_in(text: str) -> list[str]:
    """Return the ids of texts that a row names."""
    return re.findall(rf"`((?:{'|'.join(KINDS)})\.[a-z-]+)`", text)


def test_every_statement_of_every_section_is_there() -> None:
    """In the order of the guidance, none twice."""
    expected = [(name, one) for name, many in STATEMENTS.items() for one in range(1, many + 1)]
    assert [(row.section, row.number) for row in rows()] == expected


def test_every_statement_is_used_or_it_says_why_not() -> None:
    """A text, a command, a setting or a reminder; else the reason."""
    for row in rows():
        used = "`" in row.used or row.used.startswith(("Left out: ", "the whole program: "))
        assert used, row


def test_every_text_stands_under_the_section_that_it_rests_on() -> None:
    """The catalogue and the map name the same section."""
    on_map = {(row.section, name) for row in rows() for name in ids_in(row.used)}
    assert {(section, name) for name, section in rests_on().items()} <= on_map
    assert {name for _, name in on_map} <= set(rests_on())
    strangers = {(section, name) for section, name in on_map if rests_on()[name] != section}
    assert strangers == set()


def test_every_command_on_the_map_exists() -> None:
    """A renamed command is renamed there."""
    named = {found for row in rows() for found in re.findall(r"`nightcare ([a-z-]+)", row.used)}
    assert len(named) > 3
    assert named <= set(app.list_commands(click.Context(app)))


def test_every_reminder_on_the_map_is_in_the_example() -> None:
    """The map describes the built-in schedule correctly."""
    example = tomli.loads((PROJECT / "config.example.toml").read_text(encoding="utf-8"))
    named = {found for row in rows() for found in re.findall(r"the reminder `([a-z-]+)`", row.used)}
    assert named
    assert named <= set(example["reminders"])


def test_a_statement_is_told_in_our_own_words() -> None:
    """No run of eight words is the guidance's own."""
    theirs = set(guidance_windows())
    assert [row for row in rows() if windows(row.says) & theirs] == []


@pytest.mark.parametrize("row", list(rows()), ids=lambda row: f"{row.section[:20]}-{row.number}")
def test_no_row_names_a_text_twice(row: Row) -> None:
    """Each once."""
    assert [name for name, count in Counter(ids_in(row.used)).items() if count > 1] == []
