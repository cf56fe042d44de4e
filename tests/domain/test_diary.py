"""The diary: which night a moment belongs to, what cannot be, and when it has something to say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain_builders import ZONES, calendar, cramp, day, utc, wall
from nightcare.domain.care_day import ONE_DAY
from nightcare.domain.diary import (
    Answer,
    DiaryMoment,
    Leg,
    Morning,
    Night,
    Severity,
    checked_minutes,
    last_night,
    nights,
    place_of,
)
from nightcare.domain.referral import Referral, ReferralReason, concern, first_of_window
from nightcare.domain.schedule import ReferralRule
from nightcare.errors import ValueRefused

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


# Which night


@pytest.mark.parametrize(
    ("moment", "care_day", "night"),
    [
        ("2026-11-06 22:29", "2026-11-06", None),
        ("2026-11-06 22:30", "2026-11-06", "2026-11-06"),
        ("2026-11-07 03:10", "2026-11-06", "2026-11-06"),
        ("2026-11-07 08:29", "2026-11-06", "2026-11-06"),
        ("2026-11-07 08:30", "2026-11-07", None),
        ("2026-11-07 13:00", "2026-11-07", None),
        ("2026-11-08 00:14", "2026-11-07", None),
        ("2026-11-08 00:15", "2026-11-07", "2026-11-07"),
        ("2026-11-08 06:59", "2026-11-07", "2026-11-07"),
        ("2026-11-08 07:00", "2026-11-08", None),
    ],
)
def test_a_moment_belongs_to_the_night_of_its_care_day_or_to_its_day(
    moment: str, care_day: str, night: str | None
) -> None:
    """From bedtime, also past midnight, to the next wake-up; else it is by day."""
    own = calendar(sat="08:30-00:15")
    place = place_of(own.instant(wall(moment)), own)
    assert place.care_day == day(care_day)
    assert place.night == (None if night is None else day(night))


def test_another_bedtime_tonight_moves_the_night() -> None:
    """A person who stays up has no night yet."""
    own = calendar(tonight={day("2026-11-06"): time(0, 30)})
    assert not place_of(own.instant(wall("2026-11-06 23:30")), own).by_night
    assert place_of(own.instant(wall("2026-11-07 00:30")), own).by_night


@pytest.mark.parametrize(
    ("instant", "care_day"),
    [
        ("2026-10-25 00:30", "2026-10-24"),  # 02:30 the first time
        ("2026-10-25 01:30", "2026-10-24"),  # 02:30 the second time
        ("2026-03-29 01:30", "2026-03-28"),  # 03:30, after an hour that did not come
    ],
)
def test_a_night_over_a_clock_change_is_one_night(instant: str, care_day: str) -> None:
    """Both of an hour that comes twice are of the same night."""
    assert place_of(utc(instant), calendar()) == DiaryMoment(day(care_day), by_night=True)


@given(
    st.datetimes(datetime(2007, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - Hypothesis takes them so
    st.sampled_from(ZONES),
    st.sampled_from(["07:00-22:30", "08:30-00:15", "02:30-23:00", "22:00-14:00", "06:00-02:30"]),
)
def test_every_moment_has_one_place_and_nights_follow_days(
    moment: datetime, zone: str, hours: str
) -> None:
    """In every zone and over every clock change: in that care day, at night from bedtime on."""
    own = calendar(zone, hours)
    place = place_of(moment, own)
    named = own.day(place.care_day)
    assert named.wake <= moment < named.ends
    assert place.by_night == (moment >= named.bedtime)
    if place.by_night:
        assert place_of(named.ends - timedelta(microseconds=1), own) == place
        assert not place_of(named.ends, own).by_night or named.ends == own.at(named.ends).bedtime


def test_a_record_keeps_its_place_and_its_clock_after_travel() -> None:
    """A cramp at 03:10 at home is still at 03:10 of that night in New York."""
    home = cramp("2026-11-22 03:10")
    assert home.local.isoformat() == "2026-11-22T03:10:00+01:00"
    (night,) = nights([day("2026-11-21")], [home], [])
    assert night.cramps == (home,)
    away = calendar("America/New_York")
    assert place_of(home.at, away) == DiaryMoment(day("2026-11-21"), by_night=False)
    assert home.place == DiaryMoment(day("2026-11-21"), by_night=True)


# The last night


@pytest.mark.parametrize(
    ("now", "night"),
    [
        ("2026-11-22 14:10", "2026-11-21"),
        ("2026-11-22 07:00", "2026-11-21"),
        ("2026-11-22 05:00", "2026-11-21"),
        ("2026-11-22 04:59", "2026-11-20"),
        ("2026-11-21 23:30", "2026-11-20"),
    ],
)
def test_the_last_night_is_the_one_that_ended_or_is_about_to(now: str, night: str) -> None:
    """A person who is up two hours before the wake-up means the night behind them."""
    own = calendar()
    assert last_night(own.instant(wall(now)), own).date == day(night)


def test_the_last_night_over_a_date_that_the_zone_skips() -> None:
    """On the 31st in Apia it is that of the 29th: there was no 30th."""
    own = calendar("Pacific/Apia")
    assert last_night(own.instant(wall("2011-12-31 09:00")), own).date == day("2011-12-29")


@pytest.mark.parametrize("minutes", [0, -1, 1441])
def test_a_length_that_no_cramp_has_is_refused(minutes: int) -> None:
    """Nothing at all, or more than a day."""
    assert checked_minutes(1) == 1
    assert checked_minutes(1440) == 1440
    with pytest.raises(ValueRefused) as caught:
        checked_minutes(minutes)
    assert caught.value.key == "cramp_minutes"
    assert caught.value.values == {"found": minutes, "most": 1440}


# A night as a whole


def test_a_night_is_as_bad_as_its_worst() -> None:
    """By its cramps and by what was said in the morning."""
    night = day("2026-11-21")
    mild = cramp("2026-11-22 03:10", severity=Severity.MILD)
    moderate = cramp("2026-11-22 04:10", severity=Severity.MODERATE)
    unsaid = cramp("2026-11-22 05:10")
    assert Night(night, (mild, moderate), None).worst is Severity.MODERATE
    assert Night(night, (mild,), Answer.SEVERE).severe
    assert Night(night, (unsaid,), None).worst is None
    assert Night(night, (unsaid,), None).had_cramps
    assert not Night(night, (), Answer.NONE).had_cramps
    assert Night(night, (), Answer.NONE).recorded
    assert not Night(night, (), None).recorded


def test_a_cramp_by_day_is_of_no_night() -> None:
    """It is in the diary all the same."""
    by_day = cramp("2026-11-21 13:00")
    (night,) = nights([day("2026-11-21")], [by_day], [])
    assert not night.recorded


# When to see a professional

RULE = ReferralRule()
NOON = calendar().instant(wall("2026-11-22 12:00"))
FIRST = first_of_window(NOON, calendar(), RULE)


def mornings(*answers: str) -> list[Morning]:
    """Return the answers about the last nights, the newest first; "-" for none."""
    return [
        Morning(day("2026-11-21") - number * ONE_DAY, Answer(answer), NOON)
        for number, answer in enumerate(answers)
        if answer != "-"
    ]


def test_the_rule_looks_at_as_many_nights_as_it_says() -> None:
    """By day the last night is the newest, by night the one that it is."""
    assert first_of_window(NOON, calendar(), RULE) == day("2026-11-15")
    bedtime = calendar().instant(wall("2026-11-22 22:30"))
    assert first_of_window(bedtime, calendar(), RULE) == day("2026-11-16")
    assert first_of_window(bedtime - MINUTE, calendar(), RULE) == day("2026-11-15")


def test_the_first_night_that_the_rule_looks_at_counts() -> None:
    """The one before it does not, however bad it was."""
    severe = cramp("2026-11-16 03:10", severity=Severity.SEVERE)
    first = severe.place.care_day
    assert concern(first, RULE, [severe], []) == Referral(ReferralReason.SEVERE, 1)
    assert concern(first + ONE_DAY, RULE, [severe], []) is None


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ((), None),
        (("none",) * 7, None),
        (("mild", "mild"), None),
        (("mild", "none", "mild", "-", "-", "-", "mild"), Referral(ReferralReason.MANY, 3)),
        (("mild",) * 7, Referral(ReferralReason.MANY, 7)),
        (("mild", "mild", "-", "-", "-", "-", "-", "mild"), None),
        (("severe",), Referral(ReferralReason.SEVERE, 1)),
        (("-",) * 6 + ("severe",), Referral(ReferralReason.SEVERE, 1)),
        (("-",) * 7 + ("severe",), None),
        (("mild", "severe", "mild"), Referral(ReferralReason.MANY_AND_SEVERE, 3)),
    ],
)
def test_many_nights_or_severe_ones_are_a_reason(
    answers: tuple[str, ...], why: Referral | None
) -> None:
    """Three of seven, or one that was severe; what is longer ago is not. The nights are counted."""
    assert concern(FIRST, RULE, [], mornings(*answers)) == why


def test_cramps_count_by_nights() -> None:
    """Three in one night are one night; one by day is none, but may be severe."""
    same = [cramp(f"2026-11-22 0{hour}:10") for hour in (2, 3, 4)]
    assert concern(FIRST, RULE, same, []) is None
    others = [cramp(f"2026-11-{date} 03:10") for date in (20, 18)]
    assert concern(FIRST, RULE, [*same, *others], []) == Referral(ReferralReason.MANY, 3)
    by_day = cramp("2026-11-22 11:00")
    assert concern(FIRST, RULE, [same[0], others[0], by_day], []) is None
    severe = replace(by_day, severity=Severity.SEVERE)
    assert concern(FIRST, RULE, [severe], []) == Referral(ReferralReason.SEVERE, 0)


def test_a_cramp_and_an_answer_of_the_same_night_are_one_night() -> None:
    """It is not counted twice."""
    one = [cramp("2026-11-22 03:10")]
    assert concern(FIRST, RULE, one, mornings("mild", "mild")) is None


def test_the_numbers_are_the_persons() -> None:
    """Another rule counts otherwise."""
    one = mornings("mild")
    assert concern(FIRST, ReferralRule(1, 7), [], one) == Referral(ReferralReason.MANY, 1)


def test_every_concern_rests_on_the_guidance() -> None:
    """Each names statements."""
    assert all(one.advice for one in ReferralReason)


def test_words_that_are_written_down_stay() -> None:
    """They are in people's journals and exports."""
    assert [str(one) for one in (*Leg, *Severity, *Answer)] == [
        "left", "right", "both", "mild", "moderate", "severe",
        "none", "mild", "moderate", "severe",
    ]  # fmt: skip
