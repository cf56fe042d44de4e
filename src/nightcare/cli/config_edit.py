"""Editing the config file in the user's editor: config edit."""

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

import click

from nightcare.atomic_write import file_lock, resolved
from nightcare.cli.command_context import CommandContext, pass_context
from nightcare.cli.command_help import LocalisedCommand
from nightcare.cli.config_save import (
    READ_AT_START,
    config_translator,
    content_of,
    report_to_service,
    write_all,
)
from nightcare.cli.output import echo_text, print_diagnostics, print_error
from nightcare.cli.questions import prompt
from nightcare.config.config_file import built_in, parsed, read_raw
from nightcare.config.load import load_file
from nightcare.errors import ConfigError, DesktopError, StateError
from nightcare.i18n.translator import Translator, words_for

_TERM = os.environ.get("TERM", "")
"""The terminal of the editor, which `--plain` hides from the program."""

_USUAL_EDITORS = ("sensible-editor", "nano", "vi")
_EDIT, _DISCARD, _SAVE = "e", "x", "s"


@click.command("edit", cls=LocalisedCommand)
@pass_context
def edit_command(context: CommandContext) -> int:
    """Edit your config file in your editor; save it only if it is valid."""
    path = context.config_place
    before, exists = content_of(path, context)
    editor = _editor(os.environ)
    translator = config_translator(context)
    with _draft(path, before, translator) as draft:
        after = _edit(editor, draft, before, translator)
        if after is None:
            return ConfigError.exit_code
        if after == before:
            echo_text(translator.text("edit_nothing" if exists else "edit_nothing_new", path=path))
            return 0
        _save(path, before if exists else None, after)
    loaded = load_file(parsed(str(path), after), {})
    translator = words_for(loaded.schedule.language, os.environ)
    echo_text(translator.text("did_edit", path=path))
    print_diagnostics(loaded.warnings, translator, warning=True)
    needs_restart = _table_read_at_start(before) != _table_read_at_start(after)
    report_to_service(context, translator, needs_restart=needs_restart)
    return 0


def _table_read_at_start(raw: bytes) -> object:
    """Return the table that the service reads at its start; None if the config is not TOML."""
    try:
        return parsed("", raw).values.get(READ_AT_START, built_in().values[READ_AT_START])
    except ConfigError:
        return None


@dataclass
class _Draft:
    """A copy of the config file, beside it.

    Attributes:
        path: Its path.
        kept: Whether to keep the file when the command ends.
    """

    path: Path
    kept: bool = False

    def content(self) -> bytes:
        """Return its content.

        Raises:
            ConfigError: It cannot be read.
        """
        return read_raw(self.path)


@contextlib.contextmanager
def _draft(path: Path, content: bytes, translator: Translator) -> Iterator[_Draft]:
    """Make a draft with a content; keep it if the user changed it and the command is interrupted.

    Raises:
        StateError: It cannot be written.
    """
    try:
        folder = resolved(path).parent
        made = not folder.exists()
        folder.mkdir(parents=True, exist_ok=True)
        # mkstemp makes a file that only its owner can read.
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
            echo_text(translator.text("edit_kept", path=draft.path), err=True)
        else:
            draft.path.unlink(missing_ok=True)
            if made:
                # Only an empty folder can be removed.
                with contextlib.suppress(OSError):
                    folder.rmdir()


def _edit(editor: list[str], draft: _Draft, before: bytes, translator: Translator) -> bytes | None:
    """Run the editor until the draft is valid or unchanged; return None if the user gives up.

    Raises:
        DesktopError: The editor cannot be run, or failed.
    """
    while True:
        _run(editor, draft.path)
        after = draft.content()
        if after == before:
            return after
        try:
            load_file(parsed(str(draft.path), after), {})
        except ConfigError as error:
            print_error(ConfigError(error.problems, key="config_draft_wrong"), translator)
        else:
            return after
        answer = _ask(translator) if sys.stdin.isatty() else _SAVE
        if answer != _EDIT:
            draft.kept = answer == _SAVE
            return None


def _ask(translator: Translator) -> str:
    """Ask for the next step with an invalid draft."""
    while True:
        answer = prompt(translator.text("edit_ask"), default=_EDIT, err=True).strip().lower()
        if answer in (_EDIT, _DISCARD, _SAVE):
            return answer


def _save(path: Path, before: bytes | None, after: bytes) -> None:
    """Replace the config file by a draft, if it has not changed since the draft was made.

    Raises:
        StateError: It has changed, or cannot be written.
    """
    with file_lock(path):
        now = read_raw(path) if path.exists() else None
        if now != before:
            raise StateError("config_changed_meanwhile", path=path)
        write_all({path: after})


def _editor(variables: Mapping[str, str]) -> list[str]:
    """Return the user's editor with its arguments.

    Raises:
        DesktopError: No variable names an editor, and no usual one is installed.
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
    """Run the editor on a file until it ends.

    Raises:
        DesktopError: It cannot be run, or failed.
    """
    with _interrupts_ignored():
        try:
            environment = {**os.environ, "TERM": _TERM}
            words = [*editor, str(draft)]
            code = subprocess.run(words, env=environment, check=False).returncode  # noqa: S603 - theirs
        except OSError as error:
            reason = error.strerror
            raise DesktopError("editor_not_started", editor=editor[0], reason=reason) from error
    if code:
        raise DesktopError("editor_failed", editor=editor[0], code=code)


@contextlib.contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Ignore Ctrl-C, which a terminal sends to this process too while the editor runs."""
    # A handler, unlike a signal that is ignored, is not inherited by the editor.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
