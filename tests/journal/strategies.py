"""Everything that a journal can be asked to remember, for Hypothesis."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import strategies as st

from nightcare.domain.delivery import (
    Active,
    Closed,
    Delivery,
    DeliveryStatus,
    Due,
    Held,
    Outcome,
    Snoozed,
    State,
)
from nightcare.domain.global_state import GlobalState
from nightcare.domain.reasons import Reason
from nightcare.domain.reminders import Key, Occurrence, Topic
from nightcare.domain.routine import RoutineSession
from nightcare.domain.shared_acts import ActId, Retraction, SharedAct

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
instants = st.datetimes(datetime(2, 1, 2), datetime(9998, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis takes them so
names = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf"]), min_size=1, max_size=20)
days = st.dates(date(2, 1, 2), date(9998, 12, 30))
counts = st.integers(0, 2**31)
steps = st.sampled_from(Reason)

computers = st.none() | st.sampled_from(("desk", "laptop"))

states: st.SearchStrategy[State] = st.one_of(
    st.builds(Due),
    st.builds(Held, steps),
    st.builds(
        Active,
        st.none() | instants,
        instants,
        st.none() | instants,
        st.booleans(),
        st.sampled_from(DeliveryStatus),
    ),
    st.builds(Snoozed, instants, computers),
    st.builds(Closed, st.sampled_from(Outcome), instants, st.none() | steps, computers),
)

occurrences = st.builds(Occurrence, st.builds(Key, names, days, texts), instants)

deliveries = st.builds(
    Delivery,
    occurrences,
    st.sampled_from(Topic),
    states,
    instants,
    counts,
    counts,
    st.booleans(),
    st.none() | texts,
)

act_ids = st.builds(
    ActId, st.sampled_from(("desk", "laptop", "0a1b2c3d4e")), st.integers(1, 2**53 - 1)
)

shared_acts = st.builds(
    SharedAct,
    act_ids,
    occurrences,
    st.sampled_from(Topic),
    st.one_of(
        st.builds(Closed, st.sampled_from(Outcome), instants, st.none() | steps),
        st.builds(Snoozed, instants),
        st.builds(Retraction, act_ids),
    ),
)

routine_sessions = st.builds(
    RoutineSession, st.builds(Key, names, days, texts), texts, instants, instants
)

global_states = st.builds(
    GlobalState,
    st.none() | instants,
    st.none() | instants,
    st.none() | instants,
    st.none() | days,
    st.dictionaries(days, st.times(), max_size=4),
)

notes = st.dictionaries(
    texts,
    texts | st.integers() | st.booleans() | st.none() | st.lists(texts, max_size=2),
    max_size=4,
)
