"""The page of a report: it says what the report says, and nothing that a person wrote acts."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser

import pytest

from domain_builders import day
from nightcare.domain.delivery import Delivery, Outcome, begin
from nightcare.domain.diary import Answer, Cramp, DiaryMoment, Leg, Morning, Severity
from nightcare.domain.referral import Referral, ReferralReason
from nightcare.domain.reminders import Key, Occurrence, Topic
from nightcare.domain.report import LONGEST_BY_WEEK, ReminderCounts, Report, days_until, report
from nightcare.domain.schedule import ReferralRule
from nightcare.i18n.translator import read_words
from nightcare.languages import languages
from nightcare.report_html.charts import LENGTH, Bar, BarMark, build_bar, build_calendar
from nightcare.report_html.render import render_page
from nightcare.report_html.view_model import LONGEST_NOTE, MOST_LISTED, Page, build_page

LAST = day("2026-11-21")
TODAY = day("2026-11-22")
MONTH = days_until(LAST, 30)
RULE = ReferralRule()
ENGLISH = read_words("en")

HOSTILE = (
    "<script>alert(1)</script>",
    "</li></ol><h1>Not ours</h1>",
    '"\' onmouseover=alert(1) x="',
    "<img src=https://example.org/x.png onerror=alert(1)>",
    "<style>*{display:none}</style><link rel=stylesheet href=//example.org>",
    "{{ 7 * 7 }} {% raw %} ${7*7} <%= 7 %>",
    "&lt;b&gt; &amp;#x3C; &#60;i&#62;",
    "\u202etxet sdrawkcab\u202c \u2066 left open",
    "\x00\x01\x1b[31m\u2028\u2029",
    "<!-- --> ]]> <![CDATA[",
    "a" * 5000,
    "ÆØÅ 膝 🦵🏽 e\u0301",
)


def cramp(
    local: str,
    severity: Severity | None = None,
    note: str = "",
    *,
    by_night: bool = True,
    night: date | None = None,
) -> Cramp:
    """Return a cramp at a wall time in UTC + 1."""
    ahead = timedelta(hours=1)
    at = datetime.fromisoformat(local).replace(tzinfo=UTC) - ahead
    belongs = night or (at - timedelta(hours=11)).date()
    return Cramp(1, at, ahead, DiaryMoment(belongs, by_night), None, severity, None, note, at)


def free(*days: date) -> list[Morning]:
    """Nights without cramps."""
    return [Morning(one, Answer.NONE, datetime(2026, 11, 22, tzinfo=UTC)) for one in days]


def came(care_day: date, outcome: Outcome, topic: Topic = Topic.HYDRATION) -> Delivery:
    """Return a reminder with this outcome."""
    due = datetime.combine(care_day, datetime.min.time(), UTC)
    slot = f"{topic}-{outcome}"
    return begin(Occurrence(Key("one", care_day, slot), due), topic).settle(outcome, due)


def made_page(made: Report, language: str = "en", why: Referral | None = None) -> Page:
    """Return the page of a report."""
    return build_page(made, why, RULE, read_words(language), TODAY)


def a_full_month() -> Report:
    """Return a report with at least one night of every kind."""
    return report(
        MONTH,
        [
            cramp("2026-11-22 03:10", Severity.SEVERE, "a note"),
            cramp("2026-11-20 23:50", Severity.MODERATE),
            cramp("2026-11-19 02:10", Severity.MILD),
            cramp("2026-11-18 02:10"),
            cramp("2026-11-17 12:00", by_night=False),
        ],
        free(*MONTH[:20]),
        [came(LAST, Outcome.DONE), came(LAST, Outcome.EXPIRED)],
    )


class Seen(HTMLParser):
    """A page as a browser reads it.

    Attributes:
        tags: The elements, with their attributes.
        text: All the text.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep it."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Keep it."""
        self.text += data


# Nights


def test_every_night_stands_in_the_calendar_once_as_it_was() -> None:
    """Severe, moderate, mild, not said, without, unknown."""
    drawn = made_page(a_full_month()).calendar
    days = [one for month in drawn.months for week in month.weeks for one in week if one]
    assert [one.number for one in days] == [one.day for one in MONTH]
    assert [one.mark for one in days[-5:]] == [
        BarMark.UNSAID, BarMark.MILD, BarMark.UNKNOWN, BarMark.MODERATE, BarMark.SEVERE
    ]  # fmt: skip
    assert {one.mark for one in days[:20]} == {BarMark.FREE}
    assert days[-3].label == "nothing recorded"


def test_a_month_begins_on_its_weekday() -> None:
    """Weeks that are not in the report are left out."""
    october, november = made_page(report(MONTH, [], [], [])).calendar.months
    assert (october.name, november.name) == ("October 2026", "November 2026")
    assert [[one and one.number for one in week] for week in october.weeks] == [
        [None, None, None, None, 23, 24, 25],
        [26, 27, 28, 29, 30, 31, None],
    ]
    assert [one and one.number for one in november.weeks[0]] == [*[None] * 6, 1]
    assert [one and one.number for one in november.weeks[-1]] == [16, 17, 18, 19, 20, 21, None]


def test_a_month_of_nights_takes_six_rows_at_most_on_every_day_of_the_year() -> None:
    """Three months take five rows; tests/real/test_report_page.py prints the largest of each."""
    sizes: dict[tuple[int, int], date] = {}
    for ahead in range(365 + 365 + 366):
        nights = days_until(date(2026, 1, 1) + timedelta(days=ahead), 30)
        months = build_calendar(report(nights, [], [], []), ENGLISH).months
        drawn = [day for month in months for week in month.weeks for day in week if day]
        assert [one.number for one in drawn] == [one.day for one in nights]
        size = len(months), max(len(one.weeks) for one in months)
        sizes.setdefault(size, nights[-1] + timedelta(days=1))
    assert sizes.keys() == {(1, 5), (1, 6), (2, 3), (2, 4), (2, 5), (3, 4), (3, 5)}
    assert sizes[3, 5] == date(2026, 3, 2)
    assert sizes[1, 6] == date(2026, 3, 31)


def test_the_first_dates_there_are_have_a_page() -> None:
    """The calendar begins on a Monday."""
    (month,) = made_page(report(days_until(date.min, 3), [], [], [])).calendar.months
    assert [one and one.number for one in month.weeks[0]] == [1, *[None] * 6]


def test_a_night_without_an_answer_is_unknown_never_good() -> None:
    """In the figures, in the calendar and week by week."""
    drawn = made_page(report(MONTH, [], [], []))
    assert [(one.label, one.count) for one in drawn.figures] == [
        ("Nights with cramps", 0),
        ("Nights without cramps", 0),
        ("Nights with nothing recorded", 30),
    ]
    html = render_page(drawn, ENGLISH)
    body = html[html.index('class="months') : html.index('class="legend')]
    assert body.count('href="#unknown"') == 30
    assert 'href="#free"' not in body


def test_few_nights_say_that_nothing_can_be_said() -> None:
    """There is no list by week then."""
    few = made_page(report(MONTH, [], free(*MONTH[:6]), []))
    assert few.too_few.startswith(
        "With fewer than 7 nights recorded it is too early to say anything"
    )
    assert few.periods is None
    enough = made_page(report(MONTH, [], free(*MONTH[:7]), []))
    assert enough.too_few == ""
    assert enough.periods is not None


# Figures


def test_the_page_has_the_figures_of_the_report() -> None:
    """Each table is the report's own counting."""
    made = a_full_month()
    drawn = made_page(made)
    assert [one.count for one in drawn.figures] == [4, 20, 6, 1]
    worst, hours, reminders = drawn.tables
    assert [(row.name, row.figure) for row in worst.rows] == [
        ("severe", "1"), ("moderate", "1"), ("mild", "1"), ("severity not recorded", "1")
    ]  # fmt: skip
    assert [(row.name, row.figure) for row in hours.rows] == [
        ("22:00\N{EN DASH}00:00", "1"),
        ("00:00\N{EN DASH}02:00", "0"),
        ("02:00\N{EN DASH}04:00", "3"),
    ]
    assert [(row.name, row.figure) for row in reminders.rows] == [("water", "1 of 2")]
    (water,) = made.topics
    skipped = replace(made, topics={water: ReminderCounts(skipped=3)})
    assert [row.figure for row in made_page(skipped).tables[-1].rows] == ["3 skipped"]
    assert drawn.periods is not None
    for line, week in zip(drawn.periods.rows, made.weeks, strict=True):
        told = week.nights
        assert line.figure == str(told.all)
        assert line.more[:4] == (
            str(told.cramps), str(told.severe), str(told.free), str(told.unknown)
        )  # fmt: skip
        assert len(line.bar.marks) == told.all
        assert line.bar.marks.count(BarMark.UNKNOWN) == told.unknown
        assert line.bar.marks.count(BarMark.MILD) == week.worst.get(Severity.MILD, 0)
    assert drawn.periods.rows[-1].bar.marks == (
        BarMark.SEVERE, BarMark.MODERATE, BarMark.MILD,
        BarMark.UNSAID, BarMark.UNKNOWN, BarMark.UNKNOWN,
    )  # fmt: skip


def test_a_long_report_is_laid_out_by_months() -> None:
    """The report in the terminal is by month too."""
    by_week = report(days_until(LAST, LONGEST_BY_WEEK), [], free(*MONTH), [])
    by_month = report(days_until(LAST, LONGEST_BY_WEEK + 1), [], free(*MONTH), [])
    weeks, months = made_page(by_week).periods, made_page(by_month).periods
    assert weeks is not None
    assert months is not None
    assert (weeks.title, len(weeks.rows)) == ("Week by week", 54)
    assert (months.title, len(months.rows)) == ("Month by month", 13)
    assert [months.rows[0].name, months.rows[-1].name] == ["Nov 2025", "Nov 2026"]


def test_marks_are_drawn_one_by_one_as_long_as_they_can_be_counted() -> None:
    """More of them are drawn to scale, with what is there side by side."""
    assert build_bar([(BarMark.SEVERE, 2), (BarMark.FREE, 1)], 7) == Bar(
        marks=(BarMark.SEVERE, BarMark.SEVERE, BarMark.FREE)
    )
    segments = build_bar(
        [(BarMark.SEVERE, 10), (BarMark.MILD, 0), (BarMark.UNKNOWN, 10)], 20
    ).segments
    assert [(one.mark, one.start, one.length) for one in segments] == [
        (BarMark.SEVERE, 0, LENGTH / 2 - 1),
        (BarMark.UNKNOWN, LENGTH / 2, LENGTH / 2 - 1),
    ]
    assert build_bar([(BarMark.DONE, 1)], 4000).segments[0].length > 0
    assert build_bar([], 0) == Bar()


# Words


@pytest.mark.parametrize("language", languages())
def test_the_page_speaks_the_persons_language_throughout(language: str) -> None:
    """Every sentence is the catalogue's; the dates have their year."""
    translator = read_words(language)
    html = render_page(made_page(a_full_month(), language), read_words(language))
    seen = Seen(html)
    assert ("html", {"lang": language}) in seen.tags
    text = " ".join(seen.text.split())
    for key in ("page_title", "page_calendar", "report_worst", "report_no_cause", "page_noted"):
        assert translator.text(key) in text
    assert {"en": "Saturday 21 November 2026", "da": "lørdag den 21. november 2026"}[
        language
    ] in text
    assert {"en": "Sun 22 Nov 2026, 03:10", "da": "søn. 22. nov. 2026 kl. 03:10"}[language] in text
    assert {"en": "Tue 17 Nov 2026, 12:00 (by day)", "da": "(om dagen)"}[language] in text


def test_one_cramp_says_all_that_is_known_of_it() -> None:
    """It shows the severity, the leg and the length."""
    one = replace(cramp("2026-11-22 03:10", Severity.MILD), leg=Leg.BOTH, minutes=90)
    (entry,) = made_page(report(MONTH, [one], [], [])).entries.entries
    assert entry.what == "mild, both legs, 1 h 30 min"


def test_without_a_cramp_it_says_that_none_was_noted() -> None:
    """An empty list would look like a fault."""
    entries = made_page(report(MONTH, [], free(*MONTH), [])).entries
    assert (entries.entries, entries.remark) == ((), "No single cramp was recorded in this time.")


def test_so_many_cramps_that_nobody_reads_them_are_cut_off() -> None:
    """The latest are listed, and it says so."""
    start = datetime(2026, 11, 20, 23, tzinfo=UTC)
    many = [
        cramp((start + timedelta(minutes=number)).replace(tzinfo=None).isoformat(), night=LAST)
        for number in range(MOST_LISTED + 1)
    ]
    entries = made_page(report(MONTH, many, [], [])).entries
    assert len(entries.entries) == MOST_LISTED
    assert entries.entries[0].when == "Sat 21 Nov 2026, 00:40"
    assert entries.remark == f"These are the latest {MOST_LISTED} of {MOST_LISTED + 1}."
    exactly = made_page(report(MONTH, many[1:], [], [])).entries
    assert (len(exactly.entries), exactly.remark) == (MOST_LISTED, "")


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("why", [None, *(Referral(one, 4) for one in ReferralReason)])
def test_when_to_see_a_professional_is_always_there(language: str, why: Referral | None) -> None:
    """With the site, the title and the section; near the top where the diary says so."""
    translator = read_words(language)
    html = render_page(made_page(a_full_month(), language, why), translator)
    text = " ".join(Seen(html).text.split())
    said = {one.id: one for one in translator.guidance.professional}
    for name in (*(why.reason.advice if why else ("severe-and-persistent",)), "other-symptoms"):
        assert said[name].text in text
    assert translator.guidance.source in text
    assert "kropklog.dk" in text
    assert said["not-medical-advice"].text in text
    first = html.index('id="professional"') < html.index('id="calendar"')
    assert first == (why is not None)
    limit = translator.text("professional_ours", count=3, within=translator.length(timedelta(7)))
    assert (limit in text) == (why is not None)


@pytest.mark.parametrize("language", languages())
def test_it_never_says_that_one_thing_leads_to_another(language: str) -> None:
    """Not even where the figures look like it."""
    html = render_page(made_page(a_full_month(), language), read_words(language))
    text = " ".join(Seen(html).text.split())
    assert read_words(language).text("report_no_cause") in text
    assert html.index('class="no-cause"') < html.index('class="bars')
    body = html[html.index("<body>") :]
    assert "%" not in body
    for word in ("because", "thanks to", "improve", "fordi", "takket", "bedring", "derfor"):
        assert word not in text.lower()


# What a person wrote, and what a browser may do


@pytest.mark.parametrize("note", HOSTILE, ids=range(len(HOSTILE)))
def test_a_note_is_text_whatever_is_in_it(note: str) -> None:
    """It adds no element, no attribute and no sign that cannot be seen; it is shown as written."""
    plain = render_page(made_page(report(MONTH, [cramp("2026-11-22 03:10")], [], [])), ENGLISH)
    html = render_page(
        made_page(report(MONTH, [cramp("2026-11-22 03:10", note=note)], [], [])), ENGLISH
    )
    assert Seen(html).tags == Seen(plain).tags
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", html)
    shown = Seen(html[html.index("<bdi>") : html.index("</bdi>")]).text
    letters = " ".join("".join(one for one in note if one.isprintable()).split())
    assert shown == letters or (shown.endswith("…") and len(shown) <= LONGEST_NOTE)


def test_the_page_loads_nothing_and_runs_no_script() -> None:
    """The policy names the one style by its hash, and no address is in it."""
    html = render_page(made_page(a_full_month(), why=Referral(ReferralReason.SEVERE, 1)), ENGLISH)
    seen = Seen(html)
    style = html[html.index("<style>") + 7 : html.index("</style>")]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    (policy,) = (
        attributes["content"]
        for tag, attributes in seen.tags
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert {tag for tag, _ in seen.tags} & {"script", "img", "link", "iframe", "a", "form"} == set()
    for _, attributes in seen.tags:
        assert not any(name.startswith("on") for name in attributes)
        assert "style" not in attributes
        assert (attributes.get("href") or "#").startswith("#")
    assert "url(" not in style
    assert "@import" not in style
    assert "://" not in html


def test_headings_come_in_order() -> None:
    """One first, and none skips a level."""
    seen = Seen(render_page(made_page(a_full_month()), ENGLISH))
    levels = [int(tag[1]) for tag, _ in seen.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert set(levels[1:]) == {2}


def rows_of(html: str) -> Sequence[str]:
    """Return the rows of the tables with pictures."""
    return re.findall(r'<tr><th scope="row".*?</tr>', html, re.DOTALL)


def test_every_picture_has_its_figure_beside_it() -> None:
    """Screen readers skip the picture."""
    html = render_page(made_page(a_full_month()), ENGLISH)
    rows = rows_of(html)
    assert len(rows) > 8
    for row in rows:
        assert re.search(r'<td class="told">[^<]*\d[^<]*</td><td class="picture" aria-hid', row)
    marks = re.findall(r"<svg[^>]*>", html)
    assert marks
    outside = re.sub(r'<td class="picture".*?</td>', "", html, flags=re.DOTALL)
    assert all('aria-hidden="true"' in one for one in re.findall(r"<svg[^>]*>", outside))
