"""Locations of keys and values in a TOML text."""

import pytest
import tomli

from config.spans import everything, offset_of, spelled
from nightcare.config.locations import KeyLocations, Path
from nightcare.errors import Span


def at(position: Span | None) -> tuple[int, int] | None:
    """Give line and column as a pair, which is shorter to compare."""
    return (position.line, position.column) if position else None


def places(text: str, *path: str | int) -> tuple[tuple[int, int] | None, tuple[int, int] | None]:
    """Give where key and value of a path stand in a text that tomli accepts."""
    tomli.loads(text)
    positions = KeyLocations(text)
    return at(positions.key(path)), at(positions.value(path))


REMINDERS = """\
language = "da"   # Danish

[sleep.friday]
bedtime = "23:45"
[sleep]
  wake\t=\t"07:00"

[reminders.evening-stretch]
at = [
    "10:30",  # "before ] lunch"
    "15:00",
]
repeat = { every = "10m", times = 2 }
"""


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        (("language",), (1, 1), (1, 12)),
        (("sleep", "friday"), (3, 8), (3, 1)),
        (("sleep", "friday", "bedtime"), (4, 1), (4, 11)),
        (("sleep",), (3, 2), (5, 1)),
        (("sleep", "wake"), (6, 3), (6, 10)),
        (("reminders",), (8, 2), (8, 1)),
        (("reminders", "evening-stretch"), (8, 12), (8, 1)),
        (("reminders", "evening-stretch", "at"), (9, 1), (9, 6)),
        (("reminders", "evening-stretch", "at", 0), (10, 5), (10, 5)),
        (("reminders", "evening-stretch", "at", 1), (11, 5), (11, 5)),
        (("reminders", "evening-stretch", "repeat"), (13, 1), (13, 10)),
        (("reminders", "evening-stretch", "repeat", "times"), (13, 27), (13, 35)),
    ],
)
def test_a_config_file(path: Path, key: tuple[int, int], value: tuple[int, int]) -> None:
    """Keys, headers, arrays and inline tables of a config file are found where they stand."""
    assert places(REMINDERS, *path) == (key, value)


@pytest.mark.parametrize(
    ("path", "nearest"),
    [
        (("sleep", "wake"), (6, 10)),
        (("sleep", "bedtime"), (5, 1)),
        (("sleep", "friday", "wake"), (3, 1)),
        (("reminders", "evening-stretch", "topic"), (8, 1)),
        (("reminders", "evening-stretch", "repeat", "until"), (13, 10)),
        (("reminders", "evening-stretch", "at", 2), (9, 6)),
        (("reminders", "water", "topic"), (8, 1)),
        (("language", "name", 3), (1, 12)),
        (("snooze", "limit"), None),
        ((), None),
    ],
)
def test_the_nearest_place(path: Path, nearest: tuple[int, int] | None) -> None:
    """A missing key is reported at the innermost table around it in the text."""
    assert at(KeyLocations(REMINDERS).nearest(path)) == nearest


@pytest.mark.parametrize("path", [(), ("wake",), ("sleep", "wake", 0), ("language", "sleep")])
def test_no_place(path: Path) -> None:
    """The document itself and what is not in the text have no place of their own."""
    assert places(REMINDERS, *path) == (None, None)


@pytest.mark.parametrize(
    ("text", "path", "key", "value"),
    [
        ("a.b.c = 1", ("a",), (1, 1), (1, 1)),
        ("a.b.c = 1", ("a", "b"), (1, 3), (1, 3)),
        ("a.b.c = 1", ("a", "b", "c"), (1, 5), (1, 9)),
        ("a . b\t.c=1", ("a", "b", "c"), (1, 8), (1, 10)),
        ("a.b = 1\na.c = 2", ("a",), (1, 1), (1, 1)),
        ("a.b = 1\na.c = 2", ("a", "c"), (2, 3), (2, 7)),
        ("3.14 = 1", ("3", "14"), (1, 3), (1, 8)),
        ('"" = 1', ("",), (1, 1), (1, 6)),
        ('"a.b" = 1', ("a.b",), (1, 1), (1, 9)),
        ('x."a\\"\\u00e6 =" = 1', ("x", 'a"æ ='), (1, 3), (1, 19)),
        ("x.'a\"\\n' = 1", ("x", 'a"\\n'), (1, 3), (1, 12)),
        ("\"'a'\" = 1", ("'a'",), (1, 1), (1, 9)),
        ("[ a . 'b' ] # ]\nc=1", ("a", "b"), (1, 7), (1, 1)),
        ("[ a . 'b' ] # ]\nc=1", ("a", "b", "c"), (2, 1), (2, 3)),
        ("\t[a]\n[a.b.c]", ("a",), (1, 3), (1, 2)),
        ("[x]\n[a.b.c]\n[a.b]", ("a", "b"), (2, 4), (3, 1)),
        ("[x]\n[a.b.c]\n[a.b]", ("a",), (2, 2), (2, 1)),
        ("[a]\nb.c = 1\n[a.b.d]", ("a", "b"), (2, 1), (2, 1)),
        ("[a]\nb.c = 1\n[a.b.d]", ("a", "b", "d"), (3, 6), (3, 1)),
    ],
)
def test_keys_and_tables(
    text: str, path: Path, key: tuple[int, int], value: tuple[int, int]
) -> None:
    """Each part of a key has its own place, and a table that of its header or first mention."""
    assert places(text, *path) == (key, value)


TABLES = """\
[[a]]
b = 1
[[a.c]]
[a.d]
  [[ a ]]
b = 2
[[a.c]]
[[a.c]]
e = 3
"""


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        (("a",), (1, 3), (1, 1)),
        (("a", 0), (1, 1), (1, 1)),
        (("a", 0, "b"), (2, 1), (2, 5)),
        (("a", 0, "c"), (3, 5), (3, 1)),
        (("a", 0, "c", 0), (3, 1), (3, 1)),
        (("a", 0, "d"), (4, 4), (4, 1)),
        (("a", 1), (5, 3), (5, 3)),
        (("a", 1, "b"), (6, 1), (6, 5)),
        (("a", 1, "c"), (7, 5), (7, 1)),
        (("a", 1, "c", 1), (8, 1), (8, 1)),
        (("a", 1, "c", 1, "e"), (9, 1), (9, 5)),
        (("a", 1, "d"), None, None),
        (("a", 2), None, None),
    ],
)
def test_arrays_of_tables(
    path: Path, key: tuple[int, int] | None, value: tuple[int, int] | None
) -> None:
    """Each header of an array of tables starts the next item, and later headers lie in the last."""
    assert places(TABLES, *path) == (key, value)


@pytest.mark.parametrize(
    ("text", "path", "key", "value"),
    [
        ("a = []\nz = 1", ("a",), (1, 1), (1, 5)),
        ("a = {}\nz = 1", ("a",), (1, 1), (1, 5)),
        ("a = [[1], [ 2,3 ]]", ("a", 0), (1, 6), (1, 6)),
        ("a = [[1], [ 2,3 ]]", ("a", 1, 1), (1, 15), (1, 15)),
        ("a = [ # ]\n\n\t1 # ,\n\t, # [\n2,]", ("a", 1), (5, 1), (5, 1)),
        ("a = [{b = [1]}, {b.c = {d = 2}}]", ("a", 0, "b", 0), (1, 12), (1, 12)),
        ("a = [{b = [1]}, {b.c = {d = 2}}]", ("a", 1), (1, 17), (1, 17)),
        ("a = [{b = [1]}, {b.c = {d = 2}}]", ("a", 1, "b"), (1, 18), (1, 18)),
        ("a = [{b = [1]}, {b.c = {d = 2}}]", ("a", 1, "b", "c"), (1, 20), (1, 24)),
        ("a = [{b = [1]}, {b.c = {d = 2}}]", ("a", 1, "b", "c", "d"), (1, 25), (1, 29)),
        ("a = {b = 1, b2 = '}'}\nz = 1", ("z",), (2, 1), (2, 5)),
        ("a = [1979-05-27 07:32:00, 07:32:00]", ("a", 1), (1, 27), (1, 27)),
    ],
)
def test_arrays_and_inline_tables(
    text: str, path: Path, key: tuple[int, int], value: tuple[int, int]
) -> None:
    """Items and inline pairs are found at any depth, over several lines and between comments."""
    assert places(text, *path) == (key, value)


@pytest.mark.parametrize(
    "value",
    [
        '""',
        "''",
        '"# \\" \\\\"',
        "'# \\'",
        '"""a\n"b" ""c\\""" \\\n   # = [\n"""',
        '""""a"""""',
        '""""""',
        "'''a\\\n'b' ''c\n'''",
        "''''a'''''",
        "''''''",
        "1979-05-27T07:32:00.999999-07:00",
        "1979-05-27 07:32:00Z",
        "1979-05-27",
        "07:32:00",
        "+1_000",
        "0xdead_BEEF",
        "-6.626e-34",
        "-inf",
        "+nan",
        "true",
        "false",
    ],
)
@pytest.mark.parametrize(
    "after", ["\n", " # z = 1\n", " # , ] } [z]\n", "\t\n\n \t\n", "\r\n", "#\r\n\r\n"]
)
def test_what_follows_a_value(value: str, after: str) -> None:
    """A value of any type ends where it ends: the next key is found, and so are items after it."""
    text = f"a = {value}{after}b = [{value},{value} , 1]{after}c = 1"
    data = tomli.loads(text)
    positions = KeyLocations(text)
    lines = text.split("\n")
    for path in [("a",), ("b", 0), ("b", 1)]:
        assert text.startswith(value, offset_of(text, positions.value(path)))
    assert data["b"][2] == 1
    assert at(positions.key(("c",))) == (len(lines), 1)


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        (("language",), "language", '"da"'),
        (("sleep",), "sleep", "[sleep]"),
        (("sleep", "friday"), "friday", "[sleep.friday]"),
        (("sleep", "wake"), "wake", '"07:00"'),
        (("reminders",), "reminders", "[reminders.evening-stretch]"),
        (("reminders", "evening-stretch"), "evening-stretch", "[reminders.evening-stretch]"),
        (("reminders", "evening-stretch", "at"), "at", "["),
        (("reminders", "evening-stretch", "at", 0), '"10:30"', '"10:30"'),
        (
            ("reminders", "evening-stretch", "repeat"),
            "repeat",
            '{ every = "10m", times = 2 }',
        ),
        (("reminders", "evening-stretch", "repeat", "every"), "every", '"10m"'),
        (("reminders", "evening-stretch", "repeat", "times"), "times", "2"),
    ],
)
def test_how_far_they_reach(path: Path, key: str, value: str) -> None:
    """Quotes and brackets are part of it; the rest of the line is not."""
    positions = KeyLocations(REMINDERS)
    assert spelled(REMINDERS, positions.key(path)) == key
    assert spelled(REMINDERS, positions.value(path)) == value


@pytest.mark.parametrize(
    ("text", "path", "key", "value"),
    [
        ("a . 'b' = 1 # c", ("a", "b"), "'b'", "1"),
        ("a . 'b' = 1 # c", ("a",), "a", "a"),
        ("[ 'a' . b ] # c", ("a", "b"), "b", "[ 'a' . b ]"),
        ("[[ a ]] # c", ("a", 0), "[[ a ]]", "[[ a ]]"),
        ("[[ a ]] # c", ("a",), "a", "[[ a ]]"),
        ("a = [[1, 2], [3 ]] # c", ("a", 1), "[3 ]", "[3 ]"),
        ("a = [[1, 2], [3 ]] # c", ("a", 1, 0), "3", "3"),
        ("a = 1979-05-27 07:32:00 \t# c", ("a",), "a", "1979-05-27 07:32:00"),
        ("a = {b.c = 1,}\n", ("a", "b"), "b", "b"),
        ("a = {b.c = 1,}\n", ("a",), "a", "{b.c = 1,}"),
        ('a = """b\nc"""\n', ("a",), "a", '"""b'),
        ("a = [ # b\n1]", ("a",), "a", "[ # b"),
        ("a = '\u6c34\t'", ("a",), "a", "'\u6c34\t'"),
    ],
)
def test_how_far_others_reach(text: str, path: Path, key: str, value: str) -> None:
    """A value of several lines is marked to the end of the first."""
    tomli.loads(text)
    positions = KeyLocations(text)
    assert spelled(text, positions.key(path)) == key
    assert spelled(text, positions.value(path)) == value


EARLIER = """\
a.b = 1
[c.d]
e = { f = 1 }
[[g]]
h = 1
[[g]]
i.j = 1
"""


@pytest.mark.parametrize(
    ("names", "header", "found"),
    [
        (["c", "d"], True, ("[c.d]", 2)),
        (["c"], True, ("[c.d]", 1)),
        (["c", "d", "e", "x"], True, ("{ f = 1 }", 3)),
        (["a", "b"], True, ("1", 2)),
        (["g"], True, ("[[g]]", 1)),
        (["g", "i"], True, ("i", 2)),
        (["i", "j"], False, ("j", 2)),
        (["i", "k"], False, ("i", 1)),
        (["h"], False, None),
        (["x"], True, None),
        ([], True, None),
    ],
)
def test_what_was_written_earlier(
    *, names: list[str], header: bool, found: tuple[str, int] | None
) -> None:
    """As far as it was, seen from where the text ends."""
    earlier = KeyLocations(EARLIER).earlier(names, header=header)
    assert (earlier and (spelled(EARLIER, earlier[0]), earlier[1])) == found


def test_columns_are_characters() -> None:
    """A tab, an accent, a character beyond 16 bits and a line separator count as one each."""
    text = '"\U0001d11e\u00e9\u2028\u0085"\t= ["\U0001f9b5", 1]'
    assert places(text, "\U0001d11e\u00e9\u2028\u0085") == ((1, 1), (1, 10))
    assert places(text, "\U0001d11e\u00e9\u2028\u0085", 1) == ((1, 16), (1, 16))


def test_carriage_returns_change_no_position() -> None:
    """A file with the line ends of Windows has the same positions."""
    text = REMINDERS + TABLES.replace("a", "q")
    windows = text.replace("\n", "\r\n")
    assert tomli.loads(windows) == tomli.loads(text)
    assert everything(KeyLocations(windows)) == everything(KeyLocations(text))


@pytest.mark.parametrize("text", ["", "\n", "# only this", " \t", "\r\n#\r\n"])
def test_a_text_without_keys(text: str) -> None:
    """A text without keys has no positions."""
    assert tomli.loads(text) == {}
    assert everything(KeyLocations(text)) == {}


def test_positions_agree_with_those_of_tomli() -> None:
    """Lines and columns are counted as in the errors that tomli raises for the same text."""
    text = 'x = "\u00e9\U0001d11e"\r\n\t[ a ]\r\n"\U0001d11e" = '
    with pytest.raises(tomli.TOMLDecodeError) as raised:
        tomli.loads(text + "!")
    assert places(text + "1", "a", "\U0001d11e")[1] == (raised.value.lineno, raised.value.colno)


def test_ten_thousand_reminders() -> None:
    """A long file is read to its end."""
    text = "".join(
        f'[reminders.r{n}]\ntopic = "hydration"\nevery = "2h"\n\n' for n in range(10_000)
    )
    assert places(text, "reminders", "r9999", "every") == ((39_999, 1), (39_999, 9))


def test_deep_nesting() -> None:
    """Nesting as deep as tomli allows is no deeper for the scanner."""
    depth = 150
    text = "a = " + "[{b=" * depth + "1" + "}]" * depth
    path: Path = ("a", *(0, "b") * depth)
    assert places(text, *path) == ((1, 4 * depth + 3), (1, 4 * depth + 5))
    dotted = ".".join("a" * depth)
    assert places(f"[{dotted}]\n{dotted} = 1", *"a" * 2 * depth)[0] == (2, 2 * depth - 1)
