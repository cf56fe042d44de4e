"""What a config file may say, for editors that complete and check it as one types."""

from __future__ import annotations

import json

from nightcare.atomic_write import alone_with
from nightcare.cli.command_context import CommandContext
from nightcare.cli.config_save import content_of, spoken, write_all
from nightcare.cli.declaring import command, option
from nightcare.cli.output import echo, say_json
from nightcare.config.edit import with_first_line
from nightcare.config.json_schema import config_schema
from nightcare.config.layers import parsed
from nightcare.paths import schema_file

_NAMES_THE_SCHEMA = "#:schema "
"""The comment by which Taplo, and with it Even Better TOML, finds a file's schema.

Source: https://taplo.tamasfe.dev/configuration/directives.html, "The schema Directive".
"""


@command("schema", help="Print the JSON Schema of the config file, for editors that know it.")
@option("--write", "to_write", is_flag=True, help="Write it beside your config, and name it.")
def schema_command(person: CommandContext, *, to_write: bool) -> None:
    """The schema; or a file of it beside the config, which names it in its first line."""
    schema = config_schema()
    if not to_write:
        say_json(schema)
        return
    words = spoken(person)
    path = person.config_place
    beside = schema_file(path)
    with alone_with(path):
        raw, there = content_of(path)
        parsed(str(path), raw)
        fresh = with_first_line(raw, f"{_NAMES_THE_SCHEMA}./{beside.name}", _NAMES_THE_SCHEMA)
        contents = {beside: (json.dumps(schema, indent=2) + "\n").encode()}
        if fresh != raw or not there:
            contents[path] = fresh
        write_all(contents)
    if not there:
        echo(words.say("made_from_example", path=path))
    echo(words.say("did_schema", path=path, schema=beside))
