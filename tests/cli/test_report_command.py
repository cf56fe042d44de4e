"""The report at the terminal: what the diary comes to, and when it says to see a professional."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from cli.terminal import TODAY, Terminal
from nightcare.domain.delivery import Closed, Outcome
from nightcare.domain.reminders import Topic
from nightcare.i18n.translator import read_words

DASH = "\N{EN DASH}"


def nights_without(terminal: Terminal, *days: int) -> None:
    """Let these nights of November be noted as without cramps."""
    for number in days:
        assert terminal("cramp", "none", "--night", f"2026-11-{number:02}").code == 0


def flowing(text: str) -> str:
    """Return a text without its line ends."""
    return " ".join(text.split())


def test_an_empty_diary_says_that_nothing_can_be_said(terminal: Terminal) -> None:
    """It also says how to record a night without cramps."""
    result = terminal("report")
    assert (result.code, result.err) == (0, "")
    assert result.out == (
        "Your nights from Friday 23 October to Saturday 21 November\n"
        "\n"
        "Nights with cramps             0\n"
        "Nights without cramps          0\n"
        "Nights with nothing recorded  30\n"
        "\n"
        "With fewer than 7 nights recorded it is too early to say anything; these\n"
        "are only the numbers. `nightcare cramp none` records a night without\n"
        "cramps.\n"
        "\n"
        "These figures stand side by side. They do not show that one thing leads\n"
        "to another.\n"
    )


def test_a_month_as_a_person_reads_it(terminal: Terminal) -> None:
    """Nights, severity, the clock, what was done and skipped, week by week."""
    nights_without(terminal, 1, 2, 9, 10, 11, 12)
    terminal("cramp", "add", "--at", "2026-11-14T03:10", "--severity", "mild")
    terminal("cramp", "add", "--at", "2026-11-13T23:50", "--severity", "moderate")
    terminal("cramp", "add", "--at", "2026-11-20T12:00")
    outcomes = (Outcome.DONE, Outcome.EXPIRED, Outcome.MISSED, Outcome.SKIPPED, Outcome.SKIPPED)
    for number, outcome in enumerate(outcomes):
        delivery = terminal.delivery(slot=str(number))
        key = replace(delivery.key, care_day=date(2026, 11, 20))
        due = delivery.occurrence.due - timedelta(days=2)
        occurrence = replace(delivery.occurrence, key=key, due=due)
        shown = replace(delivery, occurrence=occurrence, topic=Topic.STRETCHING)
        terminal.have(shown, Closed(outcome, terminal.now))
    result = terminal("report")
    assert result.out == (
        "Your nights from Friday 23 October to Saturday 21 November\n"
        "\n"
        "Nights with cramps             1\n"
        "Nights without cramps          6\n"
        "Nights with nothing recorded  23\n"
        "Cramps by day                  1\n"
        "\n"
        "Nights with cramps, by the worst cramp\n"
        "  moderate  1\n"
        "\n"
        "Cramps at night, by time\n"
        f"  22:00{DASH}00:00  1\n"
        f"  02:00{DASH}04:00  1\n"
        "\n"
        "Reminders marked as done\n"
        "  stretching  1 of 2, 2 skipped\n"
        "\n"
        "Week from  cramps  severe  without  unknown  reminders done\n"
        "23 Oct          0       0        0        3               -\n"
        "26 Oct          0       0        1        6               -\n"
        "2 Nov           0       0        1        6               -\n"
        "9 Nov           1       0        4        2               -\n"
        "16 Nov          0       0        0        6          1 of 2\n"
        "\n"
        "These figures stand side by side. They do not show that one thing leads\n"
        "to another.\n"
    )


def test_the_report_in_danish(terminal: Terminal) -> None:
    """As a Dane would say it, with dates as they are written there."""
    terminal.write('language = "da"')
    nights_without(terminal, 1, 2, 9, 10, 11, 12, 13)
    out = terminal("report").out
    assert out.startswith(
        "Dine nætter fra fredag den 23. oktober til lørdag den 21. november\n"
        "\n"
        "Nætter med kramper        0\n"
        "Nætter uden kramper       7\n"
    )
    assert "23. okt.        0          0     0       3                      -\n" in out


def test_the_report_for_a_program(terminal: Terminal) -> None:
    """Every figure, and every night by itself."""
    nights_without(terminal, 20)
    terminal("cramp", "add", "--at", "03:10", "--severity", "mild")
    result = terminal("report", "--days", "3", "--json")
    assert (result.code, result.err) == (0, "")
    assert result.json == {
        "from": "2026-11-19",
        "to": "2026-11-21",
        "enough": False,
        "nights_with_cramps": 1,
        "nights_without": 1,
        "nights_not_recorded": 1,
        "nights_severe": 0,
        "cramps_by_day": 0,
        "worst": {"mild": 1},
        "hours": [{"from": "02:00", "to": "04:00", "cramps": 1}],
        "topics": {},
        "weeks": [
            {
                "from": "2026-11-19",
                "nights_with_cramps": 1,
                "nights_without": 1,
                "nights_not_recorded": 1,
                "nights_severe": 0,
                "reminders": {"shown": 0, "done": 0, "skipped": 0},
            }
        ],
        "nights": [
            {"night": "2026-11-19", "recorded": False, "cramps": None, "worst": None},
            {"night": "2026-11-20", "recorded": True, "cramps": False, "worst": None},
            {"night": "2026-11-21", "recorded": True, "cramps": True, "worst": "mild"},
        ],
        "professional": None,
    }


def test_a_cramp_of_this_very_night_is_in_the_report(terminal: Terminal) -> None:
    """A person who cannot sleep can look at once."""
    terminal.look_at_the_clock("03:12")
    assert terminal("report", "--json").json["to"] == "2026-11-20"
    terminal("cramp", "add", "--at", "03:10")
    told = terminal("report", "--json").json
    assert (told["to"], told["nights_with_cramps"]) == ("2026-11-21", 1)


@pytest.mark.parametrize("language", ["en", "da"])
def test_severe_cramps_are_a_reason_to_see_a_professional(
    terminal: Terminal, language: str
) -> None:
    """It says so at the end, with the section of the guidance, and whose the numbers are."""
    terminal.write(f'language = "{language}"')
    terminal("cramp", "add", "--at", "03:10", "--severity", "severe")
    translator = read_words(language)
    said = {one.id: one for one in translator.guidance.professional}
    end = flowing(terminal("report").out)
    assert said["persistent-or-severe"].text in end
    assert said["other-symptoms"].text in end
    assert translator.text("source", source=f"{translator.guidance.source}: Conclusion") in end
    assert (
        translator.text("professional_ours", count=3, within=translator.length(timedelta(7))) in end
    )
    assert (
        translator.text("professional_many", nights=1, within=translator.length(timedelta(7)))
        not in end
    )
    assert end.endswith(said["not-medical-advice"].text)
    told = terminal("report", "--json").json["professional"]
    assert told == {
        "why": "severe",
        "nights_with_cramps": 1,
        "nights": 3,
        "days": 7,
        "advice": [{"text": said["persistent-or-severe"].text, "section": "Conclusion"}],
    }


def test_many_nights_are_a_reason_and_the_numbers_are_the_persons(terminal: Terminal) -> None:
    """Two nights of seven are none, unless the config says so."""
    for number in (20, 22):
        terminal("cramp", "add", "--at", f"2026-11-{number}T03:10")
    assert terminal("report", "--json").json["professional"] is None
    assert "health professional" not in flowing(terminal("report").out)
    terminal.write("[diary]\nprofessional_nights = 2")
    assert terminal("report", "--json").json["professional"]["why"] == "many"
    end = flowing(terminal("report", "--days", "1").out)
    assert "Nights with cramps within the last 7 days: 2." in end
    terminal("cramp", "change", "1", "--severity", "severe")
    assert terminal("report", "--json").json["professional"]["why"] == "many-and-severe"
    terminal.write("[diary]\nprofessional_nights = 2\nprofessional_days = 2")
    assert terminal("report", "--json").json["professional"] is None


@pytest.mark.parametrize(
    ("language", "count", "limit"),
    [
        (
            "en",
            "Nights with cramps within the last 7 days: 4.",
            "The limit of 3 nights within 7 days",
        ),
        (
            "da",
            "Nætter med kramper inden for de seneste 7 dage: 4.",
            "Grænsen på 3 nætter inden for 7 dage",
        ),
    ],
)
def test_the_reason_says_how_many_nights_there_were(
    terminal: Terminal, language: str, count: str, limit: str
) -> None:
    """Not the limit, which it names beside it; on the page as well."""
    terminal.write(f'language = "{language}"')
    for number in (17, 19, 20, 22):
        terminal("cramp", "add", "--at", f"2026-11-{number}T03:10")
    page = terminal.home / "report.html"
    assert terminal("report", "--html", page).code == 0
    for text in (terminal("report").out, page.read_text(encoding="utf-8")):
        assert count in flowing(text)
        assert limit in flowing(text)
    assert terminal("report", "--json").json["professional"]["nights_with_cramps"] == 4


def test_the_report_never_says_that_one_thing_leads_to_another(terminal: Terminal) -> None:
    """Not even where the figures look like it."""
    nights_without(terminal, *range(1, 21))
    terminal.have(terminal.delivery(), Closed(Outcome.DONE, terminal.now))
    for language in ("en", "da"):
        terminal.write(f'language = "{language}"')
        out = flowing(terminal("report").out)
        assert read_words(language).text("report_no_cause") in out
        assert "%" not in out


@pytest.mark.parametrize("days", ["0", "-1", "3661", "many"])
def test_a_span_that_cannot_be(terminal: Terminal, days: str) -> None:
    """A mistake in the usage."""
    result = terminal("report", "--days", days)
    assert (result.code, result.out) == (2, "")


def test_a_long_report_is_told_month_by_month(terminal: Terminal) -> None:
    """With the year, for there are several."""
    nights_without(terminal, *range(1, 8))
    lines = terminal("report", "--days", "372").out.splitlines()
    (head,) = (at for at, line in enumerate(lines) if line.startswith("Month"))
    assert lines[head + 1].split() == ["Nov", "2025", "0", "0", "0", "16", "-"]
    assert lines[head + 13].split() == ["Nov", "2026", "0", "0", "7", "14", "-"]
    assert lines[head + 14] == ""


def test_a_report_of_ten_years(terminal: Terminal) -> None:
    """Each night of them."""
    told = terminal("report", "--days", "3660", "--json").json
    assert len(told["nights"]) == told["nights_not_recorded"] == 3660
    assert told["to"] == (TODAY - timedelta(days=1)).isoformat()
