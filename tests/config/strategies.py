"""Config files that anybody might write: right, nearly right, and not at all."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from typing import Any

from hypothesis import strategies as st

from nightcare.config.values import DAY_WORDS, WEEKDAYS


def as_toml(value: Any) -> str:
    """Return a value as TOML, in one line."""
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
    """Return a strategy for tables with some of these keys; now and then one holds anything."""
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
    diary=table(
        morning_question=moments | st.booleans(),
        professional_nights=st.integers(0, 9),
        professional_days=st.integers(0, 9),
        professional_notice=st.booleans(),
    ),
    notify=table(backend=st.sampled_from(["auto", "freedesktop", "plyer", "terminal", "mail"])),
    other=junk,
)
