"""Editing the config file in an editor: only what is right is taken, and nothing is lost."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.talk import CONTROL_C, CONTROL_D, answered, talking
from cli.terminal import Result, Terminal
from nightcare.config.config_file import example_text
from nightcare.desktop.instance_lock import InstanceLock
from parts.scripts import shell_program

OURS = "# mine\n[snooze]\nlimit = 2   # few\n"
RIGHT = OURS.replace("2", "5")
INVALID = OURS.replace("2", '"many"')
COMPLAINT = ':3:9: snooze.limit: found "many"; allowed: a whole number'
ASKED = "e: edit again, x: discard the draft, s: keep the draft in its own file [e]: "

Editor = Callable[..., str]
Edit = Callable[..., Result]


@pytest.fixture
def editor(terminal: Terminal) -> Editor:
    """Make an editor of a few lines of shell, in which $1 is the file; returns its command."""

    def make(script: str, name: str = "editor") -> str:
        return str(shell_program(terminal.home / name, script))

    return make


@pytest.fixture
def edit(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> Edit:
    """Run `config edit` with these variables, without a terminal."""

    def run(**variables: str) -> Result:
        with monkeypatch.context() as patch:
            for name in ("VISUAL", "EDITOR"):
                patch.delenv(name, raising=False)
            for name, value in variables.items():
                patch.setenv(name, value)
            return terminal("config", "edit")

    return run


def drafts(terminal: Terminal) -> list[Path]:
    """Return the drafts that were kept beside the config."""
    return [one for one in terminal.config.parent.glob("*") if one != terminal.config]


def writes(text: str) -> str:
    """Shell that writes a text into the file."""
    return f"cat >\"$1\" <<'END'\n{text}END"


def test_what_is_right_is_taken(terminal: Terminal, editor: Editor, edit: Edit) -> None:
    """No draft is left."""
    path = terminal.write(OURS)
    path.chmod(0o640)
    result = edit(EDITOR=editor(writes(RIGHT)))
    assert (result.code, result.out, result.err) == (0, f"{path} is saved.\n", "")
    assert path.read_text(encoding="utf-8") == RIGHT
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert drafts(terminal) == []


@pytest.mark.parametrize(
    ("text", "when"),
    [(RIGHT, "at once"), (f'{OURS}[notify]\nbackend = "plyer"\n', "after a restart")],
)
def test_a_service_that_runs_goes_by_it(
    terminal: Terminal, editor: Editor, edit: Edit, text: str, when: str
) -> None:
    """Only a change of `notify.backend` needs a restart, and the command says so."""
    terminal.write(OURS)
    terminal.state.mkdir(parents=True)
    service = InstanceLock(terminal.state)
    assert service.take()
    last = edit(EDITOR=editor(writes(text))).out.splitlines()[-1]
    assert last.startswith("nightcare is running, and uses it ")
    assert when in last


def test_the_draft_is_the_persons_alone_beside_the_file(
    terminal: Terminal, editor: Editor, edit: Edit
) -> None:
    """With the ending by which editors know the kind."""
    terminal.write(OURS)
    script = 'stat -c "%a %n" "$1" >"$HOME/seen"; cat "$1" >>"$HOME/seen"'
    result = edit(EDITOR=editor(script))
    assert (result.code, result.out) == (0, "Nothing was changed.\n")
    line, _, held = (terminal.home / "seen").read_text(encoding="utf-8").partition("\n")
    mode, _, name = line.partition(" ")
    assert (mode, Path(name).parent, Path(name).suffix) == ("600", terminal.config.parent, ".toml")
    assert held == OURS


def test_visual_goes_over_editor_and_may_have_arguments(
    terminal: Terminal, editor: Editor, edit: Edit
) -> None:
    """Quoted as in a shell."""
    path = terminal.write(OURS)
    visual = editor('[ "$2" = "--a b" ] && sed -i s/2/5/ "$3"', name="my editor")
    more = {"VISUAL": f"'{visual}' --wait '--a b'", "EDITOR": "false"}
    command = editor('shift 0; [ "$2" = "--a b" ] && sed -i s/2/5/ "$3"', name="my editor")
    assert command == visual
    assert edit(**more).code == 0
    assert path.read_text(encoding="utf-8") == RIGHT


def test_without_a_variable_there_are_the_usual_editors(
    terminal: Terminal, editor: Editor, edit: Edit
) -> None:
    """The first that is there."""
    terminal.write(OURS)
    editor("exit 3", name="vi")
    more = {"PATH": str(terminal.home), "VISUAL": " ", "EDITOR": ""}
    result = edit(**more)
    assert (result.code, result.err) == (
        1, "vi ended with an error (3). Nothing was changed.\n",
    )  # fmt: skip
    editor("exit 4", name="nano")
    assert edit(**more).err.startswith("nano ended with an error (4).")
    result = edit(PATH=str(terminal.home / "nowhere"))
    assert (result.code, result.err) == (
        1, "No editor was found. Choose one with the variable EDITOR, such as EDITOR=nano.\n",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("/nowhere/editor", "/nowhere/editor cannot be started: No such file or directory. "),
        ("'editor", "EDITOR has a quotation mark too few or too many. "),
        ("false", "false ended with an error (1). Nothing was changed.\n"),
    ],
)
def test_an_editor_that_does_not_do_its_part(
    terminal: Terminal, edit: Edit, command: str, said: str
) -> None:
    """Nothing is changed, and no draft is left."""
    path = terminal.write(OURS)
    result = edit(EDITOR=command)
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith(said)
    assert path.read_text(encoding="utf-8") == OURS
    assert drafts(terminal) == []


def test_an_editor_that_breaks_off_loses_nothing(
    terminal: Terminal, editor: Editor, edit: Edit
) -> None:
    """The text written by then is kept, but not used."""
    path = terminal.write(OURS)
    result = edit(EDITOR=editor(writes(RIGHT) + "\nkill -9 $$"))
    assert result.code == 1
    (draft,) = drafts(terminal)
    assert result.err.startswith(f"Your draft is kept as {draft}.\n")
    assert draft.read_text(encoding="utf-8") == RIGHT
    assert path.read_text(encoding="utf-8") == OURS


def test_without_a_file_it_begins_from_the_example(
    terminal: Terminal, editor: Editor, edit: Edit
) -> None:
    """The example is not written if nothing was changed."""
    result = edit(EDITOR="true")
    assert result.out == f"Nothing was changed, so {terminal.config} was not written.\n"
    assert not terminal.config.parent.exists()
    result = edit(EDITOR=editor("sed -i s/22:30/22:15/ $1"))
    assert (result.code, result.err) == (0, "")
    text = terminal.config.read_text(encoding="utf-8")
    assert text == example_text().replace("22:30", "22:15")


def test_a_link_stays_a_link(terminal: Terminal, editor: Editor, edit: Edit) -> None:
    """The draft lies beside what it leads to."""
    target = terminal.write(OURS, terminal.home / "dotfiles" / "mine.toml")
    terminal.config.parent.mkdir(parents=True)
    terminal.config.symlink_to(target)
    script = f'[ "${{1%/*}}" = {target.parent} ] && {writes(RIGHT)}'
    assert edit(EDITOR=editor(script)).code == 0
    assert terminal.config.is_symlink()
    assert target.read_text(encoding="utf-8") == RIGHT
    assert list(target.parent.iterdir()) == [target]


def test_mistakes_without_a_terminal_keep_the_draft(
    terminal: Terminal, editor: Editor, edit: Edit
) -> None:
    """For nobody can be asked."""
    path = terminal.write(OURS)
    result = edit(EDITOR=editor(writes(INVALID)))
    assert (result.code, result.out) == (78, "")
    (draft,) = drafts(terminal)
    assert result.err == (
        f"{draft}{COMPLAINT}\n"
        '  3 | limit = "many"   # few\n'
        "    |         ^^^^^^\n"
        "Errors in the draft: 1. Your config is unchanged.\n"
        f"Your draft is kept as {draft}.\n"
    )
    assert draft.read_text(encoding="utf-8") == INVALID
    assert path.read_text(encoding="utf-8") == OURS


def test_a_file_that_was_changed_meanwhile_is_not_overwritten(
    terminal: Terminal, editor: Editor, edit: Edit
) -> None:
    """Both stay."""
    path = terminal.write(OURS)
    script = f"{writes(RIGHT)}\necho '# theirs' >{path}"
    result = edit(EDITOR=editor(script))
    assert (result.code, result.out) == (1, "")
    (draft,) = drafts(terminal)
    assert result.err.startswith(f"Your draft is kept as {draft}.\n{path} was changed by ")
    assert path.read_text(encoding="utf-8") == "# theirs\n"
    assert draft.read_text(encoding="utf-8") == RIGHT


def test_a_file_that_was_made_meanwhile_is_not_overwritten(
    terminal: Terminal, editor: Editor, edit: Edit
) -> None:
    """Likewise."""
    script = f"{writes(RIGHT)}\necho '# theirs' >{terminal.config}"
    assert edit(EDITOR=editor(script)).code == 1
    assert terminal.config.read_text(encoding="utf-8") == "# theirs\n"


def test_a_file_that_is_wrong_can_be_mended(terminal: Terminal, editor: Editor, edit: Edit) -> None:
    """The file is left as it is."""
    path = terminal.write("[sleep")
    assert edit(EDITOR="true").code == 0
    assert edit(EDITOR=editor(writes(RIGHT))).code == 0
    assert path.read_text(encoding="utf-8") == RIGHT


def test_what_is_doubtful_is_told(terminal: Terminal, editor: Editor, edit: Edit) -> None:
    """In the language that the file now has, on the line where it is."""
    path = terminal.write(OURS)
    text = 'language = "da"\n[reminders.a]\ntopic = "sleep"\nat = "03:00"\n'
    result = edit(EDITOR=editor(writes(text)))
    assert (result.code, result.out) == (0, f"{path} er gemt.\n")
    assert result.err.startswith(f"Bemærk: {path}:4:6: reminders.a.at: ")


# In a terminal


TWO_TRIES = f"""
if [ -e "$HOME/again" ]; then {writes(RIGHT)}
else
touch "$HOME/again"
{writes(INVALID)}
fi"""


def test_edit_again(terminal: Terminal, editor: Editor, environment: dict[str, str]) -> None:
    """The draft is as it was left; anything but the three letters is asked again."""
    path = terminal.write(OURS)
    with talking(environment | {"EDITOR": editor(TWO_TRIES)}, "config", "edit") as talk:
        talk.expect(COMPLAINT.removeprefix(":3:9"))
        talk.answer(ASKED, "q\n")
        talk.answer(ASKED)
        assert talk.end() == 0
    assert path.read_text(encoding="utf-8") == RIGHT
    assert drafts(terminal) == []


@pytest.mark.parametrize("answer", ["x\n", "X \n"])
def test_discard(
    terminal: Terminal, editor: Editor, environment: dict[str, str], answer: str
) -> None:
    """The old one stays, and the draft is gone."""
    path = terminal.write(OURS)
    with talking(environment | {"EDITOR": editor(writes(INVALID))}, "config", "edit") as talk:
        talk.answer(ASKED, answer)
        assert talk.end() == 78
    assert path.read_text(encoding="utf-8") == OURS
    assert drafts(terminal) == []


@pytest.mark.parametrize(("answer", "code"), [("s\n", 78), (CONTROL_C, 130), (CONTROL_D, 130)])
def test_save_aside(
    terminal: Terminal, editor: Editor, environment: dict[str, str], answer: str, code: int
) -> None:
    """The draft is also saved if the person interrupts the question."""
    path = terminal.write(OURS)
    with talking(environment | {"EDITOR": editor(writes(INVALID))}, "config", "edit") as talk:
        talk.answer(ASKED, answer)
        assert talk.end() == code
    (draft,) = drafts(terminal)
    assert f"Your draft is kept as {draft}.\n" in talk.said
    assert draft.read_text(encoding="utf-8") == INVALID
    assert path.read_text(encoding="utf-8") == OURS


def test_an_interrupt_in_the_editor_is_the_editors(
    terminal: Terminal, editor: Editor, environment: dict[str, str]
) -> None:
    """It does not end the command around it, and the editor is not deaf to it."""
    path = terminal.write(OURS)
    script = f"trap 'trap - INT; {{ {writes(RIGHT)}\n}}; exit 0' INT\necho ready\nread line"
    with talking(environment | {"EDITOR": editor(script)}, "config", "edit") as talk:
        talk.answer("ready", CONTROL_C)
        assert talk.end() == 0
    assert path.read_text(encoding="utf-8") == RIGHT


@pytest.mark.parametrize(
    ("answers", "code", "text", "kept"),
    [(["q", ""], 0, RIGHT, 0), ([" X "], 78, OURS, 0), (["s"], 78, OURS, 1), ([], 130, OURS, 1)],
)
def test_what_is_answered_is_done(  # noqa: PLR0913 - four cases of what comes of an answer
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
    editor: Editor,
    *,
    answers: list[str],
    code: int,
    text: str,
    kept: int,
) -> None:
    """Any other letter repeats the question; an empty answer keeps the draft."""
    path = terminal.write(OURS)
    monkeypatch.setenv("EDITOR", editor(TWO_TRIES))
    script = [(ASKED.removesuffix("[e]: "), one) for one in answers]
    result = answered(terminal, monkeypatch, script, "config", "edit")
    assert result.code == code
    assert path.read_text(encoding="utf-8") == text
    assert len(drafts(terminal)) == kept
