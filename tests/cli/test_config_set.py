"""Changing one value of the config file: set and unset, as a person types them."""

from __future__ import annotations

import stat

import pytest
import tomli

from cli.talk import SOURCE, left_loaded
from cli.terminal import Terminal
from nightcare.config.config_file import example_text
from nightcare.desktop.instance_lock import InstanceLock

OURS = "# mine\n[snooze]\nlimit = 2   # few\n"


def test_set_changes_one_value(terminal: Terminal) -> None:
    """The command names the value and the file."""
    path = terminal.write(OURS)
    result = terminal("config", "set", "snooze.limit", "5")
    assert (result.code, result.err) == (0, "")
    assert result.out == f"snooze.limit = 5, in {path}.\n"
    assert path.read_text(encoding="utf-8") == OURS.replace("2", "5")


@pytest.mark.parametrize(
    ("key", "value", "written"),
    [
        ("sleep.bedtime", "22:15", 'bedtime = "22:15"'),
        ("sleep.bedtime", "22.45", 'bedtime = "22:45"'),
        ("sleep.bedtime", "2245", 'bedtime = "22:45"'),
        ("sleep.bedtime", "22", 'bedtime = "22:00"'),
        ("sleep.bedtime", "22h45", 'bedtime = "22:45"'),
        ("sleep.bedtime", "10:45 pm", 'bedtime = "22:45"'),
        ("sleep.bedtime", "10PM", 'bedtime = "22:00"'),
        ("sleep.bedtime", "kl. 22.45", 'bedtime = "22:45"'),
        ("sleep.bedtime", "at 22:45", 'bedtime = "22:45"'),
        ("sleep.bedtime", "24:00", 'bedtime = "00:00"'),
        ("sleep.bedtime", "\uff12\uff12\uff1a\uff14\uff15", 'bedtime = "22:45"'),
        ("sleep.bedtime", "10", None),
        ("sleep.bedtime", "25:00", None),
        ("reminders.loose-blanket.at", "22.15", 'at    = "22:15"\n'),
        ("reminders.loose-blanket.fresh", "an hour", 'fresh = "1h"\n'),
        ("reminders.water.every", "90 minutes", 'every = "1h30m"'),
        ("reminders.water.every", "90", None),
        ("reminders.water.text", "22.30", 'text  = "22.30"\n'),
        ("reminders.water.text", "10 pm", 'text  = "10 pm"\n'),
        ("reminders.water.text", "20 min", 'text  = "20 min"\n'),
        ("sleep.friday.bedtime", "23:45", '[sleep.friday]\nbedtime = "23:45"\n'),
        ("reminders.water.every", "90m", 'every = "90m"'),
        ("reminders.water.at", '["10:30", "15:00"]', None),
        ("reminders.loose-blanket.at", '["10:30", "15:00"]', 'at    = ["10:30", "15:00"]\n'),
        ("reminders.water.text", "5", 'text  = "5"\n'),
        ("reminders.water.text", "true", 'text  = "true"\n'),
        ("reminders.water.text", '["a"]', 'text  = "[\\"a\\"]"\n'),
        ("reminders.water.enabled", "false", "enabled = false\n"),
        ("reminders.water.sound", "false", "sound = false\n"),
        ("quiet.locked", "show", 'locked         = "show"   '),
        ("diary.morning_question", "false", "morning_question = false   "),
        ("reminders.water.repeat", '{every="10m", times=1}', "repeat = { every ="),
    ],
)
def test_a_value_is_what_its_key_takes(
    terminal: Terminal, key: str, value: str, written: str | None
) -> None:
    """TOML where it takes that, else the text; what the whole then is must be right."""
    path = terminal.write(example_text())
    result = terminal("config", "set", key, value)
    text = path.read_text(encoding="utf-8")
    if written is None:
        assert (result.code, text) == (78, example_text())
    else:
        assert (result.code, result.err) == (0, "")
        assert written in text
        assert terminal("config", "check").code == 0


def test_set_makes_the_file(terminal: Terminal) -> None:
    """From the example, and says so; it is the person's alone."""
    result = terminal("config", "set", "language", "da")
    assert (result.code, result.err) == (0, "")
    assert result.out == (
        f"{terminal.config} fandtes ikke; den er oprettet med eksemplet og dets kommentarer.\n"
        f'language = "da", i {terminal.config}.\n'
    )
    old = example_text()
    assert terminal.config.read_text(encoding="utf-8") == old.replace('"auto"', '"da"  ', 1)
    assert stat.S_IMODE(terminal.config.stat().st_mode) == 0o600


def test_set_makes_no_file_for_a_mistake(terminal: Terminal) -> None:
    """Not even its folder."""
    assert terminal("config", "set", "language", "dk").code == 78
    assert terminal("config", "set", "langage", "da").code == 2
    assert not terminal.config.parent.exists()


def test_what_a_part_would_take_the_place_of_is_told(terminal: Terminal) -> None:
    """In one line each."""
    path = terminal.write(OURS)
    result = terminal("config", "set", "sleep.bedtime", "22:15")
    assert result.out.startswith("Your file had no [sleep], so ")
    result = terminal("config", "set", "reminders.water.every", "90m")
    assert result.out.startswith("Your file had no reminders, so ")
    assert len(result.out.splitlines()) == 2
    assert len(tomli.loads(path.read_text(encoding="utf-8"))["reminders"]) == 3
    for name in ("water", "evening-stretch"):
        result = terminal("config", "unset", f"reminders.{name}")
        assert result.out == f"reminders.{name} is removed from {path}.\n"
    result = terminal("config", "unset", "reminders.loose-blanket")
    assert result.out.startswith("Your file has no reminders of its own now, so ")


def test_a_wrong_value_changes_nothing(terminal: Terminal) -> None:
    """It is told without a line, for it stands in none."""
    path = terminal.write(OURS)
    result = terminal("config", "set", "snooze.limit", "many")
    assert (result.code, result.out) == (78, "")
    assert result.err == (
        f'{path}: snooze.limit: found "many"; allowed: a whole number\n'
        "Nothing was changed, because the config would have errors: 1.\n"
    )
    assert terminal("config", "set", "snooze.limit", "500").code == 78
    assert terminal("config", "set", "sleep.bedtime", "25:00").code == 78
    assert path.read_text(encoding="utf-8") == OURS


def test_a_file_that_is_wrong_elsewhere_stays_as_it_is(terminal: Terminal) -> None:
    """It shows what is wrong, on its line."""
    text = 'language = "dk"\n\n[snooze]\nlimit = "many"\n'
    path = terminal.write(text)
    result = terminal("config", "set", "language", "da")
    assert (result.code, result.out) == (78, "")
    assert result.err.startswith(f'{path}:4:9: snooze.limit: found "many"')
    assert path.read_text(encoding="utf-8") == text
    result = terminal("config", "set", "sleep.bedtime", "22:00")
    told = [line.partition(": ")[0] for line in result.err.splitlines() if "found" in line]
    assert told == [f"{path}:1:12", f"{path}:4:9"]


WALK = '[reminders.walk]\ntopic = "exercise"\nat = "bedtime - 5h"\n'


def test_a_mistake_in_what_is_not_written_shows_no_line(terminal: Terminal) -> None:
    """Neither as its own, nor as the other that it contradicts; the file is named all the same."""
    path = terminal.write('[sleep]\nwake = "07:00"\nbedtime = "22:30"\n' + WALK)
    result = terminal("config", "set", "snooze.limit", "101")
    assert result.err.startswith(f"{path}: snooze.limit: found 101; allowed: 0 to 100\n")
    assert " | " not in result.err
    result = terminal("config", "set", "sleep.wake", "18:00")
    assert result.err.startswith(f"{path}:6:6: reminders.walk.at: ")
    assert "; see" not in result.err
    assert result.err.count(" | ") == 2


def test_set_may_mend_a_file(terminal: Terminal) -> None:
    """If the result is right."""
    path = terminal.write('language = "dk"\n')
    result = terminal("config", "set", "language", "da")
    assert (result.code, result.err) == (0, "")
    assert path.read_text(encoding="utf-8") == 'language = "da"\n'
    terminal.write("nonsense = 1\nlanguage = 'en'\n")
    assert terminal("config", "unset", "nonsense").code == 0
    assert path.read_text(encoding="utf-8") == "language = 'en'\n"
    terminal.write("[sleep\n")
    result = terminal("config", "set", "language", "da")
    assert (result.code, result.out) == (78, "")
    assert result.err.startswith(f"{path}:1:7: a table's name ends with")


@pytest.mark.parametrize("command", [("set",), ("unset",)])
def test_an_unknown_key_is_a_mistake_in_the_usage(
    terminal: Terminal, command: tuple[str, ...]
) -> None:
    """The nearest is named."""
    path = terminal.write(OURS)
    value = ["3"] if command == ("set",) else []
    result = terminal("config", *command, "sleep.bedtme", *value)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(
        "There is no key sleep.bedtme. Did you mean sleep.bedtime? Allowed: sleep.wake, "
    )
    result = terminal("config", *command, "reminders.water.q.x", *value)
    assert result.code == 2
    result = terminal("config", *command, "xyz", *value)
    assert result.err.startswith("There is no key xyz. Allowed: language, ")
    result = terminal("config", *command, "language.x", *value)
    assert (result.code, result.err[:19]) == (2, "language is a value")
    result = terminal("config", *command, "a b", *value)
    assert (result.code, result.err[:20]) == (2, '"a b" is not a key. ')
    assert path.read_text(encoding="utf-8") == OURS


def test_unset(terminal: Terminal) -> None:
    """A missing key is an error."""
    path = terminal.write(OURS + "lengths = ['5m']\n")
    result = terminal("config", "unset", "snooze.lengths")
    assert (result.code, result.err) == (0, "")
    assert result.out == f"snooze.lengths is removed from {path}.\n"
    assert path.read_text(encoding="utf-8") == OURS
    result = terminal("config", "unset", "snooze.lengths")
    assert (result.code, result.out) == (1, "")
    assert result.err == "snooze.lengths is not in your file, so there is nothing to remove.\n"


@pytest.mark.parametrize(
    ("key", "said", "written"),
    [
        ("sleep.bedtime", 'sleep.bedtime = "22:30" again', 'wake = "06:00"\nbedtime = "22:30"\n'),
        ("sleep.wake", 'sleep.wake = "07:00" again', 'wake = "07:00"\nbedtime = "23:00"\n'),
        ("reminders.water.every", 'reminders.water.every = "2h" again', 'every = "2h"\n'),
        ("reminders.water.topic", 'reminders.water.topic = "hydration" again', '"hydration"\n'),
    ],
)
def test_unset_what_its_table_must_name_gives_the_default_again(
    terminal: Terminal, key: str, said: str, written: str
) -> None:
    """The built-in one, for a table of the file takes the place of the whole built-in table."""
    path = terminal.write(
        '[sleep]\nwake = "06:00"\nbedtime = "23:00"\n'
        '[reminders.water]\ntopic = "sleep"\nevery = "3h"\nfrom = "wake"\n'
    )
    result = terminal("config", "unset", key)
    assert (result.code, result.err) == (0, "")
    assert result.out == f"{said}, which is the default, in {path}.\n"
    assert written in path.read_text(encoding="utf-8")
    assert terminal("config", "check").code == 0


@pytest.mark.parametrize(
    ("key", "table"),
    [
        ("reminders.walk.topic", "reminders.walk"),
        ("reminders.walk.every", "reminders.walk"),
        ("reminders.walk.repeat.every", "reminders.walk.repeat"),
        ("reminders.walk.repeat.times", "reminders.walk.repeat"),
        ("routines.desk.steps", "routines.desk"),
    ],
)
def test_unset_what_is_needed_and_has_no_default_changes_nothing(
    terminal: Terminal, key: str, table: str
) -> None:
    """It names the table that can be taken out, and that can be."""
    text = (
        '[reminders.walk]\ntopic = "exercise"\nevery = "3h"\nfrom = "wake"\n'
        'repeat = { every = "10m", times = 2 }\n'
        '[routines.desk]\nseconds = 20\nsteps = [{ text = "Stand up" }]\n'
    )
    path = terminal.write(text)
    result = terminal("config", "unset", key)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"{key} is required while the rest of {table} stays")
    assert result.err.endswith(f"`nightcare config unset {table}`.\n")
    assert path.read_text(encoding="utf-8") == text
    assert terminal("config", "unset", table).code == 0


@pytest.mark.parametrize(
    "key", ["sleep", "sleep.friday", "sleep.friday.bedtime", "reminders", "snooze", "snooze.limit"]
)
def test_unset_a_table_or_what_it_need_not_name(terminal: Terminal, key: str) -> None:
    """The rest of the file is valid."""
    terminal.write(
        '[sleep]\nwake = "06:00"\nbedtime = "23:00"\n[sleep.friday]\nbedtime = "23:45"\n'
        '[reminders.walk]\ntopic = "exercise"\nevery = "3h"\n[snooze]\nlimit = 4\n'
    )
    result = terminal("config", "unset", key)
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(f"{key} is removed from ") or "built-in" in result.out
    assert terminal("config", "check").code == 0


def test_the_environment_has_no_part_in_it(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person who has set the variable is told that it overrides the file."""
    path = terminal.write(OURS)
    monkeypatch.setenv("NIGHTCARE_SNOOZE__LIMIT", "many")
    result = terminal("config", "set", "snooze.limit", "5")
    assert (result.code, result.err) == (0, "")
    assert result.out == (
        f"snooze.limit = 5, in {path}.\nNIGHTCARE_SNOOZE__LIMIT is set, and overrides the file.\n"
    )
    assert terminal("config", "set", "language", "en").out.count("\n") == 1


def test_a_doubtful_value_is_set_and_told(terminal: Terminal) -> None:
    """On the line where it now stands."""
    path = terminal.write(example_text())
    result = terminal("config", "set", "reminders.water", '{topic="hydration", at="03:00"}')
    assert result.code == 0
    assert result.err.startswith(f"Note: {path}:")
    line = int(result.err.split(":")[2])
    assert path.read_text(encoding="utf-8").splitlines()[line - 1].startswith('at = "03:00"')


def test_a_service_that_runs_must_be_told(terminal: Terminal) -> None:
    """It says how."""
    terminal.write(OURS)
    terminal.state.mkdir(parents=True)
    service = InstanceLock(terminal.state)
    assert service.take()
    result = terminal("config", "set", "snooze.limit", "5")
    assert "nightcare is running, and uses it at once.\n" in result.out


@pytest.mark.parametrize("words", [("set", "notify.backend", "terminal"), ("unset", "notify")])
def test_what_shows_reminders_changes_with_the_next_start(
    terminal: Terminal, words: tuple[str, ...]
) -> None:
    """The command says so, and how to restart."""
    terminal.write('[notify]\nbackend = "freedesktop"\n')
    terminal.state.mkdir(parents=True)
    service = InstanceLock(terminal.state)
    assert service.take()
    result = terminal("config", *words)
    assert (result.code, result.err) == (0, "")
    assert "after a restart: `systemctl --user restart nightcare`.\n" in result.out
    assert "at once" not in result.out


def test_dotfiles_keep_their_link_and_mode(terminal: Terminal) -> None:
    """The file behind the link is changed."""
    target = terminal.write(OURS, terminal.home / "dotfiles" / "nightcare.toml")
    target.chmod(0o640)
    terminal.config.parent.mkdir(parents=True)
    terminal.config.symlink_to(target)
    assert terminal("config", "set", "snooze.limit", "5").code == 0
    assert terminal.config.is_symlink()
    assert target.read_text(encoding="utf-8") == OURS.replace("2", "5")
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert [one.name for one in target.parent.iterdir()] == ["nightcare.toml"]


def test_a_file_that_cannot_be_written_is_told(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what the system says."""
    path = terminal.write(OURS)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    result = terminal("config", "set", "snooze.limit", "5")
    assert (result.code, result.out) == (1, "")
    assert result.err == f"{path} cannot be written: No space left on device.\n"
    assert path.read_text(encoding="utf-8") == OURS


@pytest.mark.parametrize("words", ["set language da", "edit"])
def test_a_link_to_itself_is_told(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    """The command fails with what the system says, and the link stays."""
    monkeypatch.setenv("EDITOR", "true")
    terminal.config.parent.mkdir(parents=True)
    terminal.config.symlink_to(terminal.config)
    result = terminal("config", *words.split())
    assert result.code in (1, 78)
    assert "Too many levels of symbolic links" in result.err
    assert terminal.config.is_symlink()


def test_the_file_that_is_named_is_changed(terminal: Terminal) -> None:
    """Before and behind the command."""
    path = terminal.write(OURS, terminal.home / "other.toml")
    assert terminal("--config", path, "config", "set", "snooze.limit", "5").code == 0
    assert terminal("config", "set", "--config", path, "snooze.limit", "6").code == 0
    assert path.read_text(encoding="utf-8") == OURS.replace("2", "6")
    assert not terminal.config.exists()


def test_only_the_commands_that_change_something_need_what_they_need(terminal: Terminal) -> None:
    """The others start without it."""
    environment = {"PYTHONPATH": str(SOURCE), "HOME": str(terminal.home)}
    assert "tomlkit" not in left_loaded(environment, "config show", "next")
