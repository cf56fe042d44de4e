"""The lines of the config file below a mistake: what is shown of them, and what is marked."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nightcare.errors import Diagnostic, Location, Span
from nightcare.i18n.snippets import WIDTH, snippet

MEANT = "<meant>"
GUTTER = len("  7 | ")


def problem(*marks: Span) -> Diagnostic:
    """Return a problem about one line of a file, or about two."""
    first, *others = (Location("config.toml", mark) for mark in marks)
    return Diagnostic((), "toml_again", place=first, also=others[0] if others else None)


def marked(line: str, meant: str, number: int = 7) -> Span:
    """Return a mark on the first occurrence of a text in a line."""
    column = line.index(meant) + 1
    return Span(number, column, column + len(meant), line)


def columns(text: str) -> int:
    """Return the columns of a terminal that a text takes, without tabs; Hangul parts combine."""
    return sum(
        0
        if unicodedata.category(sign) in {"Mn", "Me"} or "\u1160" <= sign < "\u1200"
        else 1 + (unicodedata.east_asian_width(sign) in {"W", "F"})
        for sign in text
    )


@pytest.mark.parametrize(
    ("line", "meant", "shown", "marker"),
    [
        ('topic = "hydraton"', '"hydraton"', 'topic = "hydraton"', "        ^^^^^^^^^^"),
        ("a = 1", "a", "a = 1", "^"),
        ("\ta\t=\t1", "1", "    a   =   1", "            ^"),
        ("\ta\t=\t1", "a\t=\t1", "    a   =   1", "    ^^^^^^^^^"),
        ("a\t= 1", "\t", "a   = 1", " ^^^"),
        ('"水" = "飲む"', '"飲む"', '"水" = "飲む"', "       ^^^^^^"),
        ("e\u0301 = e\u0301e\u0301", "e\u0301e\u0301", "e\u0301 = e\u0301e\u0301", "^^"),
        ("e\u0301 = 1", "\u0301", "e\u0301 = 1", "^"),
        ("\u0301 = 1", "1", " = 1", "   ^"),
        ("\u1112\u1161\u11ab = 1", "1", "\u1112\u1161\u11ab = 1", "     ^"),
        ("\u2600\ufe0f = 1", "1", "\u2600 = 1", "    ^"),
        ("a\x1b[31m = 9", "9", "a\ufffd[31m = 9", "         ^"),
        ("a\u202eb\u2028\x00\x85", "b", "a\ufffdb\ufffd\ufffd\ufffd", "  ^"),
    ],
)
def test_a_marker_stands_below_what_is_meant(
    line: str, meant: str, shown: str, marker: str
) -> None:
    """Behind tabs, wide signs, accents, and what must not reach a terminal."""
    if meant.startswith("e\u0301e"):
        marker = "    " + marker
    assert snippet(problem(marked(line, meant))) == [f"  7 | {shown}", f"    | {marker}"]


@pytest.mark.parametrize(
    ("line", "column", "marker"), [("", 1, "^"), ("wake =", 7, "      ^"), ("水", 2, "  ^")]
)
def test_what_is_missing_is_marked_where_it_should_be(line: str, column: int, marker: str) -> None:
    """One place behind the end of the line."""
    shown = snippet(problem(Span(7, column, column + 1, line)))
    assert shown == [f"  7 | {line}".rstrip(), f"    | {marker}"]


def test_a_line_that_is_too_long_is_cut_around_what_is_meant() -> None:
    """At its end, at its beginning, or at both; what it loses is told."""
    early, late = "a = 1 # " + "x" * 200, "y" * 200 + " = 1"
    assert snippet(problem(marked(early, "1"))) == [
        f"  7 | a = 1 # {'x' * (WIDTH - 10)}…",
        "    |     ^",
    ]
    shown, marker = snippet(problem(marked(late, "1")))
    assert shown == f"  7 | …{'y' * (WIDTH - 6)} = 1"
    assert marker == "    | " + " " * (WIDTH - 2) + "^"
    shown, marker = snippet(problem(marked("y" * 100 + "!" + "x" * 200, "!")))
    assert shown == f"  7 | …{'y' * 24}!{'x' * (WIDTH - 27)}…"
    assert marker == "    | " + " " * 25 + "^"


def test_what_is_meant_may_be_too_long_itself() -> None:
    """Then its beginning is shown."""
    shown, marker = snippet(problem(marked(f'text = "{"x" * 300}" # z', f'"{"x" * 300}"')))
    assert shown == f'  7 | text = "{"x" * (WIDTH - 10)}…'
    assert marker == "    |        " + "^" * (WIDTH - 9)


def test_signs_heaped_on_each_other_are_not_all_shown() -> None:
    """They would be drawn over the lines above."""
    shown, marker = snippet(problem(marked("a" + "\u0301" * 1000 + " = 1", "1")))
    assert (len(shown), marker) == (len("  7 | a = 1") + 7, "    |     ^")


def test_two_places_stand_in_the_order_of_the_file() -> None:
    """The contradicting place has a mark of its own, and line numbers are aligned."""
    first, second = marked('at = "12:00"', "at", 9), marked('every = "2h"', "every", 10)
    in_order = ['   9 | at = "12:00"', "     | --", '  10 | every = "2h"', "     | ^^^^^"]
    assert snippet(problem(second, first)) == in_order
    assert [line[7:8] for line in snippet(problem(first, second))[1::2]] == ["^", "-"]


def test_two_places_in_a_line_share_it() -> None:
    """Unless it is too long for both."""
    line = 'at = ["12:00", "12:00"]'
    one, other = marked(line, '"12:00"]'), marked(line, '"12:00"')
    assert snippet(problem(one, other)) == [f"  7 | {line}", "    |       -------  ^^^^^^^^"]
    cut = "x" * 100 + line
    shown, marker = snippet(problem(marked(cut, '"12:00"]'), marked(cut, '"12:00"')))
    assert shown.endswith(f"x{line}")
    assert marker.split() == ["|", "-------", "^^^^^^^^"]
    assert len(marker) == len(shown)
    long = "a" * 100 + "!" + "b" * 100 + "?" + "c" * 100
    lines = snippet(problem(marked(long, "?"), marked(long, "!")))
    assert [("!" in one, "?" in one) for one in lines[::2]] == [(False, True), (True, False)]
    assert [one.count("^") - one.count("-") for one in lines[1::2]] == [1, -1]


def test_what_stands_in_no_line_has_no_excerpt() -> None:
    """A variable, the defaults, a file as a whole."""
    assert snippet(Diagnostic((), "file_utf_16", place=Location("config.toml"))) == []
    assert snippet(Diagnostic((), "key_unknown")) == []


def test_only_the_marker_is_set_off() -> None:
    """Not the blanks before it, which a terminal could show."""
    shown = snippet(problem(marked("a = 1", "1")), "<{}>".format)
    assert shown == ["  7 | a = 1", "    |     <^>"]


@given(st.text(max_size=150), st.text(max_size=150))
@example("\u0301" * 30, "\u0301")
@example("水" * 60, "水" * 60)
@example("\t" * 60, "\t")
@example("0\u1160", "")
def test_a_marker_is_right_behind_anything(before: str, after: str) -> None:
    """The rest of the line makes no difference, and the columns suffice."""
    line = f"{before} {MEANT} {after}".replace("\n", " ")
    shown, marker = snippet(problem(marked(line, MEANT)))
    assert shown.isprintable()
    assert columns(shown) <= GUTTER + WIDTH
    start = columns(shown[: shown.index(MEANT)])
    assert marker == "    |".ljust(start) + "^" * len(MEANT)
