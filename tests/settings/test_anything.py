"""Whatever somebody writes: a schedule that can be planned, or mistakes; never another error."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from nightcare.catalogue.problems import problem_text
from nightcare.catalogue.reading import LANGUAGES, Words, read_words
from nightcare.domain.care_day import Calendar
from nightcare.domain.plan import plan
from nightcare.errors import ConfigError
from nightcare.settings.layers import example_text
from nightcare.settings.load import Loaded
from nightcare.settings.model import DAY_WORDS, WEEKDAYS
from settings.written import loaded

THOROUGH = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

FORTNIGHT = 14
BEFORE_A_CLOCK_CHANGE = date(2026, 10, 16)

WORDS: dict[str, Words] = {language: read_words(language) for language in LANGUAGES}


def outcome(text: str | bytes, variables: Mapping[str, str] | None = None) -> Loaded | None:
    """What loading comes to; where it is refused, every mistake can be read in each language."""
    try:
        return loaded(text, variables)
    except ConfigError as error:
        problems = error.problems
    assert problems
    for problem in problems:
        for words in WORDS.values():
            line = problem_text(problem, words)
            assert line.isprintable()
            line.encode()
    return None


def plannable(result: Loaded | None) -> bool:
    """Plan a fortnight of what was accepted; whether there was anything to plan."""
    if result is None:
        return False
    schedule = result.schedule
    calendar = Calendar(schedule.sleep, ZoneInfo(schedule.zone or "Europe/Copenhagen"))
    planned = plan(schedule.reminders, calendar, BEFORE_A_CLOCK_CHANGE, FORTNIGHT)
    last = BEFORE_A_CLOCK_CHANGE + timedelta(days=FORTNIGHT - 1)
    names = {one.name for one in schedule.enabled}
    for one in planned:
        assert BEFORE_A_CLOCK_CHANGE <= one.key.care_day <= last
        assert one.key.reminder in names
    assert [one.due for one in planned] == sorted(one.due for one in planned)
    return bool(planned)


# Any text


@THOROUGH
@given(st.text())
@example("language = '''\n")
@example("\ufeff\ufeff")
def test_any_text(text: str) -> None:
    """It is a schedule, or it is told what is wrong with it."""
    plannable(outcome(text.encode(errors="surrogatepass")))


@THOROUGH
@given(st.binary())
def test_any_bytes(text: bytes) -> None:
    """Likewise."""
    plannable(outcome(text))


@THOROUGH
@given(st.data())
def test_the_example_with_a_slip_of_the_pen(data: st.DataObject) -> None:
    """A few characters lost, and others in their place."""
    text = example_text()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(start + 20, len(text))))
    slip = data.draw(st.text(st.sampled_from('abc019 ="[]{}.,#\n-+*:é'), max_size=10))
    plannable(outcome(text[:start] + slip + text[end:]))


# Any tables


def as_toml(value: Any) -> str:
    """A value as it is written in TOML, in one line."""
    match value:
        case bool() | str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case dict():
            return "{" + ", ".join(f"{as_toml(k)} = {as_toml(v)}" for k, v in value.items()) + "}"
        case list():
            return "[" + ", ".join(as_toml(one) for one in value) + "]"
        case datetime() | date() | time():
            return value.isoformat()
        case _:
            return str(value)


plain_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)

junk: st.SearchStrategy[Any] = st.recursive(
    st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats()
    | plain_text
    | st.datetimes()
    | st.datetimes(timezones=st.just(UTC))
    | st.dates()
    | st.times(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(plain_text, inner, max_size=3),
    max_leaves=4,
)

clocks = st.times().map(lambda one: f"{one:%H:%M}") | st.times()
lengths = st.sampled_from(["1s", "10m", "25m", "1h", "1h30m", "3h", "24h", "1m", "2d", "0m"])
anchored = st.builds(
    "{} {} {}".format,
    st.sampled_from(["wake", "bedtime"]),
    st.sampled_from("+-"),
    st.sampled_from(["1m", "30m", "1h", "5h"]),
)
moments = clocks | anchored | st.sampled_from(["wake", "bedtime"])
fields = st.sampled_from(
    ["*", "*/20", "0", "0,30", "1-5", "31", "L", "LW", "mon#5", "5L", "feb", "2"]
)
crons = st.lists(fields, min_size=5, max_size=5).map(" ".join) | st.sampled_from(
    ["0 17 * * sat", "30 2 * * *", "0 0 29 2 *", "0 9 1 * mon"]
)
conducts = st.sampled_from(["hold", "show"])
days = st.sampled_from([*DAY_WORDS, *WEEKDAYS])


def table(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A table with some of these keys, of which now and then one holds anything."""
    return st.fixed_dictionaries(
        {}, optional={key: st.one_of(value, value, value, junk) for key, value in keys.items()}
    )


quiet = dict.fromkeys(("locked", "idle", "do_not_disturb", "presenting"), conducts)
hours = table(wake=clocks, bedtime=clocks)
timings = st.one_of(
    st.fixed_dictionaries({"at": moments | st.lists(moments, max_size=3)}),
    st.fixed_dictionaries({"every": lengths}, optional={"from": moments, "until": moments}),
    st.fixed_dictionaries({"cron": crons}),
)
rest = table(
    days=days | st.lists(days, max_size=3),
    text=plain_text,
    enabled=st.booleans(),
    snooze=st.lists(lengths, max_size=2),
    fresh=lengths,
    stays=lengths,
    repeat=st.fixed_dictionaries({"every": lengths, "times": st.integers(0, 21)}),
    urgency=st.sampled_from(["low", "normal", "critical"]),
    sound=plain_text | st.just(value=False),
    quiet=table(**quiet),
)
topics = st.fixed_dictionaries(
    {"topic": st.sampled_from(["hydration", "sleep", "pacing", "Exercise"])}
)
reminders = st.builds(
    lambda *parts: {k: v for p in parts for k, v in p.items()}, topics, timings, rest
)
names = st.sampled_from(["water", "evening-stretch", "a_b", "until", "2", "", "Æ"]) | plain_text
sleeps = st.builds(
    lambda usual, single: {**usual, **single},
    st.fixed_dictionaries({"wake": clocks, "bedtime": clocks}) | hours,
    table(**dict.fromkeys(WEEKDAYS, hours)),
)
configs = table(
    language=st.sampled_from(["en", "da", "auto", "DA"]),
    timezone=st.sampled_from(["auto", "Europe/Copenhagen", "Pacific/Apia", "Pacific/Apai", "UTC"]),
    sleep=sleeps,
    reminders=st.dictionaries(names, reminders, max_size=3),
    snooze=table(lengths=st.lists(lengths, max_size=3), limit=st.integers(-1, 101)),
    quiet=table(**quiet, idle_after=lengths),
    diary=table(morning_question=moments | st.booleans()),
    notify=table(backend=st.sampled_from(["auto", "freedesktop", "plyer", "terminal", "mail"])),
    other=junk,
)


@THOROUGH
@given(configs)
def test_any_tables(config: dict[str, Any]) -> None:
    """Keys that exist, with values that suit them, or nearly, or not at all."""
    text = "\n".join(f"{as_toml(key)} = {as_toml(value)}" for key, value in config.items())
    plannable(outcome(text))


@THOROUGH
@given(st.dictionaries(st.sampled_from(["water", "walk", "desk-stretch"]), reminders, min_size=1))
def test_any_reminders(config: dict[str, Any]) -> None:
    """Alone in a file, so that many are accepted, and can be planned."""
    plannable(outcome(f"reminders = {as_toml(config)}"))


@THOROUGH
@given(sleeps)
@example({"wake": "07:00", "bedtime": "07:00"})
@example({"wake": "00:00", "bedtime": "00:00"})
@example({"wake": "23:59", "bedtime": "00:00", "monday": {"wake": "00:00"}})
def test_any_sleep(sleep: dict[str, Any]) -> None:
    """With reminders that go with any hours."""
    wake_and_bed = '[reminders.a]\ntopic = "sleep"\nat = ["wake", "bedtime"]\n'
    result = outcome(
        f'{wake_and_bed}[diary]\nmorning_question = "wake"\n[sleep]\n'
        + "\n".join(f"{as_toml(key)} = {as_toml(value)}" for key, value in sleep.items())
    )
    assert plannable(result) is (result is not None)


# Any environment

keys = st.sampled_from(
    ["LANGUAGE", "SLEEP", "WAKE", "FRIDAY", "REMINDERS", "WATER", "EVENING_STRETCH", "AT", "EVERY",
     "DAYS", "SNOOZE", "LENGTHS", "LIMIT", "QUIET", "LOCKED", "", "x", "É"]
)  # fmt: skip
system_text = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"])
    | st.integers(0xDC80, 0xDCFF).map(chr)
)
variables = st.dictionaries(
    st.lists(keys | system_text, max_size=5).map(lambda parts: "NIGHTCARE_" + "__".join(parts)),
    system_text
    | junk.map(as_toml)
    | st.sampled_from(["[" * 5000, "9" * 5000, '"\\ud800"', '["\\ud800"]', "null", "{", "NaN"]),
    max_size=4,
)


@THOROUGH
@given(st.sampled_from(["", "reminders = 3", "sleep = 3", 'language = "da"']), variables)
@example("", {"NIGHTCARE_LANGUAGE" + "__A" * 3000: "1"})
@example("language" + ".a" * 12 + " = 1", {"NIGHTCARE_LANGUAGE" + "__A" * 12: "1"})
@example("", {"NIGHTCARE_REMINDERS__WATER__" + "\udcff": "1"})
@example("", {"NIGHTCARE_REMINDERS__WATER__AT": "null"})
def test_any_environment(text: str, said: dict[str, str]) -> None:
    """Whatever bytes a variable holds, over whatever file."""
    plannable(outcome(text, said))
