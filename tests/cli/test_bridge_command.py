"""The command `bridge`, as far as it needs no broker."""

from __future__ import annotations

from pathlib import Path

from cli.terminal import Terminal

BLUEPRINTS = Path(__file__).parents[2] / "share" / "nightcare" / "homeassistant"


def test_it_says_where_the_blueprint_is(terminal: Terminal) -> None:
    """In the person's language, also while the config is invalid."""
    assert printed_blueprint(terminal) == BLUEPRINTS / "nightcare.yaml"
    terminal.write('language = "da"')
    assert printed_blueprint(terminal) == BLUEPRINTS / "nightcare.da.yaml"
    terminal.write("language = 3")
    assert printed_blueprint(terminal) == BLUEPRINTS / "nightcare.yaml"


def printed_blueprint(terminal: Terminal) -> Path:
    """Return the file of the project that is the one whose path is printed."""
    path = Path(terminal("bridge", "--blueprint").out.removesuffix("\n"))
    # A wheel installs it in its own environment.
    own = BLUEPRINTS / path.name
    assert path.read_bytes() == own.read_bytes()
    return own
