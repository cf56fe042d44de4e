"""Everything that a journal can be asked to remember, for Hypothesis."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st

from nightcare.domain.course import (
    Course,
    Due,
    Held,
    Open,
    Outcome,
    Settled,
    Snoozed,
    State,
    Step,
)
from nightcare.domain.leading import Led
from nightcare.domain.reminders import Key, Occurrence, Topic
from nightcare.domain.standing import Standing

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
instants = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis takes them so
counts = st.integers(0, 2**31)
steps = st.sampled_from(Step)

states: st.SearchStrategy[State] = st.one_of(
    st.builds(Due),
    st.builds(Held, steps),
    st.builds(
        Open, st.none() | instants, instants, st.none() | instants, st.booleans(), st.none() | texts
    ),
    st.builds(Snoozed, instants),
    st.builds(Settled, st.sampled_from(Outcome), instants, st.none() | steps),
)

occurrences = st.builds(Occurrence, st.builds(Key, texts, st.dates(), texts), instants)

courses = st.builds(
    Course,
    occurrences,
    st.sampled_from(Topic),
    states,
    instants,
    counts,
    counts,
    st.booleans(),
    st.none() | texts,
)

leds = st.builds(
    Led, st.builds(Key, texts, st.dates(), texts), texts, instants, instants, st.none() | texts
)

standings = st.builds(
    Standing,
    st.none() | instants,
    st.none() | instants,
    st.none() | instants,
    st.none() | st.dates(),
    st.dictionaries(st.dates(), st.times(), max_size=4),
)

notes = st.dictionaries(
    texts,
    texts | st.integers() | st.booleans() | st.none() | st.lists(texts, max_size=2),
    max_size=4,
)
