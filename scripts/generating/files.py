"""The generated files.

They are committed, because a build of the wheel cannot run the program. A test compares them with
the code.
"""

from __future__ import annotations

import json
from binascii import crc32
from collections.abc import Iterator
from pathlib import Path

from generating.completions import completion
from generating.manual import config_page, program_page
from generating.owner_facts import filled_files, metainfo_file
from generating.references import listed_commands, listed_keys
from nightcare.config.config_file import example_text
from nightcare.config.config_source import result_to_json
from nightcare.config.load import load
from nightcare.languages import parse_catalogue

PROJECT = Path(__file__).parents[2]

SHELLS = {
    "bash": "bash-completion/completions/nightcare",
    "zsh": "zsh/site-functions/_nightcare",
    "fish": "fish/vendor_completions.d/nightcare.fish",
}
"""The completion file of each shell, relative to a data folder such as /usr/share."""

BEGIN = "<!-- made by ./scripts/generate: begin -->"
END = "<!-- made by ./scripts/generate: end -->"


def files() -> Iterator[tuple[str, str]]:
    """Yield the path in the project and the text of each file."""
    yield "docs/commands.md", _between_the_marks("docs/commands.md", listed_commands())
    yield "docs/configuration.md", _between_the_marks("docs/configuration.md", listed_keys())
    for language, folder in (("en", "man"), ("da", "man/da")):
        yield f"share/{folder}/man1/nightcare.1", "\n".join(program_page(language))
        yield f"share/{folder}/man5/nightcare.toml.5", "\n".join(config_page(language))
    yield "src/nightcare/config/example.json", _example_made()
    for source in sorted((PROJECT / "src" / "nightcare" / "i18n").rglob("*.toml")):
        compiled = source.with_suffix(".json").relative_to(PROJECT)
        yield compiled.as_posix(), _compiled(source.read_bytes())
    yield from filled_files(PROJECT)
    for shell, path in SHELLS.items():
        yield f"share/{path}", completion(shell)


def _example_made() -> str:
    """Return the example and its validated form as JSON."""
    made = [example_text(), result_to_json(load(None, {}))]
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def _compiled(source: bytes) -> str:
    """Return the JSON that `read_catalogue` reads in place of this TOML."""
    return json.dumps([crc32(source), parse_catalogue(source)], ensure_ascii=False, indent=1) + "\n"


def _between_the_marks(name: str, lines: Iterator[str]) -> str:
    """Return a document with these lines between its two marks."""
    before, rest = (PROJECT / name).read_text(encoding="utf-8").split(BEGIN)
    _, after = rest.split(END)
    listed = "\n".join(lines).strip()
    return f"{before}{BEGIN}\n{listed}\n{END}{after}"


if __name__ == "__main__":
    written = dict(files())
    metainfo_file(PROJECT).unlink()  # another app_id gives it another name
    for made, text in written.items():
        (PROJECT / made).write_text(text, encoding="utf-8")
