"""The card for a cramp in the night, with a stretch and the diary one key away: relief."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import click

from nightcare.cli.command_context import CommandContext, pass_context
from nightcare.cli.command_help import LocalisedCommand
from nightcare.cli.output import echo
from nightcare.cli.tips import language_option, translator_in, wrapped
from nightcare.errors import NightcareError
from nightcare.i18n.translator import Translator
from nightcare.streams import coloured

_DIM, _PLAIN = "\x1b[2m", "\x1b[0m"
_STRETCH, _CRAMP = "s", "c"
_ESCAPE = "\x1b"
_CLOSE = frozenset({"q", "\r", "\n", _ESCAPE})
_ROUTINE = "calf"


@click.command("relief", cls=LocalisedCommand)
@language_option
@pass_context
def relief_command(context: CommandContext, *, language: str | None) -> None:
    """Show a calm card with advice for a cramp in the night."""
    translator = translator_in(context, language)
    card = _Card(context, translator)
    card.show(_text(translator))
    if sys.stdin.isatty() and sys.stdout.isatty():
        card.answer()


def _text(translator: Translator) -> str:
    """Return the card, with the immediate advice last, so that it is nearest to the prompt."""
    guidance = translator.guidance
    *steps, caution = guidance.relief
    source = translator.text("source", source=guidance.source)
    lines = [
        wrapped(" ".join(one.text for one in guidance.professional[:3])),
        wrapped(caution.text),
        wrapped(f"{guidance.on_professional('not-medical-advice').text} {source}"),
        "",
        wrapped(translator.text("relief_title")),
    ]
    lines += [wrapped(f"{number}. {step.text}", "   ") for number, step in enumerate(steps, 1)]
    return "\n".join(lines)


def _keys() -> Iterator[str]:
    """Yield keys as they are pressed, until Ctrl-C, Ctrl-D or the end of the terminal."""
    while True:
        try:
            pressed = click.getchar().lower()
        except (KeyboardInterrupt, EOFError):
            return
        if not pressed:
            return
        # Several keys may come at once; an arrow key is one that begins with an escape.
        yield from [pressed] if pressed.startswith(_ESCAPE) else pressed


@dataclass
class _Card:
    """The card on the screen.

    Attributes:
        context: The context of the command.
        translator: The user's language.
        recorded: Whether the cramp is in the diary.
    """

    context: CommandContext
    translator: Translator
    recorded: bool = False

    def show(self, text: str) -> None:
        """Print a text, dim on a terminal, because it is read in the dark."""
        echo(f"{_DIM}{text}{_PLAIN}" if coloured(sys.stdout) else text)

    def answer(self) -> None:
        """Run the actions of the pressed keys, until one closes the card."""
        self._offer()
        for key in _keys():
            if key in _CLOSE:
                return
            if key == _STRETCH:
                self._stretch()
                self._offer()
            elif key == _CRAMP:
                self._record()
                self._offer()

    def _offer(self) -> None:
        key = "relief_again" if self.recorded else "relief_keys"
        self.show("\n" + wrapped(self.translator.text(key)))

    def _stretch(self) -> None:
        from nightcare.cli.stretch import find_routine, guide  # noqa: PLC0415 - not for the card
        from nightcare.domain.routine import routines  # noqa: PLC0415 - likewise

        own = self.context.lenient().schedule.routines
        routine = find_routine(routines(self.translator.guidance.routines, own), _ROUTINE)
        self.show("")
        guide(routine, self.translator, dim=True)

    def _record(self) -> None:
        """Record the cramp at the time when the card was opened."""
        from nightcare.engine.diary_actions import Details, DiaryActions  # noqa: PLC0415 - not for the card

        if self.recorded:
            return
        context, translator = self.context, self.translator
        now = context.now.replace(microsecond=0)
        try:
            calendar = context.lenient().calendar
            with context.journal() as journal:
                cramp = DiaryActions(journal.diary, calendar).add(now, Details(), now).cramp
        except (NightcareError, OSError) as error:
            reason = str(error)
            if isinstance(error, NightcareError):
                reason = translator.text(f"error_{error.key}", **error.values)
            self.show(wrapped(translator.text("relief_not_noted", reason=reason)))
            return
        self.recorded = True
        clock = f"{calendar.local(now):%H:%M}"
        self.show(wrapped(translator.text("relief_noted", clock=clock, number=cramp.id)))
