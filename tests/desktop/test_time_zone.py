"""The time zone of this process is the one that the C library uses."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from nightcare.desktop import time_zone
from nightcare.desktop.time_zone import ZoneSource, chosen, local, zone
from nightcare.doctor.checks.system_clock import compare_offsets
from parts.home import TIME_ZONES

C_LIBRARY = """
import json, os, sys, time
for line in sys.stdin:
    os.environ["TZ"], instants = json.loads(line)
    time.tzset()
    print(json.dumps([time.localtime(at).tm_gmtoff for at in instants]), flush=True)
"""

Ask = Callable[[str, list[int]], list[int]]
"""Returns the C library's offsets under a value of TZ."""

BEGIN, END = 0, 4_102_444_800
"""The years 1970 to 2099."""
DENSE = range(BEGIN, END, 86_400 * 5 + 3_600 * 7)
TOKYO = files("tzdata").joinpath("zoneinfo/Asia/Tokyo").read_bytes()
JANUARY = datetime(2026, 1, 15, tzinfo=UTC)


@pytest.fixture(scope="module")
def c_library() -> Iterator[Ask]:
    """Start another process that asks the C library, without our code."""
    with subprocess.Popen(
        (sys.executable, "-I", "-S", "-c", C_LIBRARY),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        questions, answers = process.stdin, process.stdout

        def ask(variable: str, instants: list[int]) -> list[int]:
            questions.write(json.dumps([variable, instants]) + "\n")
            questions.flush()
            offsets: list[int] = json.loads(answers.readline())
            return offsets

        yield ask
        questions.close()


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Provide the path of /etc/localtime, which is missing, with TZ unset."""
    path = tmp_path / "localtime"
    with monkeypatch.context() as patch:
        patch.delenv("TZ")
        patch.setattr(time_zone, "LOCAL_TIME", path)
        yield path
    time.tzset()


def offsets(variable: str, instants: list[int]) -> list[int]:
    """Return our offsets under a value of TZ."""
    before = os.environ["TZ"]
    os.environ["TZ"] = variable
    try:
        here = local().zone
    finally:
        os.environ["TZ"] = before
        time.tzset()
    ours = (datetime.fromtimestamp(at, here).utcoffset() for at in instants)
    return [int(one.total_seconds()) for one in ours if one is not None]


@pytest.mark.parametrize(
    "variable",
    [
        "JST-9", "EST5", "UTC0", "UTC+2", "UTC-5:30", "<+0330>-3:30", "<-03>3", "ABC-12:34:56",
        "CET-1CEST,M3.5.0,M10.5.0/3", "CET-1CEST", "EST5EDT4,M3.2.0,M11.1.0", "EST5EDT4",
        "NZST-12NZDT,M9.5.0,M4.1.0/3", "IST-1GMT0,M10.5.0,M3.5.0/1", "IST-2IDT,M3.4.4/26,M10.5.0",
        "EET-2EEST,M3.4.4/50,M10.4.4/50", "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "AAA3BBB,J60/200,J300",
        "AAA-12:30:15BBB-13,45,300", "EST5EDT,0/0,J365/25", "CET-1CEST,M3.5.0/2:30:15,M10.5.0/-26",
        "", ":", "Europe/Copenhagen", ":Europe/Copenhagen", f"{TIME_ZONES}/Asia/Tokyo",
        f":{TIME_ZONES}/America/New_York", "EST5EDT", "Africa/Casablanca", "posixrules",
        "Asia/Tokyo/", "Asia//Tokyo", "Asia/Tokyo//", "Asia/Tokyo/.", "Asia/./Tokyo",
        f"{TIME_ZONES}/Asia/Tokyo/", f"//{TIME_ZONES}//Asia//Tokyo", "Nowhere/Else",
        "Europe/copenhagen", "UTC", "utc", "Foo", "A-1", "x:", "5", "/etc/hostname",
        "/etc", "/dev/zero", "/nowhere", "CET-1CEST,garbage", "CET-1CEST,M13.1.0,M10.5.0",
        "ABC-23:59:59", " JST-9", "JST-9 ", "\N{LATIN SMALL LETTER A WITH RING ABOVE}-1",
    ],
)  # fmt: skip
def test_each_value_of_tz_means_what_it_means_to_the_c_library(
    c_library: Ask, variable: str
) -> None:
    """Every offset from 1970 to 2099, for names, paths, rules, and what is none of these."""
    instants = list(DENSE)
    assert offsets(variable, instants) == c_library(variable, instants)


names = st.sampled_from(["JST", "AAA", "LONGNAME", "<+03>", "<-0330>", "<A1+>"])
hours = st.integers(0, 22)  # with an hour of summer time less than a day
clock = st.one_of(
    hours.map(str),
    st.tuples(hours, st.integers(0, 59)).map(lambda at: f"{at[0]}:{at[1]:02}"),
    st.tuples(hours, st.integers(0, 59), st.integers(0, 59)).map(
        lambda at: f"{at[0]}:{at[1]:02}:{at[2]:02}"
    ),
)
signed = st.tuples(st.sampled_from(["", "-", "+"]), clock).map("".join)
days = st.one_of(
    st.tuples(st.integers(1, 12), st.integers(1, 5), st.integers(0, 6)).map(
        lambda at: "M{}.{}.{}".format(*at)
    ),
    st.integers(1, 365).map(lambda day: f"J{day}"),
    st.integers(0, 365).map(str),
)
times = st.one_of(st.just(""), st.integers(-167, 167).map(lambda hour: f"/{hour}"))
rules = st.tuples(days, times, days, times).map(lambda at: ",{}{},{}{}".format(*at))
without_summer = st.tuples(st.sampled_from(["", ":"]), names, signed).map("".join)
with_summer = st.tuples(
    names, signed, names, st.one_of(st.just(""), signed), st.one_of(st.just(""), rules)
).map("".join)


@given(
    variable=st.one_of(without_summer, with_summer),
    instants=st.lists(st.integers(BEGIN, END - 1), min_size=100, max_size=100),
)
@settings(
    max_examples=80,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_rule_means_what_it_means_to_the_c_library(
    c_library: Ask, variable: str, instants: list[int]
) -> None:
    """At any instant, but for what holds for less than three days."""
    ours, theirs = offsets(variable, instants), c_library(variable, instants)
    for at, our, their in zip(instants, ours, theirs, strict=True):
        if our != their:
            around = range(at - 3 * 86_400, at + 3 * 86_400, 600)
            lasting = [one for one in c_library(variable, list(around)) if one == their]
            assert len(lasting) < len(around) // 2, (variable, at)


@given(text=st.text(st.characters(exclude_characters="\0", codec="ascii"), max_size=30))
@settings(
    max_examples=80,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_text_means_what_it_means_to_the_c_library(c_library: Ask, text: str) -> None:
    """This includes text that no manual describes."""
    instants = list(range(BEGIN, END, 86_400 * 97))
    theirs = c_library(text, instants)
    assume(all(abs(one) < 86_400 for one in theirs))
    assert offsets(text, instants) == theirs


def test_an_offset_of_a_day_cannot_be_expressed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python refuses it, so it is UTC, and said not to be understood; the comparison shows it."""
    monkeypatch.setenv("TZ", "ABC-24")
    here = local()
    assert (here.zone, here.understood) == (UTC, False)
    assert compare_offsets(here, JANUARY)[0].of_c_library == timedelta(days=1)


@pytest.mark.parametrize(
    ("variable", "name", "understood"),
    [
        ("JST-9", "JST-9", True),
        ("<+03>-3", "<+03>-3", True),
        (":Asia/Tokyo", "Asia/Tokyo", True),
        ("", "UTC", True),
        ("Nowhere/Else", "Nowhere/Else", False),
        ("Nowhere/GMT-3", "Nowhere/GMT-3", False),
        ("A-1", "A-1", False),
    ],
)
def test_the_variable_is_named_as_the_source(
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    name: str,
    understood: bool,  # noqa: FBT001
) -> None:
    """With its value, and with whether the C library makes anything of it."""
    monkeypatch.setenv("TZ", variable)
    here = local()
    assert (here.name, here.source, here.understood) == (name, ZoneSource.VARIABLE, understood)


def test_names_are_looked_up_where_tzdir_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the C library does."""
    (tmp_path / "Home").write_bytes(TOKYO)
    monkeypatch.setenv("TZDIR", str(tmp_path))
    monkeypatch.setenv("TZ", "Home")
    here = local()
    assert {(one.ours, one.of_c_library) for one in compare_offsets(here, JANUARY)} == {
        (timedelta(hours=9), timedelta(hours=9))
    }


def test_a_link_gives_the_zone_its_name(system: Path) -> None:
    """The first name counts, also through other links."""
    system.symlink_to(f"{TIME_ZONES}/Europe/Copenhagen")
    here = local()
    assert (here.name, here.source) == ("Europe/Copenhagen", ZoneSource.LINK)
    system.unlink()
    between = system.with_name("between")
    between.symlink_to(f"{TIME_ZONES}/Asia/Tokyo")
    system.symlink_to(between)
    assert local().name == "Asia/Tokyo"


def test_a_copy_is_read_and_a_stale_timezone_never_wins(system: Path) -> None:
    """As it broke elsewhere: regebro/tzlocal#35, #67."""
    system.with_name("timezone").write_text("Europe/Copenhagen\n", encoding="utf-8")
    system.write_bytes(TOKYO)
    here = local()
    assert (here.name, here.source) == (str(system), ZoneSource.COPY)
    assert JANUARY.astimezone(here.zone).utcoffset() == timedelta(hours=9)


def test_a_file_that_is_replaced_is_another_zone(system: Path) -> None:
    """Under the same name as well, as after an update of the time zones."""
    system.write_bytes(TOKYO)
    first = local()
    assert local() == first
    shutil.copy(f"{TIME_ZONES}/Europe/Copenhagen", system)
    assert local() != first


@pytest.mark.parametrize("content", [None, b"", b"TZif", TOKYO[:60], TOKYO[:-30], b"Asia/Tokyo\n"])
def test_without_a_zone_it_is_utc(
    system: Path, content: bytes | None, recwarn: pytest.WarningsRecorder
) -> None:
    """No file, a link to nowhere, or a file that is none; nothing is printed."""
    if content is None:
        system.symlink_to(f"{TIME_ZONES}/Nowhere")
    else:
        system.write_bytes(content)
    here = local()
    assert (here.zone, here.source, here.name) == (UTC, ZoneSource.DEFAULT, "UTC")
    assert not recwarn.list


def test_a_folder_or_a_pipe_is_no_zone(system: Path) -> None:
    """The pipe is not waited for."""
    os.mkfifo(system)
    assert local().source is ZoneSource.DEFAULT
    system.unlink()
    system.mkdir()
    assert local().source is ZoneSource.DEFAULT


def test_the_zone_is_the_one_named_or_that_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The latter is read anew each time.

    As it broke elsewhere: time.tzset().
    """
    assert str(zone("Asia/Tokyo")) == "Asia/Tokyo"
    assert chosen("Asia/Tokyo").source is ZoneSource.CONFIG
    monkeypatch.setenv("TZ", "Europe/Copenhagen")
    assert str(zone(None)) == "Europe/Copenhagen"
    monkeypatch.setenv("TZ", "America/New_York")
    assert str(zone(None)) == "America/New_York"


def test_a_zone_without_changes_is_compared_in_winter_and_in_summer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two that agree today may not in half a year."""
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    local()
    here = chosen("Africa/Lagos")
    compared = compare_offsets(here, JANUARY)
    assert [one.ours == one.of_c_library for one in compared] == [True, True, False]
