"""Changing one value of a config file: that one changes, and nothing else does."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
import tomli
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.written import schedule
from nightcare.config.config_file import example_text
from nightcare.config.edit import (
    REMINDERS_BACK,
    REMINDERS_MADE,
    SLEEP_MADE,
    path_of,
    readings,
    with_first_line,
    with_value,
    without,
)
from nightcare.config.layers import merged
from nightcare.config.load import load
from nightcare.errors import ConfigError, StateError, ValueRefused

EXAMPLE = example_text()


def put(text: str, key: str, value: Any) -> str:
    """Return a text with one value changed."""
    return with_value(text.encode(), path_of(key), value).raw.decode()


def taken(text: str, key: str) -> str:
    """Return a text with one key removed."""
    edited = without(text.encode(), path_of(key))
    assert edited is not None
    return edited.raw.decode()


def changed_lines(old: str, new: str) -> tuple[list[str], list[str]]:
    """Return the removed lines and the added ones."""
    before, after = old.splitlines(), new.splitlines()
    gone = [line for line in before if line not in after]
    return gone, [line for line in after if line not in before]


# Changing what is there


def test_one_line_changes_and_its_comment_stays_in_its_column() -> None:
    """All other lines are as they were."""
    new = put(EXAMPLE, "quiet.locked", "show")
    (gone,), (came,) = changed_lines(EXAMPLE, new)
    assert came == gone.replace('"hold"', '"show"', 1)
    (gone,), (came,) = changed_lines(EXAMPLE, put(EXAMPLE, "language", "da"))
    assert came == 'language = "da"                    ' + gone[gone.index("#") :]
    (gone,), (came,) = changed_lines(EXAMPLE, put(EXAMPLE, "diary.morning_question", value=False))
    assert came.index("#") == gone.index("#")


def test_a_comment_gives_way_where_there_is_no_room() -> None:
    """It is never glued to the value."""
    text = 'text = "a"  # mine'
    lines = f'[reminders.a]\ntopic = "sleep"\nat = "21:00"\n{text}\n'
    assert put(lines, "reminders.a.text", "a long text").endswith('text = "a long text" # mine\n')
    glued = lines.replace("  #", "#")
    assert put(glued, "reminders.a.text", "b").endswith('text = "b"# mine\n')


def test_in_braces_and_with_dots() -> None:
    """However a table is written, it stays written so."""
    braces = "sleep = { wake = '07:00', bedtime = '22:00' } # mine\n"
    assert put(braces, "sleep.wake", "06:00") == braces.replace("'07:00'", '"06:00"')
    assert "friday = { wake = " in put(braces, "sleep.friday.wake", "08:00")
    dots = 'quiet.idle = "hold"\nquiet.locked = "hold" # mine\n'
    assert put(dots, "quiet.locked", "show") == dots.replace('"hold" #', '"show" #')
    assert tomli.loads(put(dots, "quiet.presenting", "hold"))["quiet"]["presenting"] == "hold"
    repeat = put(EXAMPLE, "reminders.evening-stretch.repeat.times", 2)
    assert 'repeat = { every = "20m", times = 2 }   # show it once more' in repeat


def test_a_list_of_many_lines_is_replaced_whole() -> None:
    """The text after it stays."""
    text = '[reminders.a]\ntopic = "sleep"\nat = [\n  "10:00", # one\n  "[x]",\n]\n# end\n'
    assert put(text, "reminders.a.at", ["11:00"]) == (
        '[reminders.a]\ntopic = "sleep"\nat = ["11:00"]\n# end\n'
    )


@pytest.mark.parametrize("end", ["", "\n", "\n\n", "\r\n", "\n# the end"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_the_mark_and_the_end_of_the_file_stay(mark: bytes, end: str) -> None:
    """They stay when a value is changed, added or removed."""
    line = "\r\n" if "\r" in end else "\n"
    text = line.join(["language = 'da' # mine", "[snooze]", "limit = 3"]) + end
    raw = mark + text.encode()
    new = with_value(raw, ("snooze", "limit"), 5).raw
    assert new == mark + text.replace("3", "5").encode()
    added = with_value(raw, ("snooze", "lengths"), ["5m"]).raw
    assert added == mark + text.replace("3", f'3{line}lengths = ["5m"]').encode()
    gone = without(raw, ("language",))
    assert gone is not None
    assert gone.raw == mark + text.partition(line)[2].encode()
    fresh = with_value(raw, ("quiet", "idle"), "show").raw
    assert fresh.startswith(mark + text.strip().encode())
    assert fresh.count(b"\r") == (fresh.count(b"\n") if "\r" in end else 0)
    assert fresh.endswith(line.encode()) is text.endswith("\n")


def test_lines_that_end_in_two_ways_stay_so() -> None:
    """Nobody asked to have them mended."""
    text = "language = 'da'\r\ntimezone = 'UTC'\n"
    assert put(text, "language", "en") == text.replace("'da'", '"en"')


# Adding


def test_a_key_goes_behind_the_last_of_its_table() -> None:
    """Not behind comments that speak of the next; in line with its neighbours."""
    text = '[quiet]\nidle       = "hold"\n\n# The diary\n[diary]\nmorning_question = false\n'
    assert put(text, "quiet.locked", "show") == text.replace(
        '"hold"\n', '"hold"\nlocked     = "show"\n'
    )
    indented = '[quiet]\n  idle = "hold"\n'
    assert put(indented, "quiet.locked", "show") == indented + '  locked = "show"\n'


def test_a_table_goes_to_its_kin_or_where_the_example_has_it() -> None:
    """With an empty line around it."""
    new = put(EXAMPLE, "sleep.friday.bedtime", "23:45")
    assert '\n\n[sleep.friday]\nbedtime = "23:45"\n\n[reminders.water]\n' in new
    walk = {"topic": "exercise", "cron": "0 17 * * sat"}
    new = put(EXAMPLE, "reminders.walk", walk)
    assert '\n\n[reminders.walk]\ntopic = "exercise"\ncron = "0 17 * * sat"\n\n[snooze]\n' in new
    text = "# mine\n\n[snooze]\nlimit = 1\n\n# about the diary\n[diary]\nmorning_question = false\n"
    assert put(text, "quiet.idle", "show") == text.replace(
        "\n# about", '\n[quiet]\nidle = "show"\n\n# about'
    )
    assert put(text, "language", "da") == text.replace("# mine\n", '# mine\n\nlanguage = "da"\n')
    assert put("[snooze]\n", "language", "da") == 'language = "da"\n\n[snooze]\n'


def test_a_table_within_a_reminder_is_one_line() -> None:
    """A second value goes into the same."""
    new = put(EXAMPLE, "reminders.water.quiet.idle", "show")
    assert 'until = "bedtime - 1h"\nquiet = { idle = "show" }\n' in new
    again = put(new, "reminders.water.quiet.locked", "show")
    assert tomli.loads(again)["reminders"]["water"]["quiet"] == {"idle": "show", "locked": "show"}


def test_a_whole_table_takes_the_place_of_another() -> None:
    """Its old content is gone, and the text after it stays."""
    new = put(EXAMPLE, "reminders.water", {"topic": "hydration", "every": "3h"})
    assert tomli.loads(new)["reminders"]["water"] == {"topic": "hydration", "every": "3h"}
    new = put(EXAMPLE, "reminders", {"a": {"topic": "sleep", "at": "bedtime"}})
    assert '[reminders.a]\ntopic = "sleep"\nat = "bedtime"\n' in new
    assert "# [reminders.walk]" in new


# What a part would take the place of


def test_a_part_of_sleep_brings_the_rest_with_it() -> None:
    """Else the file would have no wake-up."""
    edited = with_value(b'language = "da"\n', ("sleep", "bedtime"), "22:15")
    assert edited.side_effects == (SLEEP_MADE,)
    assert edited.raw.decode() == (
        'language = "da"\n\n[sleep]\nwake = "07:00"\nbedtime = "22:15"\n'
    )
    edited = with_value(b"[sleep]\n# nothing yet\n", ("sleep", "friday", "wake"), "08:00")
    assert edited.side_effects == (SLEEP_MADE,)
    assert tomli.loads(edited.raw.decode())["sleep"]["wake"] == "07:00"
    assert b"# nothing yet" in edited.raw


@pytest.mark.parametrize(
    "text", ["", "# mine\n", "[reminders]\n", "reminders = {}\n", "[sleep]\nwake = '06:00'\n"]
)
def test_a_part_of_the_reminders_brings_all_of_them(text: str) -> None:
    """With the comments of the example, of which they are a part."""
    edited = with_value(text.encode(), ("reminders", "water", "every"), "90m")
    assert edited.side_effects == (REMINDERS_MADE,)
    new = edited.raw.decode()
    names = tomli.loads(EXAMPLE)["reminders"]
    assert tomli.loads(new)["reminders"] == {**names, "water": {**names["water"], "every": "90m"}}
    assert "# [reminders.desk-stretch]" in new


def test_a_new_reminder_brings_all_the_others() -> None:
    """For they would be gone beside it."""
    walk = {"topic": "exercise", "at": "17:00"}
    edited = with_value(b"", ("reminders", "walk"), walk)
    assert edited.side_effects == (REMINDERS_MADE,)
    assert [one.name for one in schedule(edited.raw).reminders] == [
        "water", "evening-stretch", "loose-blanket", "walk",
    ]  # fmt: skip


def test_the_last_reminder_that_goes_lets_the_built_in_ones_come() -> None:
    """A message says so."""
    text = '[reminders.a]\ntopic = "sleep"\nat = "bedtime"\n[snooze]\nlimit = 1\n'
    edited = without(text.encode(), ("reminders", "a"))
    assert edited is not None
    assert (edited.raw.decode(), edited.side_effects) == (
        "[snooze]\nlimit = 1\n",
        (REMINDERS_BACK,),
    )
    edited = without(EXAMPLE.encode(), ("reminders", "water"))
    assert edited is not None
    assert edited.side_effects == ()


def test_a_key_of_a_reminder_that_is_not_there_is_a_slip() -> None:
    """The nearest is named."""
    with pytest.raises(ValueRefused) as refused:
        put(EXAMPLE, "reminders.watr.every", "90m")
    assert refused.value.key == "reminder_unknown_but"
    assert refused.value.values["nearest"] == "water"
    with pytest.raises(ValueRefused) as refused:
        put("", "reminders.desk.every", "90m")
    assert refused.value.key == "reminder_to_make"


# Taking out


def test_taking_out_takes_no_comment_of_another() -> None:
    """Those that stand for themselves stay."""
    new = taken(EXAMPLE, "reminders.loose-blanket")
    gone, came = changed_lines(EXAMPLE, new)
    assert came == []
    assert set(gone) == {
        "[reminders.loose-blanket]",
        'topic = "blanket"',
        'at    = "bedtime - 10m"',
    }
    assert "\n\n\n" not in new


def test_taking_out_in_braces_and_with_dots() -> None:
    """A table that is written in several places is removed from all of them."""
    assert tomli.loads(taken("snooze = { limit = 1, lengths = ['5m'] }\n", "snooze.limit")) == {
        "snooze": {"lengths": ["5m"]}
    }
    dots = "quiet.idle = 'hold'\nquiet.locked = 'hold' # mine\n"
    assert taken(dots, "quiet.idle") == "quiet.locked = 'hold' # mine\n"
    text = "[sleep]\nwake = 07:00\n[snooze]\nlimit = 1\n[sleep.friday]\nwake = 08:00\n"
    assert taken(text, "sleep") == "[snooze]\nlimit = 1\n"


def test_what_is_not_there_cannot_be_taken_out() -> None:
    """Nothing comes of it."""
    for key in ("quiet.idle", "snooze.limit.a", "sleep.friday"):
        assert without(b"[snooze]\nlimit = 1\n", path_of(key)) is None


def test_what_cannot_be_changed_safely_is_refused() -> None:
    """Such as a key in what is no table."""
    with pytest.raises(StateError) as refused:
        put("sleep = 3\n", "sleep.friday.wake", "08:00")
    assert refused.value.key == "config_not_editable"


def test_what_is_no_toml_is_told() -> None:
    """With its line."""
    with pytest.raises(ConfigError) as refused:
        put("[sleep\n", "language", "da")
    assert refused.value.problems[0].line == 1


# Any of it

scalars = st.sampled_from(["a", "# b", '"', "é\n", 5, True, ["10m", "x"], []])
paths = st.sampled_from(
    ["language", "sleep.wake", "sleep.friday.wake", "reminders.water.at", "reminders.a.text",
     "reminders.a.quiet.idle", "snooze.lengths", "quiet.idle", "diary.morning_question"]
).map(path_of)  # fmt: skip
pieces = st.sampled_from(
    ["# one\n", "\n", "[sleep]\nwake = 07:00 # w\n", "[sleep.friday]\nwake = 08:00\n# f\n",
     "[reminders.water]\nat = [\n '10:00', # ten\n]\n", "[reminders.a]\nquiet.idle = 'hold'\n",
     "[quiet]\n", "\n# of snooze\n[snooze]\nlimit = 1\n", "[reminders.a.quiet]\nlocked = 'show'\n",
     'text = """\n# no comment\n[no.header]\n"""\n', "   \n", "[diary]\n  # in\n"]
)  # fmt: skip


@settings(deadline=None, max_examples=300, suppress_health_check=list(HealthCheck))
@given(st.lists(pieces, max_size=8, unique=True).map("".join), paths, scalars)
def test_whatever_the_file_only_that_changes(text: str, where: tuple[str, ...], value: Any) -> None:
    """Its values are the same but for that one, and every comment is there."""
    try:
        old = merged({}, tomli.loads(text))
        edited = with_value(text.encode(), where, value)
    except (tomli.TOMLDecodeError, ValueRefused, StateError):
        return
    new = edited.raw.decode()
    inner: Any = tomli.loads(new)
    for key in where:
        inner = inner[key]
    assert inner == value
    lines = text.replace("# no comment", "").split("\n")
    comments = [line for line in lines if line.lstrip().startswith("#")]
    left = iter(new.split("\n"))
    if where != ("reminders", "water", "at"):
        assert all(any(line == one for one in left) for line in comments)
    if not edited.side_effects:
        back = without(edited.raw, where)
        assert back is not None
        again = tomli.loads(back.raw.decode())
        was = tomli.loads(text)
        for values in (old, again, was):
            cut(values, where)
        assert again == was


def cut(values: Any, where: tuple[str, ...]) -> None:
    """Take a key out, and what holds nothing then."""
    if len(where) == 1:
        values.pop(where[0], None)
    elif where[0] in values:
        cut(values[where[0]], where[1:])
        if not values[where[0]]:
            del values[where[0]]


def test_the_example_can_be_changed_everywhere() -> None:
    """Each of its values to itself changes nothing but how it is quoted."""

    def leaves(table: dict[str, Any], where: tuple[str, ...]) -> None:
        for key, value in table.items():
            if isinstance(value, dict):
                leaves(value, (*where, key))
            else:
                assert with_value(EXAMPLE.encode(), (*where, key), value).raw.decode() == EXAMPLE

    leaves(tomli.loads(EXAMPLE), ())
    assert schedule(EXAMPLE) == load(None, {}).schedule


# What the person types


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("language", ("language",)),
        ("sleep.friday.bedtime", ("sleep", "friday", "bedtime")),
        ('reminders."a b".at', ("reminders", "a b", "at")),
        ("reminders.gåtur.at", ("reminders", "gåtur", "at")),
        (" sleep . wake ", ("sleep", "wake")),
    ],
)
def test_a_key_as_it_is_typed(text: str, path: tuple[str, ...]) -> None:
    """As in TOML; a letter that TOML wants in quotes needs none here."""
    assert path_of(text) == path


@pytest.mark.parametrize("text", ["", ".", "a..b", "a b", "a = 1\nb", "[a]", "a #", "a = { b"])
def test_what_is_no_key(text: str) -> None:
    """It is refused."""
    with pytest.raises(ValueRefused) as refused:
        path_of(text)
    assert refused.value.key == "key_not_understood"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("22:15", ("22:15",)),
        ("2026-11-22", ("2026-11-22",)),
        ("90m", ("90m",)),
        ("5", (5, "5")),
        ("false", (False, "false")),
        ('"22:15"', ("22:15",)),
        ('["a", "b"]', (["a", "b"], '["a", "b"]')),
        ("[22:15]", ([time(22, 15)], "[22:15]")),
        ("1.5", ("1.5",)),
        ("5\nb = 6", ("5\nb = 6",)),
        ("", ("",)),
    ],
)
def test_a_value_as_it_is_typed(text: str, meant: tuple[Any, ...]) -> None:
    """TOML, or else text as it stands."""
    assert readings(text) == meant


def test_a_first_line() -> None:
    """It comes before all others, once."""
    once = with_first_line(b"\xef\xbb\xbf# mine\r\n", "#:schema a", "#:schema")
    assert once == b"\xef\xbb\xbf#:schema a\r\n# mine\r\n"
    assert with_first_line(once, "#:schema b", "#:schema") == once.replace(b"a\r", b"b\r", 1)
