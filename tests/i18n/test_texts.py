"""Everything a person reads beside the health texts: complete in every language, and used."""

from __future__ import annotations

import ast
import inspect
import re
import string
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from nightcare import errors
from nightcare.desktop.own_process import FilesState
from nightcare.doctor.check import Check, State
from nightcare.domain.delivery import DeliveryStatus, Outcome
from nightcare.domain.diary import Answer, Leg, Severity
from nightcare.domain.guidance import Side
from nightcare.domain.notification import BODY_LENGTH, STEP_LENGTH, Capability
from nightcare.domain.policy import Verdict
from nightcare.domain.reasons import Condition, Reason
from nightcare.domain.reminders import Topic
from nightcare.domain.routine import stages
from nightcare.engine import user_actions
from nightcare.engine.guided_routine import stage_words
from nightcare.errors import Diagnostic, Location, NightcareError
from nightcare.i18n.error_text import diagnostic_text
from nightcare.i18n.translator import Translator, read_words, words_for
from nightcare.languages import desktop_language, languages
from nightcare.report_html.charts import BarMark
from nightcare.toml_writer import path_text, shortened_text

SOURCE = Path(inspect.getfile(errors)).parent

OTHERS = [one for one in languages() if one != "en"]
ENGLISH = read_words("en")
DANISH = read_words("da")

SPEAKERS = {"translator.text", "say", "print", "tell", "_tell", "told", "log", "_log"}
ERRORS = {
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, NightcareError) and name != "ConfigError"
}


def test_a_step_fits_in_a_notification_with_its_step_count() -> None:
    """Neither the instruction nor the longest step count is truncated, in any language."""
    for language in languages():
        translator = read_words(language)
        for routine in translator.guidance.routines:
            for stage in stages(routine):
                assert len(stage.step.text) <= STEP_LENGTH, stage
                assert len(stage.step.text) + 1 + len(stage_words(stage, translator)) <= BODY_LENGTH


# What the source asks for


@cache
def trees() -> list[ast.Module]:
    """Return the parsed source."""
    return [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(SOURCE.rglob("*.py"))]


@cache
def all_calls() -> list[tuple[str, ast.Call]]:
    """Return every call in the source, each with the expression that is called."""
    return [
        (ast.unparse(node.func), node)
        for tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    ]


def calls(names: set[str]) -> Iterator[ast.Call]:
    """Return every call of a function, method or class with one of these names."""
    called = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(names)))})$")
    return (node for expression, node in all_calls() if called.search(expression))


def words_in(node: ast.AST) -> set[str]:
    """Return the strings that an expression can have, as far as it shows."""
    return {
        one.value
        for one in ast.walk(node)
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    }


def words_in_pages(pattern: str) -> set[str]:
    """Return the strings that a pattern finds in the templates of the pages."""
    pages = sorted(SOURCE.rglob("*.jinja"))
    return {one for page in pages for one in re.findall(pattern, page.read_text(encoding="utf-8"))}


def beginnings() -> set[str]:
    """Return the prefixes of keys that the code composes: `log_`, `title_`."""
    found = set()
    for call in calls(SPEAKERS):
        match call.args[:1]:
            case [ast.JoinedStr(values=[ast.Constant(value=str(start)), *_])]:
                found.add(start)
            case [ast.BinOp(left=ast.Constant(value=str(start)))]:
                found.add(start)
            case _:
                pass
    return found


def acts() -> set[str]:
    """Return the actions of a person, by the word under which they are recorded."""
    named = {name: str(getattr(user_actions, name)) for name in ("DONE", "GOOD_NIGHT", "SKIP")}
    return {
        named[what.id] if isinstance(what, ast.Name) else str(ast.literal_eval(what))
        for call in calls({"_act"})
        for what in call.args[1:2]
    }


def error_keys() -> set[str]:
    """Return the keys of all errors, except config errors."""
    found = {key for call in calls(ERRORS) for key in words_in(call.args[0])}
    return found | nearest_keys("error_")


def nearest_keys(prefix: str) -> set[str]:
    """Return the keys of texts about an unknown name that have this prefix."""
    named = {key for call in calls({"with_nearest"}) for key in words_in(call.args[0])}
    both = named | {f"{key}_but" for key in named}
    return {key for key in both if prefix + key in ENGLISH.texts}


def config_keys() -> set[str]:
    """Return the keys of config errors that are named where they are found."""
    found = set()
    for call in calls({"Diagnostic", "InvalidValue"}):
        position = 1 if getattr(call.func, "id", "") == "Diagnostic" else 0
        if len(call.args) > position:
            found |= words_in(call.args[position])
    return found | nearest_keys("config_")


def troubles() -> set[str]:
    """Return the reasons why the bridge has no connection; "ended" is none that is told."""
    named = {
        key for call in calls({"Trouble", "SettingsFileError"}) for key in words_in(call.args[0])
    }
    return {f"trouble_{key}" for key in (named | {"clock", "certificate"}) - {"", "ended"}}


STATES = {"snoozed", "snoozed_not_back", "held", "not_shown", "off", "open"}
"""The suffixes for an open delivery, by `i18n/plan_text.py`."""


@cache
def families() -> dict[str, set[str]]:
    """Return the suffixes of keys that the code composes."""
    return {
        "title_": {str(topic) for topic in Topic},
        "topic_": {str(topic) for topic in Topic},
        "outcome_": {str(outcome) for outcome in Outcome},
        "delivery_": {one.word for one in DeliveryStatus if one.stage != "shown"},
        "reason_": {step.word for step in Reason},
        "word_": {f"leg_{one}" for one in (*Leg, "none")}
        | {f"severity_{one}" for one in (*Severity, "none")},
        "leg_": {str(leg) for leg in Leg},
        "side_": {str(side) for side in Side},
        "severity_": {str(severity) for severity in Severity},
        "answer_": {str(answer) for answer in Answer},
        "report_": {f"week_{rest}" for rest in ("cramps", "severe", "free", "unknown", "done")},
        "report_week_": {"cramps", "severe", "free", "unknown", "done"},
        "home_do_": {
            "done",
            "done_next",
            "snooze",
            "skip",
            "pause",
            "resume",
            "tonight",
            "good_night",
            "undo",
            "relief",
            "cramp",
            "setup",
            "edit",
        },
        "page_night_": {str(mark) for mark in BarMark} - {"cramp", "done", "undone"},
        "log_": {str(outcome) for outcome in Outcome},
        "why_": {verdict.__name__.lower() for verdict in get_args(Verdict)} | {"not_shown"},
        "undoable_": {act.replace("-", "_") for act in acts()},
        "error_": error_keys() | {"config_wrong", "config_kept", "config_draft_wrong"},
        "config_": config_keys(),
        "can_": {*Capability, "persistence", "nothing"},
        "status_program_": {"missing", "unusable", "waiting"},
        "log_program_": {state.name.lower() for state in FilesState},
        "screen_": {"freedesktop", "terminal", "plyer"},
        "shown_by_": {"awaited_bus", "configured", "platform", "session_bus", "no_session_bus"},
        "tray_": {"today", "report", "schedule", "doctor", "about"},
        "tray_cramp_": {str(answer) for answer in Answer},
        "mqtt_": troubles()
        | {
            "next",
            "open",
            "present",
            "alive",
            "reminder",
            "done",
            "snooze",
            "skip",
            "good_night",
            "pause",
            "bedtime",
            "cramps",
        },
        "became_": STATES,
        "state_": STATES | {"stopped"},
        "doctor_verdict_": {state.name.lower() for state in State},
        "doctor_check_": {check.name.lower() for check in Check},
        "presence_": {
            f"{matter}_{said}" for matter in Condition for said in ("on", "off", "unknown")
        },
    }


def put_together() -> set[str]:
    """Return every key that the code can compose."""
    return {start + rest for start, rests in families().items() for rest in rests}


def test_every_family_of_keys_is_known_here() -> None:
    """A new way to compose keys has to be added to this test."""
    assert beginnings() == set(families())


def test_every_key_that_is_said_exists() -> None:
    """A sentence that is missing would be an error in the middle of the night."""
    said = {
        key
        for call in calls(SPEAKERS)
        for node in call.args[:1]
        if not isinstance(node, ast.JoinedStr | ast.BinOp)
        for key in words_in(node)
    }
    assert len(said) > 50
    on_pages = words_in_pages(r'text\("(\w+)"')
    assert len(on_pages) > 10
    assert said | on_pages | put_together() <= set(ENGLISH.texts)


def fixes() -> set[str]:
    """Return the texts that say how to fix a finding of the doctor, unless another is named."""
    return {
        f"{key}_mend"
        for call in calls({"bad", "warning", "report"})
        for node in call.args[1:2]
        for key in words_in(node)
    }


def test_no_sentence_is_there_for_nothing() -> None:
    """A text that is never used is not to be translated."""
    constants = set().union(*(words_in(tree) for tree in trees()), words_in_pages(r'"(\w+)"'))
    # Those about the config are held against real mistakes in tests/settings.
    unused = set(ENGLISH.texts) - constants - put_together() - fixes()
    assert {key for key in unused if not key.startswith("config_")} == set()


# What the languages say


def forms(text: str | Sequence[str]) -> Sequence[str]:
    """Return the forms of a sentence: one, or as many as its count needs."""
    return [text] if isinstance(text, str) else text


def fields(text: str | Sequence[str]) -> set[str]:
    """Return the placeholders, which are the same in each form."""
    (found,) = {
        frozenset(field for _, field, _, _ in string.Formatter().parse(form) if field is not None)
        for form in forms(text)
    }
    return set(found)


def sentences(language: str) -> Iterator[tuple[str, str]]:
    """Yield each form of each sentence, with its key."""
    for key, text in read_words(language).texts.items():
        for form in forms(text):
            yield key, form


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_the_same_keys(language: str) -> None:
    """None is missing, and none is left over."""
    assert read_words(language).texts.keys() == ENGLISH.texts.keys()


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_fills_in_the_same_places(language: str) -> None:
    """A place with another name would be an error, one that is left out a loss."""
    other = read_words(language).texts
    assert {key: fields(text) for key, text in other.items()} == {
        key: fields(text) for key, text in ENGLISH.texts.items()
    }


@pytest.mark.parametrize("language", languages())
def test_sentences_are_tidy(language: str) -> None:
    """No spaces too many, no line breaks, no places without a name."""
    for key, text in sentences(language):
        assert text == " ".join(text.split()), key
        assert "" not in fields(text), key
        assert text.count("`") % 2 == 0, key


@pytest.mark.parametrize("language", languages())
def test_errors_are_sentences_that_end(language: str) -> None:
    """They say what is wrong, then how to fix it."""
    for key, text in sentences(language):
        if key.startswith(("error_", "did_", "status_running", "status_stopped")):
            assert text.endswith((".", "`", "]")), key


@pytest.mark.parametrize("language", languages())
def test_one_of_something_reads_as_well_as_many(language: str) -> None:
    """A count before a noun changes the sentence; units need no forms."""
    unbending = {"unit_hours", "unit_minutes", "unit_seconds"}
    for key, text in read_words(language).texts.items():
        if key not in unbending and isinstance(text, str):
            assert "{count} " not in text, key
            assert "{limit} " not in text, key


@pytest.mark.parametrize("language", languages())
def test_a_sentence_that_bends_has_each_form_that_the_language_has(language: str) -> None:
    """As many as the rule of the language makes, and only where there is a count."""
    translator = read_words(language)
    has = len({translator.form(count) for count in range(1000)})
    bending = {key: text for key, text in translator.texts.items() if not isinstance(text, str)}
    assert bending
    for key, text in bending.items():
        assert len(text) == has, key
        assert "count" in fields(text), key


def test_a_language_with_three_forms_says_each_where_it_belongs() -> None:
    """The rule is that of gettext, and so those of other languages are known."""
    polish = "n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2"
    forms_of_day = ["{count} dzień", "{count} dni", "{count} dni."]
    names = ("weekdays", "months", "short_weekdays", "short_months")
    calendar = {"plural": polish, **{name: getattr(ENGLISH, name) for name in names}}
    translator = Translator("pl", {"texts": {"unit_days": forms_of_day}, "calendar": calendar})
    said = [translator.text("unit_days", count=count) for count in (1, 3, 5, 12, 22)]
    assert said == ["1 dzień", "3 dni", "5 dni.", "12 dni.", "22 dni"]


def test_an_error_about_the_config_counts_its_mistakes() -> None:
    """One or many, in words that suit both."""
    for translator in (ENGLISH, DANISH):
        assert ": 1." in translator.text("error_config_wrong", count=1)
        assert ": 12." in translator.text("error_config_wrong", count=12)


# Lengths, dates and moments


@pytest.mark.parametrize(
    ("length", "english", "danish"),
    [
        (timedelta(seconds=1), "1 s", "1 sek"),
        (timedelta(minutes=10), "10 min", "10 min"),
        (timedelta(minutes=90), "1 h 30 min", "1 t 30 min"),
        (timedelta(hours=2), "2 h", "2 t"),
        (timedelta(days=1), "1 day", "1 dag"),
        (timedelta(days=2, hours=3, seconds=4), "2 days 3 h 4 s", "2 dage 3 t 4 sek"),
    ],
)
def test_a_length_as_it_is_spoken(length: timedelta, english: str, danish: str) -> None:
    """Units with the value zero are left out."""
    assert (ENGLISH.length(length), DANISH.length(length)) == (english, danish)


def test_a_date_as_it_is_written() -> None:
    """In the order, and with the signs, of each language."""
    day = date(2026, 11, 22)
    assert ENGLISH.date(day) == "Sunday 22 November"
    assert DANISH.date(day) == "søndag den 22. november"
    assert [ENGLISH.date(date(2026, month, 1)).split()[2] for month in (1, 12)] == [
        "January",
        "December",
    ]
    assert ENGLISH.date(date(2026, 11, 23)).startswith("Monday")


NOW = datetime(2026, 11, 22, 21, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "english", "danish"),
    [
        ("2026-11-22T21:45", "21:45", "kl. 21:45"),
        ("2026-11-22T00:00", "00:00", "kl. 00:00"),
        ("2026-11-23T07:00", "tomorrow 07:00", "i morgen kl. 07:00"),
        ("2026-11-21T22:15", "yesterday 22:15", "i går kl. 22:15"),
        ("2026-11-24T07:00", "Tuesday 07:00", "tirsdag kl. 07:00"),
        ("2026-11-28T07:00", "Saturday 07:00", "lørdag kl. 07:00"),
        ("2026-11-16T07:00", "Monday 07:00", "mandag kl. 07:00"),
        ("2026-11-29T07:00", "Sunday 29 November, 07:00", "søndag den 29. november kl. 07:00"),
        ("2027-09-18T07:00", "Saturday 18 September, 07:00", "lørdag den 18. september kl. 07:00"),
        (
            "2027-11-22T07:00",
            "Monday 22 November 2027, 07:00",
            "mandag den 22. november 2027 kl. 07:00",
        ),
        ("2026-11-15T07:00", "Sunday 15 November, 07:00", "søndag den 15. november kl. 07:00"),
    ],
)
def test_a_moment_as_it_is_spoken_of_now(moment: str, english: str, danish: str) -> None:
    """A week away the weekday would be taken for another."""
    instant = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert (ENGLISH.when(instant, NOW), DANISH.when(instant, NOW)) == (english, danish)


# Which language


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "da_DK.UTF-8"}, "da"),
        ({"LANG": "da"}, "da"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "da_DK.UTF-8"}, "da"),
        ({"LANG": "da_DK.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "da_DK.UTF-8", "LC_MESSAGES": "en_US", "LC_ALL": "da_DK"}, "da"),
        ({"LANG": "da_DK.UTF-8", "LC_ALL": "", "LC_MESSAGES": ""}, "da"),
        ({"LANG": "da_DK.UTF-8", "LC_TIME": "en_GB.UTF-8"}, "da"),
        # LANGUAGE goes first, but not where the locale is "C".
        ({"LANG": "en_GB.UTF-8", "LANGUAGE": "da"}, "da"),
        ({"LANG": "da_DK.UTF-8", "LANGUAGE": "de:en:da"}, "en"),
        ({"LANG": "da_DK.UTF-8", "LANGUAGE": "de:fr"}, "da"),
        ({"LANG": "da_DK.UTF-8", "LANGUAGE": ""}, "da"),
        ({"LANG": "C", "LANGUAGE": "da"}, "en"),
        ({"LC_ALL": "POSIX", "LANG": "da_DK", "LANGUAGE": "da"}, "en"),
        ({"LANGUAGE": "da"}, "en"),
        # A language whose name only begins like one of ours.
        ({"LANG": "dav_KE.UTF-8"}, "en"),
    ],
)
def test_the_language_of_the_desktop(environment: dict[str, str], language: str) -> None:
    """By the order of gettext; English where we have no other."""
    assert desktop_language(environment) == language
    assert words_for(None, environment).language == language


def test_the_language_that_the_person_chose_goes_first() -> None:
    """The language of the desktop makes no difference."""
    assert words_for("da", {"LANG": "en_GB.UTF-8"}).language == "da"


# A mistake in one line


def test_the_built_in_defaults_are_named_in_words() -> None:
    """Without a file there is no name of one."""
    problem = Diagnostic(("sleep", "wake"), "key_missing", {"key": "wake", "example": '"07:00"'})
    said = 'sleep.wake: this is missing; add it, such as wake = "07:00"'
    assert diagnostic_text(problem, ENGLISH) == f"the built-in defaults: {said}"
    assert diagnostic_text(problem, DANISH).startswith("den indbyggede opsætning: sleep.wake: ")


def test_a_name_cannot_break_the_line() -> None:
    """A file name cannot command the terminal either."""
    problem = Diagnostic((), "file_too_deep", place=Location("a\nb\x1b[31m"))
    assert diagnostic_text(problem, ENGLISH).startswith("a\ufffdb\ufffd[31m: ")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), ""),
        (("sleep", "friday"), "sleep.friday"),
        (("reminders", "a.b", "at", 0), 'reminders."a.b".at'),
        (("reminders", "", "at"), 'reminders."".at'),
        (("reminders", "æble"), 'reminders."æble"'),
        (('say "hi"',), '"say \\"hi\\""'),
    ],
)
def test_the_path_of_a_key_is_written_as_toml_writes_it(
    path: tuple[str | int, ...], text: str
) -> None:
    """Quoted where it must be; an item of a list is told by its place."""
    assert path_text(path) == text


def test_what_was_found_is_written_as_toml_writes_it() -> None:
    """On one line, and not too long."""
    assert (
        shortened_text({"a b": [True, None, 1.5, "x\\y"]})
        == '{ "a b" = [true, null, 1.5, "x\\\\y"] }'
    )
    assert shortened_text("a\tb\n\x1b\x7f\u2028") == '"a\\tb\\n\\u001b\\u007f\\u2028"'
    assert shortened_text("x" * 59) == '"' + "x" * 58 + "…"
    assert shortened_text("x" * 58) == '"' + "x" * 58 + '"'


@pytest.mark.parametrize("translator", [ENGLISH, DANISH])
def test_the_full_stop_of_a_reason_is_not_doubled(translator: Translator) -> None:
    """Other programs end their reasons with one or without."""
    key = "error_system_refused"
    texts = {translator.text(key, reason=f"Access denied{end}") for end in ("", ".", ".\n")}
    (text,) = texts
    assert text.endswith("Access denied.")
