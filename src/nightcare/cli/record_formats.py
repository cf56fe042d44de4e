"""Formats of records for programs: JSON that is exact, and CSV that no spreadsheet executes."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from nightcare.atomic_write import replace_files
from nightcare.cli.output import echo
from nightcare.domain.diary import Cramp, Morning
from nightcare.domain.safe_text import is_unsafe
from nightcare.errors import StateError

Record = Mapping[str, object]

COLUMNS = (
    "kind", "id", "at", "care_day", "night", "leg", "severity", "minutes", "note", "recorded",
)  # fmt: skip
"""The columns of the diary as CSV; a morning answer has no time and no id."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_PRIVATE = 0o600


def cramp_record(cramp: Cramp) -> Record:
    """Return a cramp, in the local time of where it was recorded."""
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
        "recorded": cramp.recorded.isoformat(),
    }


def morning_record(morning: Morning) -> Record:
    """Return the answer to the morning question about a night."""
    return {
        "night": morning.night.isoformat(),
        "answer": morning.answer,
        "recorded": morning.recorded.isoformat(),
    }


def diary_records(cramps: Sequence[Cramp], mornings: Sequence[Morning]) -> dict[str, list[Record]]:
    """Return the diary for JSON."""
    return {
        "cramps": [cramp_record(one) for one in cramps],
        "mornings": [morning_record(one) for one in mornings],
    }


def diary_rows(cramps: Sequence[Cramp], mornings: Sequence[Morning]) -> list[Record]:
    """Return the diary as one table, with `COLUMNS`."""
    rows: list[Record] = [{"kind": "cramp", **cramp_record(one)} for one in cramps]
    for one in mornings:
        record = morning_record(one)
        rows.append(
            {
                "kind": "morning",
                "care_day": record["night"],
                "night": record["night"],
                "severity": record["answer"],
                "recorded": record["recorded"],
            }
        )
    return rows


def csv_text(columns: Sequence[str], rows: Iterable[Record]) -> str:
    """Return rows as CSV, with a header and the line ends of RFC 4180.

    A text that a spreadsheet would read as a formula gets a leading apostrophe. Characters that
    control a terminal are left out.
    Source: OWASP, "CSV Injection", https://owasp.org/www-community/attacks/CSV_Injection.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in columns])
    return out.getvalue()


@contextmanager
def output_errors(output: Path | None, option: str = "--output") -> Iterator[None]:
    """Raise the error of a file that cannot be written as `StateError`; name the option for it."""
    try:
        yield
    except OSError as error:
        if output is None:
            # Standard output has no option.
            raise
        path, reason = error.filename or output, error.strerror or error
        raise StateError("page_not_written", path=path, reason=reason, option=option) from error


def write_record(text: str, output: Path | None) -> None:
    """Write a text to a file that only its owner can read, or to standard output.

    Raises:
        OSError: The file cannot be written; an existing one is unchanged.
    """
    if output is None:
        echo(text, end="")
        return
    write_records({output: text})


def write_records(texts: Mapping[Path, str]) -> None:
    """Write texts to files that only their owner can read: all of them or none.

    Raises:
        OSError: One cannot be written; existing files are unchanged.
    """
    for output in texts:
        if output.is_file():
            # The new file gets the mode of the old one.
            output.chmod(_PRIVATE)
    replace_files({output: text.encode() for output, text in texts.items()})


def _cell(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = "".join(sign for sign in value if sign in "\r\n\t" or not is_unsafe(sign))
    return f"'{text}" if _may_be_formula(text) else text


def _may_be_formula(text: str) -> bool:
    """Return whether the first visible character begins a formula.

    Programs skip blanks and invisible characters, and read fullwidth characters as plain ones.
    """
    if text.startswith(_FORMULA):
        return True
    seen = (sign for sign in text if unicodedata.category(sign)[0] not in "ZC")
    return unicodedata.normalize("NFKC", next(seen, "")).startswith(_FORMULA)
