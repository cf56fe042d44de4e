"""Messages as they are sent to servers of different abilities."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from nightcare.desktop.dbus.client import BusClient
from nightcare.desktop.notify.freedesktop import FreedesktopNotifier
from nightcare.domain.notification import (
    ButtonPressed,
    Capability,
)
from nightcare.domain.reminders import Urgency
from parts.bus import PrivateBus
from parts.memory_screen import heard_from
from parts.notification_server import (
    ALL_CAPABILITIES,
    Notification,
    NotificationServer,
)
from parts.notifier_bench import LAST, MESSAGE, a_screen, asked_for, shown

pytestmark = pytest.mark.usefixtures("nothing_goes_wrong_unseen")


@pytest.mark.parametrize("vendor", ["GNOME", "MATE"])
def test_what_a_server_would_leave_drawn_is_replaced_by_what_is_over(
    bus: PrivateBus, vendor: str
) -> None:
    """notification-daemon (3.20) draws a closed bubble on, in front of all later ones."""

    async def story() -> None:
        server = NotificationServer(bus.address)
        server.information = ("Notification Daemon", vendor, "3.20.0", "1.2")
        screen = a_screen(bus)
        async with server, heard_from(screen) as ear:
            screen.show(MESSAGE)
            await shown(ear, MESSAGE)
            screen.close("t1")
            await server.until(lambda: not server.on_screen, "it to be closed")
            over = [(one.replaces, one.expires) for one in server.asked[1:]]
            assert over == ([(1, 1)] if vendor == "GNOME" else [])

    asyncio.run(story())


def test_what_was_answered_is_not_replaced_on_a_server_that_leaves_it_drawn(
    bus: PrivateBus,
) -> None:
    """It is gone from there, and the replacement would be a new notification."""

    async def story() -> None:
        server = NotificationServer(bus.address)
        server.information = ("Notification Daemon", "GNOME", "3.20.0", "1.2")
        screen = a_screen(bus)
        async with server, heard_from(screen) as ear:
            screen.show(MESSAGE)
            await shown(ear, MESSAGE)
            await server.press(1, "done")
            await ear.until(lambda heard: ButtonPressed("t1", "done") in heard)
            screen.close("t1")
            screen.show(LAST)
            await shown(ear, LAST)
            assert [one.title for one in server.asked] == [MESSAGE.title, LAST.title]

    asyncio.run(story())


@pytest.mark.parametrize("name", ["dunst", "fnott", "mako"])
def test_where_no_buttons_are_drawn_the_text_names_the_command(bus: PrivateBus, name: str) -> None:
    """The answers are sent all the same, for the server's own menu."""
    asked = asked_for(bus, replace(MESSAGE, command="Answer: nightcare done"), name=name)
    # mako cuts off what comes after three lines.
    assert asked.body == f"Answer: nightcare done\n{MESSAGE.body}"
    assert set(asked.actions) == {"done", "snooze-10m"}


@pytest.mark.parametrize(
    ("name", "command", "title"),
    [
        ("dunst", "", "nightcare: Time to stretch"),
        ("mako", "", "nightcare: Time to stretch"),
        ("dunst", "Answer: nightcare done", "Time to stretch"),
        ("Xfce Notify Daemon", "", "Time to stretch"),
    ],
)
def test_where_no_sender_is_drawn_the_text_names_it(
    bus: PrivateBus, name: str, command: str, title: str
) -> None:
    """Once is enough, in the command to answer with or else in the title."""
    message = replace(MESSAGE, title="Time to stretch", command=command)
    asked = asked_for(bus, message, name=name)
    assert asked.title == title
    assert ("nightcare" in asked.title + asked.body) == (name in {"dunst", "mako"})


def test_where_any_click_is_the_first_answer_none_is_sent(bus: PrivateBus) -> None:
    """On COSMIC a click that closes a reminder would start its stretch, or count as done."""
    asked = asked_for(bus, MESSAGE, name="cosmic-notifications")
    assert asked.actions == {}
    assert MESSAGE.spoken in asked.body


@pytest.mark.parametrize(
    ("name", "said", "named"),
    [("Scripted", False, True), ("Scripted", None, False), ("dunst", True, False)],
)
def test_what_the_person_said_of_buttons_counts(
    bus: PrivateBus, name: str, *, said: bool | None, named: bool
) -> None:
    """It is kept by name and version, and goes before what is known of the name."""
    told: list[str] = []

    def remembered(description: str) -> bool | None:
        told.append(description)
        return said

    async def story() -> None:
        server = NotificationServer(bus.address)
        server.information = (name, "nobody", "2.5", "1.2")
        screen = FreedesktopNotifier(BusClient(bus.address), icon="", rest=0, remembered=remembered)
        async with server, heard_from(screen) as ear:
            screen.show(MESSAGE)
            await shown(ear, MESSAGE)
            assert (MESSAGE.spoken in server.asked[0].body) is named
            assert (Capability.BUTTONS in screen.capabilities) is not named
            assert told[-1] == f"{name} 2.5 (nobody)"

    asyncio.run(story())


def test_a_message_arrives_with_all_that_it_carries(bus: PrivateBus) -> None:
    """Everything is where the specification wants it.

    As it broke elsewhere: earlyoom#139.
    """
    message = replace(MESSAGE, urgency=Urgency.CRITICAL, stays=timedelta(minutes=10))
    asked = asked_for(bus, message)
    assert asked == Notification(
        number=1,
        sender=asked.sender,
        application="nightcare",
        replaces=0,
        icon="nightcare-drop",
        title="Time for a glass of water",
        body="Small sips through the day.",
        actions={"done": "Done", "snooze-10m": "In 10 minutes"},
        hints={
            "urgency": 2,
            "category": "x-nightcare.reminder.due",
            "desktop-entry": "nightcare",
            "x-dunst-stack-tag": "nightcare reminder",
        },
        types={"urgency": "y", "category": "s", "desktop-entry": "s", "x-dunst-stack-tag": "s"},
        expires=605_000,
    )


@pytest.mark.parametrize(
    ("urgency", "level"), [(Urgency.LOW, 0), (Urgency.NORMAL, 1), (Urgency.CRITICAL, 2)]
)
def test_urgency_has_the_levels_of_the_specification(
    bus: PrivateBus, urgency: Urgency, level: int
) -> None:
    """Low, normal and critical are the bytes 0, 1 and 2."""
    assert asked_for(bus, replace(MESSAGE, urgency=urgency)).hints["urgency"] == level


def test_progress_is_sent_only_to_who_draws_it_beside_the_words(bus: PrivateBus) -> None:
    """Those that know of places do, whatever they are called; others may draw the bar alone."""
    message = replace(MESSAGE, progress=40)
    draws = (*ALL_CAPABILITIES, "x-dunst-stack-tag")
    asked = asked_for(bus, message, draws)
    assert (asked.hints["value"], asked.types["value"]) == (40, "i")
    assert "value" not in asked_for(bus, MESSAGE, draws).hints
    assert "value" not in asked_for(bus, message).hints
    assert "value" not in asked_for(bus, message, name="dunst").hints


@pytest.mark.parametrize(
    ("sound", "hint"),
    [("message-new-instant", "sound-name"), ("/usr/share/sounds/drop.oga", "sound-file")],
)
def test_a_sound_is_sent_to_who_can_play_it(bus: PrivateBus, sound: str, hint: str) -> None:
    """A path and a name have hints of their own, and neither goes where there is no sound."""
    message = replace(MESSAGE, sound=sound)
    hints = asked_for(bus, message).hints
    assert {name: hints[name] for name in hints if "sound" in name} == {hint: sound}
    silent = asked_for(bus, message, ("actions", "body")).hints
    assert [name for name in silent if "sound" in name] == []


def test_a_server_without_buttons_is_sent_none(bus: PrivateBus) -> None:
    """The body ends with how to answer instead."""
    asked = asked_for(bus, MESSAGE, ("body",))
    assert asked.actions == {}
    assert asked.body == "Small sips through the day.\nnightcare done water"


def test_a_server_that_reads_markup_is_sent_none(bus: PrivateBus) -> None:
    """Markup is escaped in the body only; other texts are sent unchanged."""
    message = replace(MESSAGE, title="a < b", body='1 < 2 & 3 > 2 "so"')
    assert asked_for(bus, message).body == '1 &lt; 2 &amp; 3 &gt; 2 "so"'
    assert asked_for(bus, message).title == "a < b"
    assert asked_for(bus, message, ("actions", "body")).body == message.body


def test_a_server_without_bodies_is_sent_the_title_alone(bus: PrivateBus) -> None:
    """The title carries the whole message."""
    asked = asked_for(bus, MESSAGE, ())
    assert (asked.title, asked.body) == (MESSAGE.title, "")


def test_long_words_are_cut_before_they_are_escaped(bus: PrivateBus) -> None:
    """No escape is cut in two, and what is read is as long as it may be."""
    asked = asked_for(bus, replace(MESSAGE, title="& " * 100, body="&" * 500))
    assert len(asked.title) <= 80
    assert asked.body == "&amp;" * 198 + "…"
