"""The meaning of the modes of mako for a reminder."""

from __future__ import annotations

from pathlib import Path

import pytest

from nightcare.desktop.presence.mako_modes import hides_reminders
from nightcare.desktop.presence.monitor import ConditionState
from nightcare.domain.reasons import Condition
from parts.bus import NOTIFICATIONS, PrivateBus
from parts.named_service import NamedService
from parts.presence_watch import run, watching

pytestmark = pytest.mark.usefixtures("nothing_goes_wrong_unseen")

CONFIG = """
# invisible=1
font=monospace 10
[mode=away]
invisible=1
[mode=reading]
text-color=#ffffff
[mode=silent]
invisible=true
[mode=silent app-name=nightcare]
invisible=0
[mode="late night" urgency=normal]
invisible=1
[mode=music app-name=Spotify]
invisible=1
[grouped]
invisible=1
"""


@pytest.mark.parametrize(
    ("modes", "hidden"),
    [
        (["away"], True),
        (["default", "away"], True),
        (["reading"], False),
        (["reading", "away"], True),
        (["silent"], False),
        (["late night"], True),
        (["music"], False),
        (["elsewhere"], None),
        (["default"], None),
    ],
)
def test_the_config_says_which_modes_hide_a_reminder(
    modes: list[str], *, hidden: bool | None
) -> None:
    """As in mako, the last section that applies counts; one for other notifications does not."""
    assert hides_reminders(CONFIG, modes) is hidden


@pytest.mark.parametrize("line", ['[mode="away]', "[mode=away", "[]", "[", "[=]", "]", "=", "\0"])
def test_a_section_that_cannot_be_read_applies_to_nothing(line: str) -> None:
    """A file that is being saved may end anywhere."""
    assert hides_reminders(f"{line}\n[mode=away]\n", ["away"]) is False


@pytest.mark.parametrize(
    ("modes", "config", "on"),
    [
        ([], None, False),
        (["default"], None, False),
        (["default", "do-not-disturb"], None, True),
        (["do-not-disturb"], "[mode=do-not-disturb]\ninvisible=1\n", True),
        (["do-not-disturb"], "[mode=do-not-disturb app-name=nightcare]\ninvisible=0\n", False),
        (["away"], CONFIG, True),
        (["reading"], CONFIG, False),
        (["away"], None, None),
        (["elsewhere"], CONFIG, None),
    ],
)
def test_a_mode_that_hides_reminders_is_do_not_disturb(
    bus: PrivateBus, tmp_path: Path, modes: list[str], config: str | None, *, on: bool | None
) -> None:
    """By the config file; what that does not say is unknown, and holds nothing."""
    if config is not None:
        (tmp_path / "mako").mkdir()
        (tmp_path / "mako" / "config").write_text(config, encoding="utf-8")

    async def story() -> None:
        async with NamedService(bus.address, NOTIFICATIONS) as server:
            server.answers["fr.emersion.Mako", "ListModes"] = ("as", (modes,))
            variables = {"XDG_CONFIG_HOME": str(tmp_path)}
            async with watching(bus.address, variables=variables) as watch:
                known = watch.monitor.known()[Condition.DO_NOT_DISTURB]
                assert known == ConditionState(on, () if on is None else ("mako",))

    run(story())
