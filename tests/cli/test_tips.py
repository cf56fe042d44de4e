"""Guidance: tips and relief."""

from __future__ import annotations

import pytest

from cli.terminal import Terminal
from nightcare.domain.reminders import Topic
from nightcare.i18n.translator import read_words
from nightcare.languages import languages


@pytest.mark.parametrize("language", languages())
def test_tips_for_a_program(terminal: Terminal, language: str) -> None:
    """All of them, each with the section of the guidance that it rests on."""
    words = read_words(language)
    result = terminal("tips", "--language", language, "--json")
    assert (result.code, result.err) == (0, "")
    assert [set(one) for one in result.json] == [
        {"id", "topic", "moment", "text", "source"} for _ in words.guidance.tips
    ]
    for shown, tip in zip(result.json, words.guidance.tips, strict=True):
        assert (shown["id"], shown["topic"], shown["moment"]) == (tip.id, tip.topic, tip.moment)
        assert shown["text"] == tip.text
        assert shown["source"] == f"{words.guidance.source}: {tip.section}"


@pytest.mark.parametrize("topic", list(Topic))
def test_tips_of_one_topic(terminal: Terminal, topic: Topic) -> None:
    """Tips of other topics are left out."""
    tips = terminal("tips", topic, "--json").json
    assert tips
    assert {one["topic"] for one in tips} == {topic}
    assert tips[0]["text"].split()[0] in terminal("tips", topic).out


def test_tips_for_a_person(terminal: Terminal) -> None:
    """Under their topics, no line too long, and with where they come from."""
    result = terminal("tips")
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert lines[0] == "water"
    assert {"water", "stretching", "bedding", "food", "exercise", "pacing", "sleep"} <= set(lines)
    assert max(map(len, lines)) <= 72
    assert sum(line.startswith("- ") for line in lines) == len(read_words("en").guidance.tips)
    assert "Source: " in result.out
    assert lines[-1] == "This is general information, not medical advice."


def test_tips_of_a_topic_that_there_is_not(terminal: Terminal) -> None:
    """A mistake in the usage, with the topics that there are."""
    result = terminal("tips", "quinine")
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        'There is no topic "quinine". '
        "There are: water, stretching, bedding, food, exercise, pacing, sleep.\n"
    )


@pytest.mark.parametrize(
    ("typed", "language", "topic"),
    [
        ("water", "en", Topic.HYDRATION),
        ("Bedding", "en", Topic.BLANKET),
        ("vand", "da", Topic.HYDRATION),
        ("sengetøj", "da", Topic.BLANKET),
        ("food", "da", Topic.NUTRITION),
        # A reminder of the person's.
        ("loose-blanket", "en", Topic.BLANKET),
    ],
)
def test_a_topic_by_its_word(terminal: Terminal, typed: str, language: str, topic: Topic) -> None:
    """In the person's language or in English."""
    tips = terminal("tips", typed, "--language", language, "--json").json
    assert {one["topic"] for one in tips} == {topic}


def test_a_misspelt_topic_gets_a_suggestion(terminal: Terminal) -> None:
    """As a misspelt command does."""
    assert 'did you mean "water"?' in terminal("tips", "watr").err
    terminal.write('language = "da"')
    assert "mente du ”sengetøj”?" in terminal("tips", "sengetoj").err


def test_the_language_is_asked_for_or_the_persons_or_the_desktops(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In that order."""
    monkeypatch.setenv("LANG", "da_DK.UTF-8")
    assert terminal("tips").out.startswith("vand\n")
    terminal.write('language = "en"')
    assert terminal("tips").out.startswith("water\n")
    assert terminal("tips", "--language", "da").out.startswith("vand\n")
    assert terminal("tips", "--language", "fr").code == 2


@pytest.mark.parametrize("command", ["tips", "relief"])
def test_a_wrong_config_keeps_nobody_from_guidance(terminal: Terminal, command: str) -> None:
    """An unusable state folder does not stop it either."""
    terminal.write("language = 3")
    terminal.state.parent.write_text("in the way")
    result = terminal(command)
    assert (result.code, result.err) == (0, "")
    assert result.out


@pytest.mark.parametrize("language", languages())
def test_relief(terminal: Terminal, language: str) -> None:
    """The steps come last, in their order, nearest to the prompt."""
    words = read_words(language)
    result = terminal("relief", "--language", language)
    assert (result.code, result.err) == (0, "")
    flowing = " ".join(result.out.split())
    *steps, caution = words.guidance.relief
    places = [flowing.index(f"{number}. {one.text}") for number, one in enumerate(steps, 1)]
    assert places == sorted(places)
    title = flowing.index(words.text("relief_title"))
    source = words.text("source", source=words.guidance.source)
    *when, general = (words.guidance.professional[at] for at in (0, 1, 2, -1))
    for text in (caution.text, *(one.text for one in when), general.text, source):
        assert flowing.index(text) < title < places[0]
    assert flowing.endswith(f"5. {steps[-1].text}")
    assert max(map(len, result.out.splitlines())) <= 72


def test_a_narrow_terminal_gets_narrow_lines(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Down to where words end."""
    monkeypatch.setenv("COLUMNS", "40")
    assert max(map(len, terminal("relief").out.splitlines())) <= 40


def test_relief_is_dim_on_a_terminal_alone(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is read in the dark; and never where somebody wants no colour."""
    assert "\x1b" not in terminal("relief").out
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert terminal("relief").out.startswith("\x1b[2m")
    assert terminal("relief").out.endswith("\x1b[0m\n")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in terminal("relief").out
    monkeypatch.setenv("NO_COLOR", "")
    assert "\x1b" in terminal("relief").out


@pytest.mark.parametrize("language", languages())
def test_what_can_lie_behind_cramps_and_when_to_see_a_professional(
    terminal: Terminal, language: str
) -> None:
    """All of it, no line too long, with where it comes from and what it is not."""
    guidance = read_words(language).guidance
    result = terminal("causes", "--language", language)
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    told = " ".join(result.out.split())
    for one in (*guidance.causes, *guidance.professional):
        assert one.text in told
    assert guidance.source in told
    assert max(map(len, lines)) <= 72
    assert lines[-1] == guidance.professional[-1].text


def test_causes_for_a_program(terminal: Terminal) -> None:
    """Each with the section that it rests on."""
    guidance = read_words("en").guidance
    said = terminal("causes", "--json").json
    assert [one["id"] for one in said["causes"]] == [one.id for one in guidance.causes]
    assert [one["source"] for one in said["professional"]] == [
        f"{guidance.source}: {one.section}" for one in guidance.professional
    ]
