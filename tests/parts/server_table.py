"""docs/notification-servers.md: what was seen of real notification servers, read and written.

The part between the two marks is written from what the tests saw; the rest is by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

DOCUMENT = Path(__file__).parents[2] / "docs" / "notification-servers.md"
PICTURES = DOCUMENT.parent / "screenshots" / "servers"

BEGIN, END = "<!-- seen: begin -->", "<!-- seen: end -->"
BLANK = "-"


@dataclass(slots=True)
class ServerTable:
    """The table of observations: a row for each subject, a column for each server.

    Attributes:
        servers: The columns, in their order.
        rows: The cells of each row, by its heading and by server.
    """

    servers: list[str]
    rows: dict[str, dict[str, str]] = field(default_factory=dict)

    def cell(self, row: str, server: str) -> str | None:
        """Return the text of a cell, if there is one."""
        return self.rows.get(row, {}).get(server)

    def put(self, row: str, server: str, value: str) -> None:
        """Write something there."""
        assert "|" not in value
        if server not in self.servers:
            self.servers.append(server)
        self.rows.setdefault(row, {})[server] = value

    def written(self) -> str:
        """Return the table as Markdown."""
        lines = [_line(["", *self.servers]), _line(["---"] * (len(self.servers) + 1))]
        lines += [
            _line([row, *(cells.get(server, BLANK) for server in self.servers)])
            for row, cells in self.rows.items()
        ]
        return "\n".join(lines)


def read_table(document: Path = DOCUMENT) -> ServerTable:
    """Return the table in a document.

    Raises:
        ValueError: The document has none.
    """
    _, rest = document.read_text(encoding="utf-8").split(BEGIN)
    heading, _, *lines = rest.split(END)[0].strip().splitlines()
    servers = _cells(heading)[1:]
    rows = {}
    for line in lines:
        row, *values = _cells(line)
        rows[row] = {
            server: value for server, value in zip(servers, values, strict=True) if value != BLANK
        }
    return ServerTable(servers, rows)


def write_table(table: ServerTable, document: Path = DOCUMENT) -> None:
    """Put a table into a document, in place of the one there."""
    before, rest = document.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    text = f"{before}{BEGIN}\n{table.written()}\n{END}{after}"
    document.write_text(text, encoding="utf-8")


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]
