"""Setting up: what is asked, what becomes of the answers, and what becomes of nothing."""

from __future__ import annotations

import stat
from collections.abc import Callable, Mapping
from datetime import time
from pathlib import Path

import pytest
import tomli

from cli.talk import CONTROL_C, CONTROL_D, Talk, answered, talking
from cli.terminal import Result, Terminal
from nightcare.config.config_file import example_text
from nightcare.config.load import load
from nightcare.desktop.instance_lock import InstanceLock
from nightcare.domain.care_day import Hours
from nightcare.domain.reasons import Condition
from nightcare.engine.welcome import WELCOME_NOTE
from parts.scripts import shell_program

LANGUAGE = "(auto, en, da) [auto]"
WAKE = "When do you wake up? [07:00]"
BEDTIME = "When do you go to bed? [22:30]"
WEEKEND = "Are weekends different? [y/N]"
REMIND = "A reminder about "
REPLACE = "Replace it? A copy is kept. [y/N]"
INSTALL = "Start nightcare now, and whenever you log in? [Y/n]"

QUIET = "Should the evening reminders still come? [Y/n]"

WELCOME = "A notification on your desktop says what comes first, and can show you a reminder."

COUNTED = (
    "That is 8 to 10 reminders a day. Without an answer, 1 more comes. "
    "In the morning nightcare asks how the night was."
)

USUAL = [
    (LANGUAGE, ""), (WAKE, ""), (BEDTIME, ""), (WEEKEND, ""), *[(REMIND, "")] * 3, (QUIET, "")
]  # fmt: skip

Asked = Callable[..., Result]


@pytest.fixture
def asked(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Set up with questions that come in this order and these answers, and no user manager."""
    monkeypatch.setenv("PATH", str(terminal.home / "nowhere"))

    def run(*script: tuple[str, str]) -> Result:
        return answered(terminal, monkeypatch, script, "setup")

    return run


@pytest.fixture
def without_systemd(terminal: Terminal, environment: dict[str, str]) -> dict[str, str]:
    """Return an environment without a user manager and with an empty path."""
    return environment | {"PATH": str(terminal.home / "nowhere")}


def write_it(path: Path) -> str:
    """Return the question whether to write the file."""
    return f"Write it to {path}? [Y/n]"


def up_to_the_hours(talk: Talk) -> None:
    """Take what is usual."""
    talk.answer(LANGUAGE)
    talk.answer(WAKE)
    talk.answer(BEDTIME)


def up_to_writing(talk: Talk, path: Path) -> None:
    """Likewise; then it is the question whether to write it."""
    up_to_the_hours(talk)
    talk.answer(WEEKEND)
    for _ in range(3):
        talk.answer(REMIND)
    talk.answer(QUIET)
    talk.expect(write_it(path))


def test_enter_everywhere_gives_the_built_in_config(
    terminal: Terminal, without_systemd: dict[str, str]
) -> None:
    """With its comments; and the day is shown before it is written."""
    path = terminal.config
    with talking(without_systemd, "setup") as talk:
        up_to_the_hours(talk)
        talk.answer(WEEKEND)
        talk.expect(f"{REMIND}water, at 08:00, 10:00, 12:00, 14:00, 16:00, 18:00, 20:00?")
        talk.answer("[Y/n]")
        talk.answer(f"{REMIND}stretching, at 21:45? [Y/n]")
        talk.answer(f"{REMIND}bedding, at 22:20? [Y/n]")
        talk.answer(QUIET)
        talk.expect("This is what comes:\n")
        talk.expect("Every day, Monday to Sunday, 07:00 to 22:30\n")
        talk.expect("  water       08:00, 10:00, 12:00, 14:00, 16:00, 18:00, 20:00\n")
        talk.expect("  bedding     22:20\n")
        talk.expect("That is 9 reminders a day. Without an answer, 1 more comes.")
        assert not path.exists()
        talk.answer(write_it(path))
        talk.expect(f"Wrote {path}.\nsystemctl was not found")
        assert talk.end() == 0
    assert path.read_text(encoding="utf-8") == example_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_answers_are_written_into_the_example(terminal: Terminal, asked: Asked) -> None:
    """Its comments stay; what nobody wants to be reminded of is there, but off."""
    result = asked(
        (LANGUAGE, "en"),
        (WAKE, "6:15"),
        (BEDTIME, "21.45"),
        (WEEKEND, "yes"),
        ("to bed on Friday and Saturday evening? [21:45]", "00:30"),
        ("wake up on Saturday and Sunday? [06:15]", "08:00"),
        (f"{REMIND}water", "n"),
        (f"{REMIND}stretching", ""),
        (f"{REMIND}bedding", "nej"),
        (QUIET, ""),
        (write_it(terminal.config), ""),
    )
    assert (result.code, result.err) == (0, "")
    text = terminal.config.read_text(encoding="utf-8")
    schedule = load(terminal.config, {}).schedule
    usual = Hours(time(6, 15), time(21, 45))
    assert schedule.sleep.week == (
        *[usual] * 4,
        Hours(time(6, 15), time(0, 30)),
        Hours(time(8), time(0, 30)),
        Hours(time(8), time(21, 45)),
    )
    assert [one.name for one in schedule.enabled] == ["evening-stretch"]
    assert schedule.language == "en"
    comments = [line for line in example_text().splitlines() if line.startswith("#")]
    assert [line for line in text.splitlines() if line.startswith("#")] == comments


def test_only_what_is_different_at_the_weekend_is_written(terminal: Terminal, asked: Asked) -> None:
    """Here the mornings."""
    script = [*USUAL]
    script[3:4] = [(WEEKEND, "y"), ("to bed on Friday", ""), ("wake up on Saturday", "08:00")]
    assert asked(*script, (write_it(terminal.config), "")).code == 0
    assert tomli.loads(terminal.config.read_text(encoding="utf-8"))["sleep"] == {
        "wake": "07:00",
        "bedtime": "22:30",
        "saturday": {"wake": "08:00"},
        "sunday": {"wake": "08:00"},
    }


def test_each_answer_is_checked_at_once(terminal: Terminal, asked: Asked) -> None:
    """An invalid answer is asked for again, with a line that explains what is wanted."""
    result = asked(
        (LANGUAGE, "fr"),
        ("Choose one of: auto, en, da\nLanguage", ""),
        (WAKE, "early"),
        (f'"early" is not a clock time. Write it like 21:45 or 9:45 pm.\n{WAKE}', "22:00"),
        (BEDTIME, "22:10"),
        ("That does not fit together: config.toml: reminders.water", ""),
        (BEDTIME, ""),
        (WEEKEND, "maybe"),
        (f"Please answer y or n.\n{WEEKEND}", "y"),
        ("to bed on Friday", "07:10"),
        ("wake up on Saturday", ""),
        ("That does not fit together: config.toml: ", "23:00"),
        ("wake up on Saturday", ""),
        *USUAL[4:],
        (write_it(terminal.config), ""),
    )
    assert (result.code, result.err) == (0, "")
    assert load(terminal.config, {}).schedule.sleep.week[5].bedtime == time(23)


def test_each_kind_of_day_is_shown_with_how_often_it_asks(terminal: Terminal, asked: Asked) -> None:
    """The working days, the evening before a day off, and the weekend."""
    script = [*USUAL]
    script[3:4] = [(WEEKEND, "y"), ("to bed on Friday", "00:15"), ("wake up on Saturday", "09:00")]
    result = asked(*script, (write_it(terminal.config), ""))
    shown = result.out.partition("This is what comes:\n")[2].partition("Write it")[0]
    assert [one for one in shown.splitlines() if not one.startswith(" ")] == [
        "Monday to Thursday, 07:00 to 22:30",
        "Friday, 07:00 to 00:15",
        "Saturday, 09:00 to 00:15",
        "Sunday, 09:00 to 22:30",
        COUNTED,
    ]
    assert "bedding     00:05 (after midnight)" in shown


def test_evening_reminders_can_wait_for_the_end_of_do_not_disturb(
    terminal: Terminal, asked: Asked
) -> None:
    """Each of them says so in the file; those by day wait in any case."""
    result = asked(*USUAL[:-1], (QUIET, "n"), (write_it(terminal.config), ""))
    assert result.code == 0
    schedule = load(terminal.config, {}).schedule
    assert all(one.held_while(Condition.DO_NOT_DISTURB) for one in schedule.reminders)
    quiet = tomli.loads(terminal.config.read_text(encoding="utf-8"))["reminders"]
    assert [name for name, one in quiet.items() if "quiet" in one] == [
        "evening-stretch",
        "loose-blanket",
    ]


def test_without_evening_reminders_nothing_is_asked_about_do_not_disturb(
    terminal: Terminal, asked: Asked
) -> None:
    """There would be nothing to choose."""
    script = [*USUAL[:5], (REMIND, "n"), (REMIND, "n"), (write_it(terminal.config), "")]
    result = asked(*script)
    assert result.code == 0
    assert QUIET not in result.out


def test_warnings_are_shown_before_the_file_is_written(terminal: Terminal, asked: Asked) -> None:
    """As `config check` shows them afterwards, also those that were confirmed before."""
    result = asked(
        (LANGUAGE, "en"),
        (WAKE, "08:00"),
        (BEDTIME, "13:00"),
        ("Is that what you mean? [y/N]", "y"),
        *USUAL[3:],
        (write_it(terminal.config), ""),
    )
    assert result.code == 0
    checked = terminal("config", "check")
    assert checked.err.count("Note: ") > 0
    assert result.err.count("lasts only ") == 2 * checked.err.count("lasts only ")


def test_a_bedtime_in_the_morning_is_asked_about(terminal: Terminal, asked: Asked) -> None:
    """Half past ten in the evening is not 10:30; Enter alone asks anew, and who means it may."""
    note = "Note: config.toml: sleep.bedtime: "
    meant = "Is that what you mean? [y/N]"
    result = asked(
        (LANGUAGE, "en"),
        (WAKE, "7"),
        (f"Write 07:00 or 19:00.\n{WAKE}", "07"),
        (BEDTIME, "10:30"),
        (meant, ""),
        (WAKE, ""),
        (BEDTIME, "10.30 pm"),
        (WEEKEND, "y"),
        ("to bed on Friday", "1130pm"),
        ("wake up on Saturday", "kl. 17"),
        (meant, "n"),
        ("to bed on Friday", "midnight"),
        ("wake up on Saturday", "8.30"),
        *USUAL[4:],
        (write_it(terminal.config), ""),
    )
    assert result.code == 0
    assert result.err.splitlines()[0].startswith(f"{note}Monday lasts only ")
    assert 'ten in the evening is written "22:00"' in result.err
    week = load(terminal.config, {}).schedule.sleep.week
    assert week[0] == Hours(time(7), time(22, 30))
    assert week[5] == Hours(time(8, 30), time(0))


@pytest.mark.parametrize("said", ["2330", "23.30", "11:30 pm", "kl. 23.30", "23h30"])
def test_a_clock_time_as_people_write_it_is_written_plainly(
    terminal: Terminal, asked: Asked, said: str
) -> None:
    """As the example has it."""
    script = [*USUAL, (write_it(terminal.config), "")]
    script[2] = (BEDTIME, said)
    assert asked(*script).code == 0
    assert tomli.loads(terminal.config.read_text(encoding="utf-8"))["sleep"]["bedtime"] == "23:30"


def test_the_language_holds_from_the_moment_that_it_is_chosen(
    terminal: Terminal, without_systemd: dict[str, str]
) -> None:
    """To the last line, and in the config."""
    with talking(without_systemd, "setup") as talk:
        talk.answer(LANGUAGE, "da\n")
        talk.answer("Hvornår står du op? [07:00]")
        talk.answer("Hvornår går du i seng? [22:30]")
        talk.answer("Er weekenden anderledes? [j/N]")
        for _ in range(3):
            talk.answer("En påmindelse om ", "ja\n")
        talk.answer("Skal aftenens påmindelser komme alligevel? [J/n]")
        talk.answer("? [J/n]", "j\n")
        talk.expect("systemctl findes ikke her")
        assert talk.end() == 0
    assert "Hvornår" in talk.said.partition(LANGUAGE)[2]
    assert load(terminal.config, {}).schedule.language == "da"


def test_the_first_question_is_in_the_language_of_the_desktop(
    terminal: Terminal, without_systemd: dict[str, str]
) -> None:
    """The language of the desktop applies until another is chosen."""
    assert terminal.home
    with talking(without_systemd | {"LANG": "da_DK.UTF-8"}, "setup") as talk:
        talk.answer(f"Sprog / language {LANGUAGE}")
        talk.answer("Hvornår står du op?", CONTROL_D)
        talk.expect("Intet er skrevet.")
        assert talk.end() == 130


# What is there already


def test_a_config_is_replaced_only_by_leave(terminal: Terminal, asked: Asked) -> None:
    """The default answer is no."""
    path = terminal.write("# mine\n")
    result = asked((f"{path}. {REPLACE}", ""))
    assert (result.code, result.err) == (0, "")
    assert result.out.endswith("Nothing was written.\n")
    assert path.read_text(encoding="utf-8") == "# mine\n"


def test_a_config_that_is_replaced_is_kept_beside(terminal: Terminal, asked: Asked) -> None:
    """Under a name that is not taken; a link stays one."""
    target = terminal.write("# mine\n", terminal.home / "dotfiles" / "mine.toml")
    path = terminal.config
    path.parent.mkdir(parents=True)
    path.symlink_to(target)
    for name in ("config.toml.old", "config.toml.old1"):
        before = target.read_bytes()
        result = asked((REPLACE, "y"), *USUAL, (write_it(path), ""))
        assert f"Your old config is kept as {path.with_name(name)}.\n" in result.out
        assert path.with_name(name).read_bytes() == before
        assert target.read_text(encoding="utf-8") == example_text()
        assert path.is_symlink()


def test_a_config_that_came_about_meanwhile_is_asked_for_too(
    terminal: Terminal, without_systemd: dict[str, str]
) -> None:
    """Before it is replaced."""
    with talking(without_systemd, "setup") as talk:
        up_to_writing(talk, terminal.config)
        terminal.write("# theirs\n")
        talk.answer("", "\n")
        talk.answer(REPLACE)
        talk.expect("Nothing was written.")
        assert talk.end() == 0
    assert terminal.config.read_text(encoding="utf-8") == "# theirs\n"


def test_a_wrong_config_can_be_replaced(terminal: Terminal, asked: Asked) -> None:
    """It has no part in the answers."""
    terminal.write("[sleep")
    assert asked((REPLACE, "y"), *USUAL, (write_it(terminal.config), "")).code == 0
    assert terminal.config.read_text(encoding="utf-8") == example_text()


def test_a_config_that_cannot_be_read_is_not_replaced(terminal: Terminal, asked: Asked) -> None:
    """For no copy of it could be kept."""
    terminal.config.mkdir(parents=True)
    result = asked((REPLACE, "y"), *USUAL, (write_it(terminal.config), ""))
    assert result.code == 1
    assert result.err == f"{terminal.config} cannot be written: Is a directory.\n"


# Nothing


@pytest.mark.parametrize("keys", [CONTROL_C, CONTROL_D])
@pytest.mark.parametrize("after", range(5))
def test_breaking_off_writes_nothing(
    terminal: Terminal, without_systemd: dict[str, str], keys: str, after: int
) -> None:
    """At whatever question."""
    questions = [LANGUAGE, WAKE, BEDTIME, WEEKEND, REMIND]
    with talking(without_systemd, "setup") as talk:
        for question in questions[:after]:
            talk.answer(question)
        talk.answer(questions[after], keys)
        talk.expect("\nNothing was written.\n")
        assert talk.end() == 130
    assert "Traceback" not in talk.said
    assert not terminal.config.parent.exists()
    assert not terminal.state.exists()


@pytest.mark.parametrize(("keys", "code"), [("n\n", 0), (CONTROL_C, 130)])
def test_the_last_word_is_the_persons(
    terminal: Terminal, without_systemd: dict[str, str], keys: str, code: int
) -> None:
    """A person who sees the result and declines it has no config."""
    with talking(without_systemd, "setup") as talk:
        up_to_writing(talk, terminal.config)
        talk.answer("", keys)
        talk.expect("Nothing was written.")
        assert talk.end() == code
    assert not terminal.config.parent.exists()


def test_without_a_terminal_nothing_can_be_asked(terminal: Terminal) -> None:
    """It says what to do instead."""
    result = terminal("setup")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("The setup asks questions, so it needs a terminal. ")


def test_a_config_that_cannot_be_written_is_told(terminal: Terminal, asked: Asked) -> None:
    """With what the system says."""
    (terminal.home / "config").write_text("in the way", encoding="utf-8")
    result = asked(*USUAL, (write_it(terminal.config), ""))
    assert result.code == 1
    assert result.err == f"{terminal.config} cannot be written: Not a directory.\n"


# The service


@pytest.fixture
def with_systemd(terminal: Terminal, environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment whose user manager accepts and records everything."""
    program = shell_program(terminal.home / "bin" / "systemctl", 'echo "$@" >>"$HOME/asked"')
    return {**environment, "PATH": f"{program.parent}:{environment['PATH']}"}


def test_the_service_is_installed_by_leave(
    terminal: Terminal, with_systemd: dict[str, str]
) -> None:
    """As `install` does it."""
    with talking(with_systemd, "setup") as talk:
        up_to_writing(talk, terminal.config)
        talk.answer("", "\n")
        talk.answer(INSTALL)
        talk.expect("Installed ")
        talk.expect("Next: ")
        assert talk.end() == 0
    asked = (terminal.home / "asked").read_text(encoding="utf-8")
    assert "--user restart nightcare.service\n" in asked
    assert (terminal.home / "config" / "systemd" / "user" / "nightcare.service").exists()


@pytest.mark.parametrize("keys", ["n\n", CONTROL_C, CONTROL_D])
def test_the_service_is_not_installed_against_it(
    terminal: Terminal, with_systemd: dict[str, str], keys: str
) -> None:
    """The config is written by then, and it says how to start later."""
    with talking(with_systemd, "setup") as talk:
        up_to_writing(talk, terminal.config)
        talk.answer("", "\n")
        talk.answer(INSTALL, keys)
        talk.expect("`nightcare install` starts it whenever you like.")
        assert talk.end() == 0
    assert terminal.config.exists()
    assert "restart" not in (terminal.home / "asked").read_text(encoding="utf-8")


def test_another_file_is_set_up_when_it_is_named(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, asked: Asked
) -> None:
    """As with every command."""
    path = terminal.home / "mine.toml"
    monkeypatch.setenv("NIGHTCARE_CONFIG", str(path))
    assert asked(*USUAL, (write_it(path), "")).code == 0
    assert path.exists()
    assert not terminal.config.exists()


def test_a_service_that_runs_knows_of_it(terminal: Terminal, asked: Asked) -> None:
    """It is not offered again."""
    terminal.state.mkdir(parents=True)
    service = InstanceLock(terminal.state)
    assert service.take()
    result = asked(*USUAL, (write_it(terminal.config), ""))
    assert result.out.endswith(f"nightcare is running, and uses it at once.\n{WELCOME}\n")
    with terminal.journal() as journal:
        assert "wanted" in journal.read_note(WELCOME_NOTE)


def test_the_service_is_offered_in_this_process_too(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, with_systemd: dict[str, str]
) -> None:
    """It is not installed without a yes."""
    monkeypatch.setenv("PATH", with_systemd["PATH"])
    for answer, said in (("n", "starts it whenever you like.\n"), ("", f"{WELCOME}\n")):
        replacing = [(REPLACE, "y")] if terminal.config.exists() else []
        script = [*replacing, *USUAL, (write_it(terminal.config), ""), (INSTALL, answer)]
        result = answered(terminal, monkeypatch, script, "setup")
        assert (result.code, result.err) == (0, "")
        assert result.out.endswith(said)


@pytest.mark.parametrize("after", [0, 2, 8, 9])
def test_when_nothing_more_is_typed_nothing_is_written(
    terminal: Terminal, asked: Asked, after: int
) -> None:
    """A file that was agreed to is written, because no question followed it."""
    script = [*USUAL, (write_it(terminal.config), "")][:after]
    result = asked(*script)
    if after == 9:
        assert (result.code, terminal.config.exists()) == (0, True)
    else:
        assert (result.code, terminal.config.exists()) == (130, False)
        assert result.out.endswith("\nNothing was written.\n")


def test_who_says_no_in_the_end_has_no_config(terminal: Terminal, asked: Asked) -> None:
    """It says so."""
    result = asked(*USUAL, (write_it(terminal.config), "n"))
    assert (result.code, result.err) == (0, "")
    assert result.out.endswith("Nothing was written.\n")
    assert not terminal.config.parent.exists()
