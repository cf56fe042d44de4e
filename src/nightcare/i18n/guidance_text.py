"""The guidance, built from the catalogue of a language."""

from __future__ import annotations

from typing import Any

from nightcare.domain.guidance import Advice, Guidance, PartOfDay, Routine, RoutineStep, Side, Tip
from nightcare.domain.reminders import Topic


def build_guidance(index: dict[str, Any], said: dict[str, Any]) -> Guidance:
    """Return the guidance in a language.

    Args:
        index: The catalogue "index", which has the values that do not depend on the language.
        said: The catalogue of the language.
    """
    source = index["source"]
    return Guidance(
        source=said["texts"]["guidance_source"].format(**source),
        tips=tuple(
            Tip(name, Topic(tip["topic"]), PartOfDay(tip["moment"]), tip["section"], text)
            for name, tip in index["tips"].items()
            for text in (said["tips"][name],)
        ),
        routines=tuple(
            _routine(name, routine, said["routines"][name])
            for name, routine in index["routines"].items()
        ),
        relief=tuple(
            Advice(step["id"], step["section"], said["relief"][step["id"]])
            for step in index["relief"]["steps"]
        ),
        causes=_advice(index["causes"], said["causes"]),
        professional=_advice(index["professional"], said["professional"]),
    )


def _routine(name: str, routine: dict[str, Any], said: dict[str, Any]) -> Routine:
    steps = tuple(
        RoutineStep(
            step["id"],
            said["steps"][step["id"]],
            step["seconds"],
            (Side(step["side"]),) if "side" in step else (),
        )
        for step in routine["steps"]
    )
    return Routine(name, said["name"], routine["section"], steps)


def _advice(index: dict[str, Any], said: dict[str, Any]) -> tuple[Advice, ...]:
    return tuple(Advice(name, one["section"], said[name]) for name, one in index.items())
