"""Properties of every plan, for any hours, reminders, time zone and date."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from domain_builders import reminder
from domain_naive import CronTable, naive
from nightcare.domain.care_day import ONE_DAY, Calendar, Hours, Sleep
from nightcare.domain.moments import Anchor, ClockTime, Moment, Relative
from nightcare.domain.reasons import Condition
from nightcare.domain.recurrence import between, plan, upcoming
from nightcare.domain.reminders import At, Cron, Every, Reminder, Repeat, Topic, Urgency, WhenBusy

MINUTE = timedelta(minutes=1)
A_DAY = 24 * 60

relaxed = settings(deadline=None)
"""Some examples need a clock face of many days; how long that takes is no property."""


# Where and when


@cache
def switches(zone: str, year: int) -> tuple[date, ...]:
    """Return the dates of a year on which a zone changes its clock."""
    tz = ZoneInfo(zone)
    noons = [datetime(year, 1, 1, 12, tzinfo=UTC) + number * ONE_DAY for number in range(366)]
    return tuple(
        later.astimezone(tz).date()
        for before, later in pairwise(noons)
        if before.astimezone(tz).utcoffset() != later.astimezone(tz).utcoffset()
    )


zones = st.one_of(
    st.deferred(lambda: st.sampled_from(sorted(available_timezones()))),
    st.sampled_from(
        [
            "Europe/Copenhagen",
            "America/New_York",
            "Australia/Lord_Howe",
            "America/Sao_Paulo",
            "America/St_Johns",
            "America/Nuuk",
            "Africa/Casablanca",
            "Africa/Cairo",
            "Asia/Beirut",
            "Antarctica/Casey",
            "Antarctica/Troll",
        ]
    ),
)
years = st.integers(1995, 2037)


@st.composite
def switch_places(draw: st.DrawFn) -> tuple[ZoneInfo, date]:
    """Return a zone, and a date on which or next to which it changes its clock."""
    zone, year = draw(zones), draw(years)
    dates = switches(zone, year)
    assume(dates)
    near = timedelta(days=draw(st.integers(-2, 1)))
    return ZoneInfo(zone), draw(st.sampled_from(dates)) + near


skipped_dates = st.sampled_from(
    [("Pacific/Apia", date(2011, 12, 30)), ("Pacific/Fakaofo", date(2011, 12, 30))]
).flatmap(
    lambda one: st.integers(-2, 1).map(lambda near: (ZoneInfo(one[0]), one[1] + near * ONE_DAY))
)
any_places = st.tuples(zones.map(ZoneInfo), st.dates(date(1995, 1, 2), date(2037, 12, 1)))
places = st.one_of(switch_places(), any_places, skipped_dates)


# Hours


def clock(minute: int) -> time:
    """Return a minute of the day as a clock time."""
    return time(*divmod(minute % A_DAY, 60))


@st.composite
def sleeps(draw: st.DrawFn) -> Sleep:
    """Return a week of hours that the config allows: no bedtime is after the next wake-up."""
    usual = draw(st.one_of(st.integers(5 * 60, 9 * 60), st.integers(0, A_DAY - 1)))
    near = st.integers(max(0, usual - 600), min(A_DAY - 1, usual + 600))
    wakes = [draw(st.one_of(st.just(usual), near)) for _ in range(7)]
    week = []
    for number, wake in enumerate(wakes):
        latest = A_DAY + min(wake, wakes[(number + 1) % 7])
        week.append(Hours(clock(wake), clock(draw(st.integers(wake + 1, latest)))))
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = week
    return Sleep((monday, tuesday, wednesday, thursday, friday, saturday, sunday))


clocks = st.integers(0, A_DAY - 1).map(clock)


@st.composite
def settled_places(draw: st.DrawFn) -> tuple[Calendar, date]:
    """Somebody's care days, and a date around which something may happen."""
    zone, around = draw(places)
    tonight = draw(
        st.one_of(st.just({}), st.builds(lambda bedtime: {around: bedtime}, bedtime=clocks))
    )
    return Calendar(draw(sleeps()), zone, tonight), around


# Reminders


def lengths(least: int, most: int) -> st.SearchStrategy[timedelta]:
    """Return a strategy for so many minutes."""
    return st.integers(least, most).map(lambda minutes: timedelta(minutes=minutes))


relatives = st.one_of(
    st.builds(Relative, st.just(Anchor.WAKE), lengths(-60, 1300)),
    st.builds(Relative, st.just(Anchor.BEDTIME), lengths(-1300, 60)),
)
moments: st.SearchStrategy[Moment] = st.one_of(clocks.map(ClockTime), relatives)
ats = st.lists(moments, min_size=1, max_size=4, unique=True).map(lambda some: At(tuple(some)))
everys = st.builds(Every, lengths(7, 400), moments, moments)


def field(
    least: int, most: int, steps: tuple[int, ...]
) -> st.SearchStrategy[tuple[str, frozenset[int]]]:
    """Return a strategy for a cron field: all, all of a step, or a few; with its numbers."""
    everything = range(least, most + 1)
    return st.one_of(
        st.sampled_from([1, *steps]).map(
            lambda step: ("*" if step == 1 else f"*/{step}", frozenset(everything[::step]))
        ),
        st.sets(st.sampled_from(everything), min_size=1, max_size=3).map(
            lambda some: (",".join(map(str, sorted(some))), frozenset(some))
        ),
    )


def cron_table(*fields: tuple[str, frozenset[int]]) -> CronTable:
    """Return a cron table from its fields."""
    minutes, hours, dates, months, weekdays = (numbers for _, numbers in fields)
    text = " ".join(text for text, _ in fields)
    return CronTable(text, minutes, hours, dates, months, weekdays)


few_minutes = field(0, 59, (20, 30)).filter(lambda one: len(one[1]) < 60)
every_month = st.just(("*", frozenset(range(1, 13))))
crons = st.builds(
    cron_table,
    few_minutes,
    field(0, 23, (5, 6)),
    field(1, 28, ()).map(lambda one: ("*", frozenset(range(1, 32))) if one[0] == "*" else one),
    st.one_of(every_month, field(1, 12, ())),
    field(0, 6, ()),
)
day_sets = st.one_of(
    st.just(frozenset(range(7))), st.frozensets(st.integers(0, 6), min_size=1, max_size=6)
)


def from_table(table: CronTable) -> Cron:
    """Return the timing that a cron table describes."""
    return Cron(table.text)


timings: st.SearchStrategy[At | Every | Cron] = st.one_of(ats, everys, crons.map(from_table))


def reminders(timing: st.SearchStrategy[At | Every | Cron]) -> st.SearchStrategy[Reminder]:
    """Return a strategy for reminders of that timing on some days of the week."""
    return st.builds(lambda timing, days: reminder(timing, days=days), timing, day_sets)


@st.composite
def some_reminders(draw: st.DrawFn) -> list[Reminder]:
    """Up to three reminders, each with a name of its own."""
    made = draw(st.lists(reminders(timings), min_size=1, max_size=3))
    return [replace(one, name=f"reminder-{number}") for number, one in enumerate(made)]


# Nothing is lost, and nothing invented


def agrees_with_the_rules(
    own: Calendar, first: date, timing: At | Every | CronTable, days: frozenset[int]
) -> None:
    """Hold a plan of two days against the one that is read from a clock face."""
    configured = from_table(timing) if isinstance(timing, CronTable) else timing
    made = plan([reminder(configured, days=days)], own, first, 2)
    rules = naive(own.zone, own.sleep, own.tonight, first, 2)
    one = own.day(first)
    assert (one.wake, one.bedtime) == (rules.wake(first), rules.bedtime(first))
    assert {one.due: one.key.care_day for one in made} == rules.plan(timing, days, first, 2)
    assert len(made) == len({one.due for one in made})


@relaxed
@given(settled_places(), st.one_of(ats, everys, crons), day_sets)
def test_a_plan_agrees_with_the_rules(
    place: tuple[Calendar, date], timing: At | Every | CronTable, days: frozenset[int]
) -> None:
    """Every moment that they give is there, at its instant, on its care day, and no other."""
    agrees_with_the_rules(*place, timing, days)


@relaxed
@given(switch_places(), sleeps(), st.one_of(ats, everys, crons))
def test_a_plan_over_a_clock_change_agrees_with_the_rules(
    place: tuple[ZoneInfo, date], sleep: Sleep, timing: At | Every | CronTable
) -> None:
    """Both ways, in zones that change by half an hour, three hours, and at midnight."""
    zone, around = place
    agrees_with_the_rules(Calendar(sleep, zone), around - ONE_DAY, timing, frozenset(range(7)))


# Care days


@relaxed
@given(settled_places())
def test_care_days_tile_the_time_line(place: tuple[Calendar, date]) -> None:
    """Each ends as the next begins, and its bedtime lies within it."""
    own, around = place
    days = [own.day(around + number * ONE_DAY) for number in range(-3, 4)]
    assert all(before.ends == later.wake for before, later in pairwise(days))
    assert all(one.wake <= one.bedtime <= one.ends for one in days)


@relaxed
@given(settled_places(), st.integers(-3 * A_DAY * 60, 3 * A_DAY * 60))
def test_every_instant_lies_in_the_care_day_it_is_given(
    place: tuple[Calendar, date], seconds: int
) -> None:
    """From the wake-up on, and before the next."""
    own, around = place
    now = datetime.combine(around, time(12), UTC) + timedelta(seconds=seconds)
    one = own.at(now)
    assert one.wake <= now < one.ends
    assert own.day(one.date) == one
    assert own.at(one.wake) == one
    assert own.at(one.ends - timedelta.resolution) == one


# Occurrences


@relaxed
@given(settled_places(), some_reminders())
def test_nothing_comes_twice(place: tuple[Calendar, date], some: list[Reminder]) -> None:
    """No moment of a reminder, and nothing that an occurrence is known by."""
    own, around = place
    made = plan(some, own, around - ONE_DAY, 4)
    assert len({(one.key.reminder, one.due) for one in made}) == len(made)
    assert len({one.key for one in made}) == len(made)


@relaxed
@given(settled_places(), some_reminders())
def test_a_plan_is_in_order_of_time(place: tuple[Calendar, date], some: list[Reminder]) -> None:
    """Occurrences of the same time are in the order of the config."""
    own, around = place
    made = plan(some, own, around - ONE_DAY, 4)
    order = [(one.due, [what.name for what in some].index(one.key.reminder)) for one in made]
    assert order == sorted(order)


@relaxed
@given(
    settled_places(),
    st.one_of(
        st.lists(relatives, min_size=1, max_size=4, unique=True).map(lambda some: At(tuple(some))),
        st.builds(Every, lengths(7, 400), relatives, relatives),
    ),
)
def test_what_is_relative_never_comes_in_the_night(
    place: tuple[Calendar, date], timing: At | Every
) -> None:
    """It lies in the waking hours of the care day it belongs to, also tonight."""
    own, around = place
    for one in plan([reminder(timing)], own, around - ONE_DAY, 4):
        assert own.day(one.key.care_day).awake(one.due)


@relaxed
@given(settled_places(), everys)
def test_an_every_keeps_its_interval(place: tuple[Calendar, date], timing: Every) -> None:
    """In elapsed time within a care day, and its keys tell how much has elapsed."""
    own, around = place
    what = reminder(timing)
    for number in range(-1, 3):
        day = around + number * ONE_DAY
        made = [one for one in plan([what], own, day - ONE_DAY, 3) if one.key.care_day == day]
        for before, later in pairwise(made):
            assert later.due - before.due == timing.interval
            elapsed = int(later.key.slot) - int(before.key.slot)
            assert elapsed == timing.interval.total_seconds()


@relaxed
@given(settled_places(), some_reminders())
def test_the_plan_of_days_is_the_plans_of_each_day(
    place: tuple[Calendar, date], some: list[Reminder]
) -> None:
    """A care day has the same occurrences wherever the plan begins or ends."""
    own, around = place
    days = [around + number * ONE_DAY for number in range(-2, 3)]
    one_by_one = [one for day in days for one in plan(some, own, day, 1)]
    assert {one.key.care_day for one in one_by_one} <= set(days)
    one_by_one.sort(key=lambda one: (one.due, one.key.reminder))
    assert one_by_one == plan(some, own, days[0], len(days))


@relaxed
@given(settled_places(), crons, day_sets)
def test_cron_belongs_to_the_care_day_in_which_it_falls(
    place: tuple[Calendar, date], table: CronTable, days: frozenset[int]
) -> None:
    """The date on the clock makes no difference."""
    own, around = place
    made = plan([reminder(from_table(table), days=days)], own, around - ONE_DAY, 4)
    assert all(own.at(one.due).date == one.key.care_day for one in made)
    assert {one.key.care_day.weekday() for one in made} <= days


# Spans


def instants(around: date) -> st.SearchStrategy[datetime]:
    """Instants around a date, on the whole minute and off it."""
    noon = datetime.combine(around, time(12), UTC)
    return st.one_of(
        st.integers(-3 * A_DAY, 3 * A_DAY).map(lambda minutes: noon + minutes * MINUTE),
        st.timedeltas(-3 * ONE_DAY, 3 * ONE_DAY).map(lambda offset: noon + offset),
    )


@relaxed
@given(settled_places(), some_reminders(), st.data())
def test_a_span_holds_what_the_plan_holds(
    place: tuple[Calendar, date], some: list[Reminder], data: st.DataObject
) -> None:
    """Later than its beginning and not later than its end, with the same labels."""
    own, around = place
    after, until = sorted([data.draw(instants(around)), data.draw(instants(around))])
    planned = plan(some, own, around - 8 * ONE_DAY, 17)
    expected = [one for one in planned if after < one.due <= until]
    assert between(some, own, after, until) == expected


@relaxed
@given(settled_places(), some_reminders(), st.data())
def test_a_span_in_two_parts_is_the_whole(
    place: tuple[Calendar, date], some: list[Reminder], data: st.DataObject
) -> None:
    """However often one reckons, each moment is found in one of the spans."""
    own, around = place
    after, middle, until = sorted(data.draw(instants(around)) for _ in range(3))
    parts = between(some, own, after, middle) + between(some, own, middle, until)
    assert parts == between(some, own, after, until)


@relaxed
@given(settled_places(), reminders(timings), st.data())
def test_what_is_next_is_the_first_of_what_comes(
    place: tuple[Calendar, date], what: Reminder, data: st.DataObject
) -> None:
    """The alarm is set for what the next reckoning will find."""
    own, around = place
    after = data.draw(instants(around))
    coming = between([what], own, after, after + 22 * ONE_DAY)
    found = upcoming(what, own, after)
    if coming:
        assert found == coming[0]
    elif isinstance(what.timing, Cron):
        assert found is None or found.due > after + 22 * ONE_DAY
    else:
        assert found is None


@relaxed
@given(settled_places(), reminders(timings), st.data())
def test_asking_for_what_is_next_again_and_again_passes_over_nothing(
    place: tuple[Calendar, date], what: Reminder, data: st.DataObject
) -> None:
    """From alarm to alarm one meets all that a span holds, in its order."""
    own, around = place
    after = data.draw(instants(around))
    expected = between([what], own, after, after + 2 * ONE_DAY)
    met = []
    for _ in expected:
        one = upcoming(what, own, after)
        assert one is not None
        met.append(one)
        after = one.due
    assert met == expected


# What occurrences are known by


@relaxed
@given(sleeps(), zones, zones, st.dates(date(1996, 1, 1), date(2037, 1, 1)), reminders(timings))
def test_travel_leaves_the_keys_what_they_are(
    sleep: Sleep, home: str, abroad: str, around: date, what: Reminder
) -> None:
    """On a day without a clock change each zone has the same occurrences."""
    noons = [datetime.combine(around, time(12), UTC) + number * ONE_DAY for number in range(-4, 6)]
    keys = []
    for name in (home, abroad):
        zone = ZoneInfo(name)
        assume(len({noon.astimezone(zone).utcoffset() for noon in noons}) == 1)
        keys.append([one.key for one in plan([what], Calendar(sleep, zone), around, 2)])
    assert keys[0] == keys[1]


@relaxed
@given(settled_places(), reminders(timings), st.sampled_from(Topic), st.sampled_from(Urgency))
def test_an_edit_of_how_it_is_shown_leaves_when_it_is_due(
    place: tuple[Calendar, date], what: Reminder, topic: Topic, urgency: Urgency
) -> None:
    """Nothing but its name, its timing and its days tells one occurrence from another."""
    own, around = place
    edited = replace(
        what,
        topic=topic,
        urgency=urgency,
        text="Calf stretch at the desk",
        snooze=(),
        fresh=timedelta(hours=3),
        stays=timedelta(minutes=1),
        repeat=Repeat(timedelta(minutes=5), 3),
        sound="bell",
        quiet=dict.fromkeys(Condition, WhenBusy.SHOW) | {Condition.PRESENTING: WhenBusy.HOLD},
    )
    assert plan([edited], own, around, 3) == plan([what], own, around, 3)
