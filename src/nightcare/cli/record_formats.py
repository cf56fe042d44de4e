"""What is recorded, as rows for a program: JSON that is exact, and CSV that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from nightcare.atomic_write import replace_files
from nightcare.cli.output import echo
from nightcare.domain.diary import Cramp, Morning

Record = Mapping[str, object]

COLUMNS = (
    "kind", "id", "at", "care_day", "night", "leg", "severity", "minutes", "note", "recorded",
)  # fmt: skip
"""The columns of the diary as CSV; an answer in the morning has no moment and no number."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_FOR_YOU_ALONE = 0o600


def cramp_record(cramp: Cramp) -> Record:
    """A cramp, with the clock of where it was noted."""
    night = cramp.place.night
    return {
        "id": cramp.id,
        "at": cramp.local.isoformat(),
        "care_day": cramp.place.care_day.isoformat(),
        "night": None if night is None else night.isoformat(),
        "leg": cramp.leg,
        "severity": cramp.severity,
        "minutes": cramp.minutes,
        "note": cramp.note,
        "recorded": _iso(cramp.recorded),
    }


def morning_record(morning: Morning) -> Record:
    """What was said of a night in the morning."""
    return {
        "night": morning.night.isoformat(),
        "answer": morning.answer,
        "recorded": _iso(morning.recorded),
    }


def diary_records(cramps: Sequence[Cramp], mornings: Sequence[Morning]) -> dict[str, list[Record]]:
    """The diary, for JSON."""
    return {
        "cramps": [cramp_record(one) for one in cramps],
        "mornings": [morning_record(one) for one in mornings],
    }


def diary_rows(cramps: Sequence[Cramp], mornings: Sequence[Morning]) -> list[Record]:
    """The diary as one table, with `COLUMNS`."""
    rows: list[Record] = [{"kind": "cramp", **cramp_record(one)} for one in cramps]
    for one in mornings:
        said = morning_record(one)
        rows.append(
            {
                "kind": "morning",
                "care_day": said["night"],
                "night": said["night"],
                "severity": said["answer"],
                "recorded": said["recorded"],
            }
        )
    return rows


def json_text(value: object) -> str:
    """JSON, exactly as things are recorded."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n"


def csv_text(columns: Sequence[str], rows: Iterable[Record]) -> str:
    """CSV with a line of names; the line ends are CRLF, as RFC 4180 has them.

    A text that a spreadsheet would take for a formula has an apostrophe before it.
    Source: OWASP, "CSV Injection", https://owasp.org/www-community/attacks/CSV_Injection.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in columns])
    return out.getvalue()


def hand_over(text: str, output: Path | None) -> None:
    """Write a text to a file that its owner alone can read, or to standard output.

    Raises:
        OSError: The file cannot be written; an old one is as it was.
    """
    if output is None:
        echo(text, end="")
        return
    hand_over_all({output: text})


def hand_over_all(texts: Mapping[Path, str]) -> None:
    """Write texts to files that their owner alone can read: all of them or none.

    Raises:
        OSError: One cannot be written; old ones are as they were.
    """
    for output in texts:
        if output.is_file():
            # What takes the place of a file has its mode.
            output.chmod(_FOR_YOU_ALONE)
    replace_files({output: text.encode() for output, text in texts.items()})


def _cell(value: object) -> object:
    if isinstance(value, str) and _may_be_formula(value):
        return f"'{value}"
    return value


def _may_be_formula(text: str) -> bool:
    """Return whether the first character that counts begins a formula.

    Programs skip blanks and characters that are not drawn, and take fullwidth signs for plain ones.
    """
    if text.startswith(_FORMULA):
        return True
    seen = (sign for sign in text if unicodedata.category(sign)[0] not in "ZC")
    return unicodedata.normalize("NFKC", next(seen, "")).startswith(_FORMULA)


def _iso(instant: datetime) -> str:
    return instant.isoformat()
