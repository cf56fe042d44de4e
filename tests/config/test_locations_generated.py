"""Locations in generated TOML texts of many spellings, held against tomli."""

import itertools
from bisect import bisect_right
from collections.abc import Iterator

import tomli
from hypothesis import example, given
from hypothesis import strategies as st

from config.spans import everything, offset_of, spelled
from nightcare.config.locations import KeyLocations, Path
from nightcare.errors import Span

# What follows makes texts of many spellings and asks tomli what they mean: a position is right if
# another spelling put there changes just what the position is said to belong to.


def quoted(text: str) -> str:
    """Spell a text as a basic string."""
    escaped = (
        f"\\U{ord(char):08x}" if char in '"\\' or ord(char) < 32 or ord(char) == 127 else char
        for char in text
    )
    return f'"{"".join(escaped)}"'


def between(start: str, items: st.SearchStrategy[str], end: str) -> st.SearchStrategy[str]:
    """Make comma-separated lists, with anything that may stand between their parts."""
    gap = st.sampled_from(["", " ", "", "\t", "\n", " # ] } , ' \" [{\n", "\n\n \t"])
    item = st.tuples(gap, items, gap).map("".join)
    tail = st.tuples(st.sampled_from(["", ","]), gap).map("".join)
    full = st.tuples(st.lists(item, min_size=1, max_size=3).map(",".join), tail).map("".join)
    return (full | gap).map(lambda inner: f"{start}{inner}{end}")


blanks = st.sampled_from(["", " ", "", "\t "])
key_parts = (
    st.sampled_from(["a", "b", "c", '"a"', "'b'", '"\\u0063"', "1", "-_", "''", '"]="', "'#.\"'"])
    | st.sampled_from(["a", "b"])
    | st.text(max_size=3).map(quoted)
)
keys = st.lists(st.tuples(blanks, key_parts, blanks).map("".join), min_size=1, max_size=3).map(
    ".".join
)
string_pieces = st.sampled_from(
    ["a", "\n", "#", " = ", "]", "}", ",", "\U0001d11e", "\\\\", "'", '"', '\\"', "\\\n  ", "\\t"]
)
strings = st.builds(
    lambda quote, pieces: quote + "".join(pieces) + quote,
    st.sampled_from(['"', "'", '"""', "'''"]),
    st.lists(string_pieces, max_size=6),
).filter(lambda string: parses(f"x = {string}"))
scalars = (
    st.sampled_from(["true", "false", "0", "-17", "1_000", "0xfF", "0o17", "0b1", '"a"', "''"])
    | st.sampled_from(["1.5", "-1e+3", "6.0E-2", "inf", "-nan", "07:32:00", "07:32:00.5"])
    | st.sampled_from(["1979-05-27", "1979-05-27 07:32:00", "1979-05-27T07:32:00.25+01:00"])
    | strings
    | st.text(max_size=6).map(quoted)
)
pairs = st.deferred(lambda: st.tuples(keys, st.just("="), blanks, values).map("".join))
values: st.SearchStrategy[str] = st.deferred(
    lambda: scalars | scalars | between("[", values, "]") | between("{", pairs, "}")
)
names = st.sampled_from(["a", "a", "a.b", "a.b.c", "'b'.a"]) | keys
headers = names.map("[{}]".format) | names.map("[[{}]]".format)
statements = st.tuples(
    blanks,
    headers | pairs | headers | st.just(""),
    blanks,
    st.sampled_from(["", "", "# [a] b = '"]),
).map(lambda parts: "".join(parts) + "\n")


def parses(text: str) -> bool:
    """Tell whether tomli accepts a text."""
    try:
        tomli.loads(text)
    except tomli.TOMLDecodeError:
        return False
    return True


def accepted(drawn: list[str], *, last_line_ends: bool, windows: bool) -> list[str]:
    """Keep the statements that tomli accepts after the ones before."""
    kept: list[str] = []
    for statement in drawn:
        if parses("".join([*kept, statement])):
            kept.append(statement)
    if kept and not last_line_ends:
        kept[-1] = kept[-1].removesuffix("\n")
    return [statement.replace("\n", "\r\n") for statement in kept] if windows else kept


documents = st.builds(
    accepted,
    st.lists(statements, max_size=12),
    last_line_ends=st.booleans(),
    windows=st.booleans(),
)


def paths_of(value: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    """List all paths of what tomli read, with their values."""
    if path:
        yield path, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths_of(inner, (*path, key))
    if isinstance(value, list):
        for index, inner in enumerate(value):
            yield from paths_of(inner, (*path, index))


def check_end(text: str, position: Span | None, value: object) -> None:
    """Hold that a value ends where it is said to, or else goes on in the next line."""
    assert position is not None
    line = text.split("\n")[position.line - 1].removesuffix("\r")
    as_value = f"x = {spelled(text, position)}"
    whole = parses(as_value) and repr(tomli.loads(as_value)) == repr({"x": value})
    assert whole or position.end == len(line) + 1


def key_length(text: str, offset: int, name: str) -> int:
    """Give the length of a key that is spelt at an offset of a text."""
    for end in range(offset + 1, len(text) + 1):
        as_key = f"{text[offset:end]} = 0"
        if parses(as_key) and tomli.loads(as_key) == {name: 0}:
            return end - offset
    raise AssertionError(text[offset:])


def value_length(text: str, offset: int, value: object) -> int:
    """Give the length of a value that is spelt at an offset of a text, with blanks after it."""
    for end in range(len(text), offset, -1):
        as_value = f"x = {text[offset:end]}"
        # Written out, because nan does not equal itself.
        if parses(as_value) and repr(tomli.loads(as_value)) == repr({"x": value}):
            return end - offset
    raise AssertionError(text[offset:])


NEW = "new-name"
NUMBER = 987_654_321


def check_key(earlier: str, text: str, offset: int, path: Path) -> None:
    """Hold that the key was not written earlier, and that another name put there renames it."""
    name = path[-1]
    assert isinstance(name, str)
    assert path not in dict(paths_of(tomli.loads(earlier)))
    length = key_length(text, offset, name)
    before = set(dict(paths_of(tomli.loads(text))))
    after = set(dict(paths_of(tomli.loads(text[:offset] + NEW + text[offset + length :]))))
    added = after - before
    assert added
    assert all(new[: len(path)] == (*path[:-1], NEW) for new in added)
    assert {(*path, *new[len(path) :]) for new in added} <= before
    assert all(old[: len(path)] == path for old in before - after)


def check_value(text: str, offset: int, path: Path, value: object) -> None:
    """Hold that a number put in place of a value, or into it there, is found at its path."""
    head, tail = text[:offset], text[offset + 1 :]
    if not isinstance(value, dict | list):
        changed = f"{head}{NUMBER}{text[offset + value_length(text, offset, value) :]}"
        expected = path
    elif isinstance(value, dict):
        assert text[offset] == "{"
        changed = f"{head}{{{NEW}={NUMBER}{',' if value else ''}{tail}"
        expected = (*path, NEW)
    else:
        assert text[offset] == "["
        changed = f"{head}[{NUMBER}{',' if value else ''}{tail}"
        expected = (*path, 0)
    assert numbers(changed) == [expected]


def numbers(text: str) -> list[Path]:
    """List the paths of the number that was put into a text."""
    return [path for path, value in paths_of(tomli.loads(text)) if value == NUMBER]


def header_of(document: list[str], path: Path) -> tuple[int, bool]:
    """Give the index of the first header of a table, or else of one within it, and if it is own."""
    within = []
    for index, statement in enumerate(document):
        if statement.strip().startswith("["):
            ((*opened, _),) = numbers("".join(document[: index + 1]) + f"\n{NEW}={NUMBER}")
            if tuple(opened) == path:
                return index, True
            if tuple(opened[: len(path)]) == path:
                within.append(index)
    return within[0], False


@given(documents)
@example([])
@example(["[a.b]\n", "[a]\n", "c.d = 1\n", "[[a.e]]\n"])
@example(["a = { b.c = 1, b.d = [ 2, { e = 3 } ] }\n"])
def test_every_path_is_found_and_no_other(document: list[str]) -> None:
    """Every text that tomli reads has locations, and tomli agrees about their content."""
    text = "".join(document)
    starts = [0, *itertools.accumulate(len(statement) for statement in document)]
    expected = dict(paths_of(tomli.loads(text)))
    positions = KeyLocations(text)
    assert everything(positions).keys() == expected.keys()
    for path, value in expected.items():
        key = offset_of(text, positions.key(path))
        start = offset_of(text, positions.value(path))
        key_in, value_in = bisect_right(starts, key) - 1, bisect_right(starts, start) - 1
        if isinstance(path[-1], int):
            assert key == start
        else:
            check_key(text[: starts[key_in]], text[: starts[key_in + 1]], key, path)
        if isinstance(value, dict) and text[start] not in "[{":
            assert key == start
            assert not document[value_in].strip().startswith("[")
        elif text[starts[value_in] : start].strip() or text[start] != "[":
            check_value(text[: starts[value_in + 1]], start, path, value)
            check_end(text, positions.value(path), value)
        else:
            header, own = header_of(document, path)
            assert value_in == header
            assert own or key_in == header
            assert tomli.loads(spelled(text, positions.value(path)))
        if isinstance(path[-1], str):
            assert tomli.loads(f"{spelled(text, positions.key(path))} = 0") == {path[-1]: 0}
        assert positions.nearest((*path, NEW)) == positions.value(path)


@given(documents)
def test_line_ends_change_no_position_anywhere(document: list[str]) -> None:
    """No document has other positions for ending its lines in another way."""
    text = "".join(document).replace("\r\n", "\n")
    assert everything(KeyLocations(text.replace("\n", "\r\n"))) == everything(KeyLocations(text))
