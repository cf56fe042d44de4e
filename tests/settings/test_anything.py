"""Whatever somebody writes: a schedule that can be planned, or mistakes; never another error."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
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
from settings.strategies import as_toml, configs, junk, reminders, sleeps
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
