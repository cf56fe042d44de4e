"""The doctor's finding about the bridge to the MQTT broker."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nightcare.doctor.check import State, fix_of, message_of
from nightcare.doctor.checks.bridge import judge_bridge
from nightcare.i18n.translator import read_words
from nightcare.journal.service_status import BridgeStatus

CONNECTED = BridgeStatus("broker:8883", "nightcare/anna/01", connected=True, topics=("a", "b"))
LOST = replace(CONNECTED, connected=False, trouble="login", reason="Not authorized")


def test_without_the_table_nothing_is_said() -> None:
    """Most people have no broker."""
    assert judge_bridge(LOST, wanted=False, runs=True) == []


@pytest.mark.parametrize(
    ("status", "runs", "state", "said"),
    [
        (CONNECTED, True, State.GOOD, "broker:8883"),
        (BridgeStatus(), True, State.UNKNOWN, "not reached its broker"),
        (CONNECTED, False, State.WARNING, "does not run"),
        (LOST, True, State.WARNING, "Not authorized"),
        (replace(CONNECTED, refused=("x/y",)), True, State.WARNING, "x/y"),
        (replace(LOST, trouble="password_for_others", reason="/p"), True, State.WARNING, "600 /p"),
    ],
)
def test_the_reason_is_said_with_a_fix(
    status: BridgeStatus, *, runs: bool, state: State, said: str
) -> None:
    """A warning, and never worse: reminders come without a phone."""
    (finding,) = judge_bridge(status, wanted=True, runs=runs)
    assert finding.state is state
    for language in ("en", "da"):
        translator = read_words(language)
        assert (fix_of(finding, translator) is not None) is (state is State.WARNING)
        assert message_of(finding, translator)
    assert said in message_of(finding, read_words("en"))


def test_computers_with_another_schedule_are_named() -> None:
    """Each with what differs, also while the broker cannot be reached."""
    for status in (CONNECTED, LOST):
        differing = ("Laptop (sleep)", "Work (reminders.water)")
        found = judge_bridge(replace(status, differing=differing), wanted=True, runs=True)
        assert len(found) == 2
        for language in ("en", "da"):
            translator = read_words(language)
            assert "Work (reminders.water)" in message_of(found[1], translator)
            assert fix_of(found[1], translator)
    assert len(judge_bridge(CONNECTED, wanted=True, runs=True)) == 1
