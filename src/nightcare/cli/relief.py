"""Relief: the card for a cramp in the night, and what is a key away from it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import click

from nightcare.cli.command_context import CommandContext, pass_context
from nightcare.cli.output import echo
from nightcare.cli.tips import advice, wrapped
from nightcare.errors import NightcareError
from nightcare.i18n.translator import Translator, read_words
from nightcare.languages import languages

_DIM, _PLAIN = "\x1b[2m", "\x1b[0m"
_STRETCH, _CRAMP = "s", "c"
_ESCAPE = "\x1b"
_CLOSE = frozenset({"q", "\r", "\n", _ESCAPE})
_ROUTINE = "calf"


@click.command("relief")
@click.option(
    "--language",
    type=click.Choice(languages(), case_sensitive=False),
    help="Another language than yours.",
)
@pass_context
def relief_command(context: CommandContext, *, language: str | None) -> None:
    """A calm card for a cramp in the night: what to do now."""
    words = context.lenient().words if language is None else read_words(language)
    card = _Card(context, words)
    card.show(_text(words))
    if sys.stdin.isatty() and sys.stdout.isatty():
        card.answer()


def _text(words: Translator) -> str:
    guidance = words.guidance
    *steps, caution = guidance.relief
    lines = [wrapped(words.say("relief_title")), ""]
    lines += [wrapped(f"{number}. {step.text}", "   ") for number, step in enumerate(steps, 1)]
    lines += ["", wrapped(caution.text), ""]
    lines += [wrapped(one.text) for one in guidance.professional[:3]]
    lines += ["", wrapped(words.say("source", source=guidance.source))]
    lines.append(wrapped(advice(guidance.professional, "not-medical-advice")))
    return "\n".join(lines)


def _keys() -> Iterator[str]:
    """The keys as they are pressed, until Ctrl-C, Ctrl-D or the end of the terminal."""
    from click import getchar  # noqa: PLC0415 - the card itself comes without waiting for it

    while True:
        try:
            pressed = getchar().lower()
        except (KeyboardInterrupt, EOFError):
            return
        if not pressed:
            return
        # Several come at once where somebody is quick; an arrow key is one that begins so.
        yield from [pressed] if pressed.startswith(_ESCAPE) else pressed


@dataclass(slots=True)
class _Card:
    """The card on the screen.

    Attributes:
        person: Whose cramp it is.
        words: Their language.
        noted: Whether the cramp is in the diary.
    """

    context: CommandContext
    words: Translator
    noted: bool = False

    def show(self, text: str) -> None:
        """Print, dim on a terminal: it is read in the dark."""
        dim = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        echo(f"{_DIM}{text}{_PLAIN}" if dim else text)

    def answer(self) -> None:
        """Do what the keys say, until one closes the card."""
        self._offer()
        for key in _keys():
            if key in _CLOSE:
                return
            if key == _STRETCH:
                self._stretch()
                self._offer()
            elif key == _CRAMP:
                self._note()
                self._offer()

    def _offer(self) -> None:
        self.show("\n" + wrapped(self.words.say("relief_again" if self.noted else "relief_keys")))

    def _stretch(self) -> None:
        from nightcare.cli.stretch import go_through, named  # noqa: PLC0415 - not for the card
        from nightcare.domain.routine import routines  # noqa: PLC0415 - likewise

        rules = self.context.lenient().schedule.routines
        self.show("")
        go_through(
            named(routines(self.words.guidance.routines, rules), _ROUTINE), self.words, dim=True
        )

    def _note(self) -> None:
        """Note the cramp, of the moment at which the card was asked for."""
        from nightcare.engine.diary_actions import Details, DiaryActions  # noqa: PLC0415 - not for the card

        if self.noted:
            return
        context, words = self.context, self.words
        now = context.now.replace(microsecond=0)
        try:
            calendar = context.lenient().calendar
            with context.journal() as journal:
                cramp = DiaryActions(journal.diary, calendar).add(now, Details(), now).cramp
        except (NightcareError, OSError) as error:
            reason = (
                words.say(f"error_{error.key}", **error.values)
                if isinstance(error, NightcareError)
                else str(error)
            )
            self.show(wrapped(words.say("relief_not_noted", reason=reason)))
            return
        self.noted = True
        clock = f"{calendar.local(now):%H:%M}"
        self.show(wrapped(words.say("relief_noted", clock=clock, number=cramp.id)))
