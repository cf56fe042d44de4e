"""The report: what the diary comes to, in the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

import click

from nightcare.catalogue.reading import Words
from nightcare.cli.cramps import dated
from nightcare.cli.guidance import wrapped
from nightcare.cli.output import say_json
from nightcare.cli.person import Person, as_json, command
from nightcare.domain.care_day import ONE_DAY
from nightcare.domain.diary import Concern, Severity, concern, first_of_window, last_night
from nightcare.domain.report import (
    FEWEST_NIGHTS,
    SPAN_HOURS,
    Nights,
    Reminded,
    Report,
    days_until,
    report,
)

_A_MONTH = 30
_MOST_DAYS = 3660
_EARLIER = timedelta(days=3)
"""What belongs to a care day is due less than that from its date, in every zone."""


@command("report", help="Say what your diary comes to, week by week.")
@click.option(
    "--days",
    type=click.IntRange(min=1, max=_MOST_DAYS),
    default=_A_MONTH,
    help="Over so many nights: 30 unless said.",
)
@as_json
def report_command(person: Person, *, days: int, for_program: bool) -> None:
    """What the diary comes to."""
    with person.journal() as journal:
        calendar, pages = person.calendar, journal.diary
        rule = person.schedule.professional
        window = first_of_window(person.now, calendar, rule)
        last = last_night(person.now, calendar).date
        recent = pages.cramps(min(window, last))
        # A night that is not over yet counts as soon as it has a cramp.
        last = max([last, *(one.place.care_day for one in recent if one.place.by_night)])
        over = days_until(last, days)
        cramps, mornings = pages.cramps(over[0]), pages.mornings(over[0])
        why = concern(window, rule, recent, pages.mornings(window))
        midnight = datetime.combine(over[0], time(), UTC)
        courses = journal.since(
            max(midnight, datetime.min.replace(tzinfo=UTC) + _EARLIER) - _EARLIER
        )
    made = report(over, cramps, mornings, courses)
    if for_program:
        say_json(_for_a_program(made, why, person))
        return
    for line in _lines(made, person):
        click.echo(line)
    if why is not None:
        click.echo()
        for line in _advice(why, person):
            click.echo(wrapped(line))


def _lines(made: Report, person: Person) -> Iterator[str]:
    words, counted = person.words, made.counted
    first, last = dated(made.days[0], person), dated(made.days[-1], person)
    yield words.say("report_span", first=first, last=last)
    yield ""
    yield from _columns(
        [
            (words.say("report_cramps"), str(counted.cramps)),
            (words.say("report_free"), str(counted.free)),
            (words.say("report_unknown"), str(counted.unknown)),
            *([(words.say("report_by_day"), str(made.by_day))] if made.by_day else []),
        ]
    )
    if not made.enough:
        yield ""
        yield wrapped(words.say("report_too_few", fewest=FEWEST_NIGHTS))
    if made.worst:
        yield ""
        yield words.say("report_worst")
        yield from _columns(
            [(_how_bad(kind, words), str(count)) for kind, count in made.worst.items()],
            "  ",
        )
    if made.hours:
        yield ""
        yield words.say("report_hours")
        yield from _columns(
            [(_hours(hour), str(count)) for hour, count in made.hours.items()], "  "
        )
    if made.topics:
        yield ""
        yield words.say("report_reminders")
        yield from _columns(
            [
                (words.say(f"topic_{topic}"), _share(reminded, person))
                for topic, reminded in made.topics.items()
            ],
            "  ",
        )
    if len(made.weeks) > 1 and made.enough:
        yield ""
        yield from _week_lines(made, person)
    yield ""
    yield wrapped(words.say("report_no_cause"))


def _week_lines(made: Report, person: Person) -> Iterator[str]:
    words = person.words
    keys = ("week", "week_cramps", "week_severe", "week_free", "week_unknown", "week_done")
    rows = [tuple(words.say(f"report_{key}") for key in keys)]
    for week in made.weeks:
        told = week.nights
        figures = (told.cramps, told.severe, told.free, told.unknown)
        first = words.say("report_short_date", day=week.first.day, month=_month(week.first, person))
        rows.append((first, *map(str, figures), _share(week.reminded, person)))
    yield from _columns(rows)


def _columns(rows: Sequence[tuple[str, ...]], indent: str = "") -> Iterator[str]:
    """Rows as columns: words to the left, figures to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *rest in rows:
        figures = [cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)]
        yield indent + "  ".join([first.ljust(widths[0]), *figures])


def _how_bad(worst: Severity | None, words: Words) -> str:
    return words.say("report_unsaid") if worst is None else words.say(f"severity_{worst}")


def _month(day: date, person: Person) -> str:
    return person.words.months[day.month - 1][:3]


def _hours(hour: int) -> str:
    return f"{hour:02}:00\N{EN DASH}{(hour + SPAN_HOURS) % 24:02}:00"


def _share(reminded: Reminded, person: Person) -> str:
    if not reminded.shown:
        return "-"
    return person.words.say("report_share", done=reminded.done, shown=reminded.shown)


def _advice(why: Concern, person: Person) -> Iterator[str]:
    """When the guidance says to see a professional, and whose the numbers are."""
    words, rule = person.words, person.schedule.professional
    within = words.length(rule.days * ONE_DAY)
    if why is not Concern.SEVERE:
        yield words.say("professional_many", nights=rule.nights, within=within)
    if why is not Concern.MANY:
        yield words.say("professional_severe", within=within)
    guidance = words.guidance
    said = {one.id: one for one in guidance.professional}
    for name in (*why.advice, "other-symptoms"):
        yield said[name].text
    sections = dict.fromkeys(said[name].section for name in why.advice)
    for section in sections:
        yield words.say("source", source=f"{guidance.source}: {section}")
    yield words.say("professional_ours")
    yield said["not-medical-advice"].text


def _for_a_program(made: Report, why: Concern | None, person: Person) -> dict[str, object]:
    rule = person.schedule.professional
    said = {one.id: one for one in person.words.guidance.professional}
    return {
        "from": made.days[0].isoformat(),
        "to": made.days[-1].isoformat(),
        "enough": made.enough,
        **_figures(made.counted),
        "cramps_by_day": made.by_day,
        "worst": {kind or "unsaid": count for kind, count in made.worst.items()},
        "hours": [
            {"from": f"{hour:02}:00", "to": f"{(hour + SPAN_HOURS) % 24:02}:00", "cramps": count}
            for hour, count in made.hours.items()
        ],
        "topics": {
            topic: {"shown": one.shown, "done": one.done} for topic, one in made.topics.items()
        },
        "weeks": [
            {
                "from": week.first.isoformat(),
                **_figures(week.nights),
                "reminders": {"shown": week.reminded.shown, "done": week.reminded.done},
            }
            for week in made.weeks
        ],
        "nights": [
            {
                "night": one.night.isoformat(),
                "recorded": one.recorded,
                "cramps": one.had_cramps if one.recorded else None,
                "worst": one.worst,
            }
            for one in made.nights
        ],
        "professional": None
        if why is None
        else {
            "why": why,
            "nights": rule.nights,
            "days": rule.days,
            "advice": [
                {"text": said[name].text, "section": said[name].section} for name in why.advice
            ],
        },
    }


def _figures(counted: Nights) -> dict[str, object]:
    return {
        "nights_with_cramps": counted.cramps,
        "nights_without": counted.free,
        "nights_not_recorded": counted.unknown,
        "nights_severe": counted.severe,
    }
