"""The report: what the diary comes to, in the terminal, for a program, or as a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from nightcare.cli.command_context import CommandContext
from nightcare.cli.cramps import dated
from nightcare.cli.declaring import a_path, as_json, command, number, option
from nightcare.cli.output import echo, say_json
from nightcare.cli.tips import wrapped
from nightcare.domain.day_parser import checked_days
from nightcare.domain.diary import last_night
from nightcare.domain.referral import ReferralReason, concern, first_of_window
from nightcare.domain.report import (
    FEWEST_NIGHTS,
    SPAN_HOURS,
    Nights,
    Report,
    days_until,
    report,
)
from nightcare.errors import ValueRefused
from nightcare.i18n.report_text import (
    counsel,
    counted_nights,
    hours_text,
    how_bad,
    share,
    span_names,
)

_A_MONTH = 30
_EARLIER = timedelta(days=3)
"""What belongs to a care day is due less than that from its date, in every zone."""


@command("report", help="Say what your diary comes to, week by week.")
@option(
    "--days",
    type=number(),
    default=_A_MONTH,
    help="Over so many nights: 30 unless said.",
)
@option(
    "--html",
    "file",
    metavar="FILE",
    type=a_path,
    help="Write it as a page, to read in a browser or to print.",
)
@option("--open", "shown", is_flag=True, help="Show that page in your browser.")
@as_json
def report_command(
    person: CommandContext, *, days: int, file: Path | None, shown: bool, for_program: bool
) -> None:
    """What the diary comes to."""
    checked_days(days)
    as_page = shown or file is not None
    if as_page and for_program:
        raise ValueRefused("report_page_or_json")
    made, why = _made(person, days)
    if as_page:
        from nightcare.cli.report_page import hand_over_page  # noqa: PLC0415 - only for a page

        hand_over_page(made, why, person, file, shown=shown)
        return
    if for_program:
        say_json(_for_a_program(made, why, person))
        return
    for line in _lines(made, person):
        echo(line)
    if why is not None:
        echo()
        for line in _advice(why, person):
            echo(wrapped(line))


def _made(person: CommandContext, days: int) -> tuple[Report, ReferralReason | None]:
    """The report over so many nights, and whether the diary says to see a professional."""
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
    return report(over, cramps, mornings, courses), why


def _lines(made: Report, person: CommandContext) -> Iterator[str]:
    words = person.words
    first, last = dated(made.days[0], person), dated(made.days[-1], person)
    yield words.say("report_span", first=first, last=last)
    yield ""
    yield from _columns(
        [
            *((label, str(count)) for label, count in counted_nights(made.counted, words)),
            *([(words.say("report_by_day"), str(made.by_day))] if made.by_day else []),
        ]
    )
    if not made.enough:
        yield ""
        too_few = words.say("report_too_few", fewest=FEWEST_NIGHTS)
        yield wrapped(f"{too_few} {words.say('report_to_note')}")
    if made.worst:
        yield ""
        yield words.say("report_worst")
        yield from _columns(
            [(how_bad(kind, words), str(count)) for kind, count in made.worst.items()],
            "  ",
        )
    if made.hours:
        yield ""
        yield words.say("report_hours")
        yield from _columns(
            [(hours_text(hour), str(count)) for hour, count in made.hours.items()], "  "
        )
    if made.topics:
        yield ""
        yield words.say("report_reminders")
        yield from _columns(
            [
                (words.say(f"topic_{topic}"), share(reminded, words))
                for topic, reminded in made.topics.items()
            ],
            "  ",
        )
    if len(made.spans) > 1 and made.enough:
        yield ""
        yield from _span_lines(made, person)
    yield ""
    yield wrapped(words.say("report_no_cause"))


def _span_lines(made: Report, person: CommandContext) -> Iterator[str]:
    words = person.words
    keys = ("week_cramps", "week_severe", "week_free", "week_unknown", "week_done")
    head, names = span_names(made, words)
    rows = [(head, *(words.say(f"report_{key}") for key in keys))]
    for name, span in zip(names, made.spans, strict=True):
        told = span.nights
        figures = (told.cramps, told.severe, told.free, told.unknown)
        rows.append((name, *map(str, figures), share(span.reminded, words)))
    yield from _columns(rows)


def _columns(rows: Sequence[tuple[str, ...]], indent: str = "") -> Iterator[str]:
    """Rows as columns: words to the left, figures to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *rest in rows:
        figures = [cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)]
        yield indent + "  ".join([first.ljust(widths[0]), *figures])


def _advice(why: ReferralReason, person: CommandContext) -> Iterator[str]:
    """When the guidance says to see a professional, and whose the numbers are."""
    words = person.words
    told = counsel(why, person.schedule.professional, words)
    yield from told.reasons
    yield from told.statements
    for section in told.sections:
        yield words.say("source", source=f"{words.guidance.source}: {section}")
    yield f"{words.say('professional_ours')} {words.say('professional_change')}"
    yield next(one.text for one in words.guidance.professional if one.id == "not-medical-advice")


def _for_a_program(
    made: Report, why: ReferralReason | None, person: CommandContext
) -> dict[str, object]:
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
