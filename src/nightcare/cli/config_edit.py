"""Editing the config file in the person's editor; only what is right is taken."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nightcare.atomic_write import alone_with
from nightcare.cli.command_context import CommandContext
from nightcare.cli.config_save import (
    WHEN_STARTED,
    content_of,
    spoken,
    tell_service,
    tell_warnings,
    write,
)
from nightcare.cli.declaring import command
from nightcare.cli.output import complain, echo
from nightcare.cli.prompts import prompt
from nightcare.config.layers import built_in, parsed, read_raw
from nightcare.config.load import load_file
from nightcare.errors import ConfigError, DesktopError, StateError
from nightcare.i18n.translator import Translator, words_for

_USUAL_EDITORS = ("sensible-editor", "nano", "vi")
_EDIT, _DISCARD, _SAVE = "e", "x", "s"


@command("edit", help="Edit your config file in your editor; only what is right is taken.")
def edit_command(person: CommandContext) -> int:
    """Edit a copy, and put it in the place of the file once it is right."""
    path = person.config_place
    before, there = content_of(path)
    editor = _editor(os.environ)
    words = spoken(person)
    with _draft(path, before, words) as draft:
        after = _edited(editor, draft, before, words)
        if after is None:
            return ConfigError.exit_code
        if after == before:
            echo(words.say("edit_nothing" if there else "edit_nothing_new", path=path))
            return 0
        _take(path, before if there else None, after)
    loaded = load_file(parsed(str(path), after), {})
    words = words_for(loaded.schedule.language, os.environ)
    echo(words.say("did_edit", path=path))
    tell_warnings(loaded.warnings, words)
    tell_service(person, words, restart=_started_with(before) != _started_with(after))
    return 0


def _started_with(raw: bytes) -> object:
    """What a config file says of what a service heeds when it starts; None where it is no TOML."""
    try:
        return parsed("", raw).values.get(WHEN_STARTED, built_in().values[WHEN_STARTED])
    except ConfigError:
        return None


@dataclass(slots=True)
class _Draft:
    """A copy of the config file, beside it.

    Attributes:
        path: Where it is.
        kept: Whether it stays when all is over.
    """

    path: Path
    kept: bool = False

    def content(self) -> bytes:
        """What it holds.

        Raises:
            ConfigError: It cannot be read.
        """
        return read_raw(self.path)


@contextlib.contextmanager
def _draft(path: Path, content: bytes, words: Translator) -> Iterator[_Draft]:
    """A draft with this content; whoever is broken off with one that they changed keeps it.

    Raises:
        StateError: It cannot be written.
    """
    folder = path.resolve().parent
    made = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Made so, it can be read by its owner alone.
        handle, name = tempfile.mkstemp(prefix=f"{path.stem}-draft-", suffix=".toml", dir=folder)
        draft = _Draft(Path(name))
        with os.fdopen(handle, "wb") as file:
            file.write(content)
    except OSError as error:
        raise StateError("config_not_written", path=path, reason=error.strerror) from error
    try:
        yield draft
    except BaseException:
        with contextlib.suppress(ConfigError):
            draft.kept = draft.content() != content
        raise
    finally:
        if draft.kept:
            echo(words.say("edit_kept", path=draft.path), err=True)
        else:
            draft.path.unlink(missing_ok=True)
            if made:
                # Only if nothing else is in it.
                with contextlib.suppress(OSError):
                    folder.rmdir()


def _edited(editor: list[str], draft: _Draft, before: bytes, words: Translator) -> bytes | None:
    """Let the person edit until the draft is right or as it was; None where they gave up.

    Raises:
        DesktopError: The editor does not do its part.
    """
    while True:
        _run(editor, draft.path)
        after = draft.content()
        if after == before:
            return after
        try:
            load_file(parsed(str(draft.path), after), {})
        except ConfigError as error:
            complain(ConfigError(error.problems, key="config_draft_wrong"), words)
        else:
            return after
        answer = _ask(words) if sys.stdin.isatty() else _SAVE
        if answer != _EDIT:
            draft.kept = answer == _SAVE
            return None


def _ask(words: Translator) -> str:
    """What to do with a draft that has mistakes."""
    while True:
        answer: str = prompt(words.say("edit_ask"), default=_EDIT, err=True)
        if answer.strip().lower() in (_EDIT, _DISCARD, _SAVE):
            return answer.strip().lower()


def _take(path: Path, before: bytes | None, after: bytes) -> None:
    """Put a draft in the place of the file, if that is still what it was made from.

    Raises:
        StateError: It is not, or it cannot be written.
    """
    with alone_with(path):
        now = read_raw(path) if path.exists() else None
        if now != before:
            raise StateError("config_changed_meanwhile", path=path)
        write(path, after)


# The editor


def _editor(variables: Mapping[str, str]) -> list[str]:
    """The person's editor, with its arguments.

    Raises:
        DesktopError: They named none, and there is none of the usual ones.
    """
    for name in ("VISUAL", "EDITOR"):
        try:
            named = shlex.split(variables.get(name, ""))
        except ValueError as error:
            raise DesktopError("editor_not_understood", variable=name) from error
        if named:
            return named
    for usual in _USUAL_EDITORS:
        if shutil.which(usual) is not None:
            return [usual]
    raise DesktopError("editor_missing")


def _run(editor: list[str], draft: Path) -> None:
    """Let the person edit a file.

    Raises:
        DesktopError: The editor is not there, or ended with an error.
    """
    with _interrupts_are_for_the_editor():
        try:
            code = subprocess.run([*editor, str(draft)], check=False).returncode  # noqa: S603 - theirs
        except OSError as error:
            reason = error.strerror
            raise DesktopError("editor_not_started", editor=editor[0], reason=reason) from error
    if code:
        raise DesktopError("editor_failed", editor=editor[0], code=code)


@contextlib.contextmanager
def _interrupts_are_for_the_editor() -> Iterator[None]:
    """Ctrl-C, which a terminal sends to both, does not end us while the editor runs."""
    # A handler, unlike a signal that is ignored, does not pass to the editor.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
