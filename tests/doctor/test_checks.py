"""The meaning of facts for the person: the state of each finding, and its text by language."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import replace

import pytest

from doctor.cases import CASES
from doctor.facts import CONFIG, DUNST, FOLDER, JOURNAL, LIMIT, NOTE, SERVER, UNIT, WAYLAND, judged
from nightcare.desktop.dbus import Fault
from nightcare.doctor.check import Check, Finding, State, fix_of, good, message_of
from nightcare.doctor.checks.files import judge_journal
from nightcare.doctor.checks.notification_server import ServerIdentity, judge_server
from nightcare.doctor.checks.service_unit import judge_unit
from nightcare.i18n.translator import read_words

ENGLISH, DANISH = read_words("en"), read_words("da")


def states(findings: Iterable[Finding]) -> list[tuple[str, State]]:
    """Return the texts of findings with their states."""
    return [(one.key.removeprefix("doctor_"), one.state) for one in findings]


GOOD, WARNING, BAD, UNKNOWN = State.GOOD, State.WARNING, State.BAD, State.UNKNOWN


@pytest.mark.parametrize(("findings", "expected"), CASES)
def test_what_facts_mean(findings: list[Finding], expected: list[tuple[str, State]]) -> None:
    """Each state of each thing is told, and is as grave as it is for the person."""
    assert states(findings) == expected


@pytest.mark.parametrize("findings", [findings for findings, _ in CASES])
def test_each_reads_as_a_sentence_in_every_language(findings: list[Finding]) -> None:
    """It is filled in, ends, and says how to mend what is not good."""
    for one in findings:
        for translator in (ENGLISH, DANISH):
            message, fix = message_of(one, translator), fix_of(one, translator)
            assert message.endswith("."), message
            assert not {"{", "}"} & set(message + (fix or "")), message
            assert message.isprintable()
            if one.state in {WARNING, BAD}:
                assert fix, message
                assert fix[0].isupper() or fix[0] == "`", fix
            else:
                assert fix is None


def test_every_judgement_is_provoked_here() -> None:
    """A sentence that no facts lead to would never have been read."""
    met = {one.key for findings, _ in CASES for one in findings}
    met |= {one.fix for findings, _ in CASES for one in findings if one.fix}
    elsewhere = (
        "mark_",
        "verdict_",
        "check_",
        "can_",
        "trial_",
        "screen_",
        "late",
        "failed",
        "mend",
        "none",
    )
    judged = {
        key
        for key in ENGLISH.texts
        if key.startswith("doctor_") and not key.removeprefix("doctor_").startswith(elsewhere)
    }
    parts = {
        "doctor_server_unknown", "doctor_server_unnamed",
        "doctor_quiet_server", "doctor_service_some_version", "doctor_journal_nowhere",
        "doctor_journal_nowhere_mend", "doctor_config_unreadable_mend",
    }  # fmt: skip
    assert judged - met == parts


def test_what_a_server_can_do_is_told_in_words() -> None:
    """Not in those of the specification; what does not matter here is left out."""
    (one,) = judge_server(
        replace(SERVER, identity=replace(DUNST, name="Plasma")), LIMIT, has_screen=True
    )
    assert message_of(one, ENGLISH) == (
        "Plasma 1.9.0 (knopwob), specification 1.2; it supports: buttons, body text, markup, "
        "a list of what you missed, sound."
    )
    assert "den understøtter: knapper, brødtekst, formatering" in message_of(one, DANISH)
    first, second = judge_server(SERVER, LIMIT, has_screen=True)
    assert "it supports: answers from a menu or a key" in message_of(first, ENGLISH)
    assert "buttons, body" not in message_of(first, ENGLISH).replace("without buttons", "")
    assert message_of(second, ENGLISH).startswith("dunst 1.9.0 (knopwob) draws no buttons")
    first, *_ = judge_server(replace(SERVER, capabilities=frozenset()), LIMIT, has_screen=True)
    assert "only a title" in message_of(first, ENGLISH)


def test_a_server_that_does_not_say_its_name_goes_by_its_process() -> None:
    """If the process is unknown as well, it has no name."""
    late = replace(SERVER, identity=Fault.LATE, capabilities=Fault.LATE)
    (one,) = judge_server(late, LIMIT, has_screen=True)
    assert message_of(one, ENGLISH).startswith("dunst does not answer within 2 s")
    (one,) = judge_server(replace(late, process=""), LIMIT, has_screen=True)
    assert message_of(one, DANISH).startswith("en uden navn svarer ikke inden for 2 sek")
    (one,) = judge_server(
        replace(SERVER, identity=ServerIdentity("", "", "", "")), LIMIT, has_screen=True
    )
    assert message_of(one, ENGLISH).startswith("dunst, specification -;")


def test_a_wrong_config_has_its_own_mend() -> None:
    """A service that ended with 78 will not start again before it is corrected."""
    failed = replace(UNIT, active="failed", result="exit-code", status="78")
    (one,) = judge_unit(failed, WAYLAND, LIMIT)
    assert "exit status 78" in message_of(one, ENGLISH)
    assert "nightcare config check" in str(fix_of(one, ENGLISH))
    (one,) = judge_unit(replace(failed, status="1"), WAYLAND, LIMIT)
    assert "systemctl --user status" in str(fix_of(one, ENGLISH))


@pytest.mark.parametrize(
    ("screen", "told"),
    [
        ("freedesktop", "on your desktop"),
        ("terminal", "in its terminal or log"),
        ("plyer", "through plyer"),
    ],
)
def test_where_a_running_service_shows_reminders_is_told_in_words(screen: str, told: str) -> None:
    """With its process, and the config that it reads."""
    first, *_ = judged(NOTE | {"screen": screen}, CONFIG, desktop=True)
    assert message_of(first, ENGLISH) == (
        f"it is running (process 4711), shows reminders {told}, and reads {CONFIG}."
    )


def test_a_mend_can_be_typed_as_it_stands() -> None:
    """With the very path, and the mode that it should have."""
    folder, file = judge_journal(replace(JOURNAL, folder_mode=0o755, file_mode=0o644), FOLDER)
    assert "(mode 0755)" in message_of(folder, ENGLISH)
    assert str(fix_of(folder, ENGLISH)).endswith(f"chmod 0700 {FOLDER}")
    assert str(fix_of(file, DANISH)).endswith(f"chmod 0600 {JOURNAL.path}")


def test_permissions_mean_nothing_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its file modes are made up."""
    monkeypatch.setattr(sys, "platform", "win32")
    findings = judge_journal(replace(JOURNAL, folder_mode=0o777), FOLDER)
    assert states(findings) == [("journal_good", GOOD)]


def test_free_space_is_told_in_a_size_that_can_be_grasped() -> None:
    """Large in GiB, small in MiB."""
    (one,) = judge_journal(JOURNAL, FOLDER)
    assert "5 GiB" in message_of(one, ENGLISH)
    (one,) = judge_journal(replace(JOURNAL, free=9 * 2**20), FOLDER)
    assert "free: 9 MiB" in message_of(one, ENGLISH)


def test_names_of_others_cannot_command_the_terminal() -> None:
    """A server may call itself what it likes, and a folder be called anything."""
    one = good(Check.BUS, "doctor_bus_good", address="unix:path=/a\x1b[31m\n\udcff")
    assert message_of(one, ENGLISH) == "it answers at unix:path=/a\ufffd[31m\ufffd\ufffd."


def test_on_a_full_disk_a_journal_that_cannot_be_read_is_not_called_damaged() -> None:
    """SQLite says "disk I/O error" of a sound one: space is what it needs, not another start."""
    findings = judge_journal(replace(JOURNAL, content="disk I/O error", free=0), FOLDER)
    assert {one.fix for one in findings} == {"doctor_disk_mend"}
