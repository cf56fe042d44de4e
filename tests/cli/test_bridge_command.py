"""The command `bridge`, as far as it needs no broker."""

from __future__ import annotations

from pathlib import Path

from cli.terminal import Terminal

BLUEPRINTS = Path(__file__).parents[2] / "share" / "nightcare" / "homeassistant"


def test_it_says_where_the_blueprint_is(terminal: Terminal) -> None:
    """In the person's language, also while the config is invalid."""
    assert terminal("bridge", "--blueprint").out == f"{BLUEPRINTS / 'nightcare.yaml'}\n"
    terminal.write('language = "da"')
    assert terminal("bridge", "--blueprint").out == f"{BLUEPRINTS / 'nightcare.da.yaml'}\n"
    terminal.write("language = 3")
    assert terminal("bridge", "--blueprint").out == f"{BLUEPRINTS / 'nightcare.yaml'}\n"
