"""Completions in real shells, from the files that the packages carry."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import nightcare
from parts.home import Home, private_home
from parts.processes import find_program, run_tool
from parts.scripts import shell_program

pytestmark = pytest.mark.real

SHARE = Path(__file__).parents[2] / "share"
SOURCE = Path(nightcare.__file__).parents[1]

PROGRAM = f'PYTHONPATH={SOURCE} exec {sys.executable} -m nightcare "$@"'
CONFIG = """
[reminders.water]
topic = "hydration"
every = "2h"
[reminders.walk]
topic = "exercise"
at = "17:00"
[reminders."løse-dyner"]
topic = "blanket"
at = "bedtime"
"""
NAMES = {"water", "walk", "løse-dyner"}

# bash-completion loads what a command needs at the first TAB, and here by its own function.
BASH = """
. /usr/share/bash-completion/bash_completion
_completion_loader nightcare
complete -p nightcare >/dev/null || exit 1
COMP_LINE=$1 COMP_POINT=${#1}
read -ra COMP_WORDS <<<"$1"
case $1 in *" ") COMP_WORDS+=("") ;; esac
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_nightcare_completion nightcare
[ ${#COMPREPLY[@]} = 0 ] || printf '%s\\n' "${COMPREPLY[@]}"
"""

# An interactive shell on a terminal of its own, zshmodules(1): one TAB, and it leaves. What it
# offers goes through its builtin compadd, zshcompwid(1); with -A, -D or -O that is only asked.
ZSH = """
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "
fpath=($2 \\$fpath); autoload -Uz compinit; compinit -u -d $3/dump
compadd() {
    local -a offered
    (( \\${@[(I)-[ADO]]} )) || {
        builtin compadd -O offered \\"\\$@\\"
        print -rl -- \\$offered >>$3/said
    }
    builtin compadd \\"\\$@\\"
}
leave() { BUFFER=exit; zle accept-line }
zle -N leave; bindkey '^G' leave
: >$3/said"
zpty -n -w shell "$1"$'\\t\\x07'
while zpty -r shell; do :; done >/dev/null
cat $3/said
"""


@dataclass(frozen=True, slots=True)
class Shells:
    """The shells of one person, who has nightcare."""

    home: Home
    programs: Path

    def configure(self, text: str) -> None:
        """Write their config."""
        file = self.home.config / "nightcare" / "config.toml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def offers(self, shell: str, line: str) -> set[str]:
        """Return the completions of a shell at the end of a line."""
        found = find_program(shell, shell)
        match shell:
            case "bash":
                command = [found, "--norc", "--noprofile", "-c", BASH, "bash", line]
            case "zsh":
                functions = SHARE / "zsh" / "site-functions"
                command = [
                    found,
                    "-f",
                    "-c",
                    ZSH,
                    "zsh",
                    line,
                    str(functions),
                    str(self.home.aside),
                ]
            case _:
                command = [found, "-c", "complete -C $argv[1]", line]
        environment = self.home.environment(
            PATH=f"{self.programs}:{self.home.environment()['PATH']}",
            XDG_DATA_DIRS=f"{SHARE}:/usr/share",
        )
        said = run_tool(command, environment).decode().splitlines()
        # fish says what a word is for behind a TAB.
        return {one.partition("\t")[0] for one in said if one}


@pytest.fixture
def shells() -> Iterator[Shells]:
    """Start the shells of one person."""
    with private_home() as home:
        program = shell_program(home.aside / "bin" / "nightcare", PROGRAM)
        yield Shells(home, program.parent)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_commands_reminders_and_topics(shells: Shells, shell: str) -> None:
    """Reminders are those of the config in force, also of one that is named."""
    shells.configure(CONFIG)
    assert shells.offers(shell, "nightcare re") == {"rehearse", "resume", "report", "relief"}
    assert shells.offers(shell, "nightcare done ") == NAMES
    assert shells.offers(shell, "nightcare snooze wa") == {"water", "walk"}
    assert shells.offers(shell, "nightcare tips s") == {"stretching", "sleep"}
    assert shells.offers(shell, "nightcare --config /nowhere.toml why ") == set()
