"""Hundreds of `kill -9` at random moments of a busy service: nothing is lost, nothing is doubled.

On each desktop, with a bus, a display and dunst of its own, reminders fall due every second or two
while the service is killed and started over and over: before it is ready, just after, while it
shows, takes off, or does nothing. Meanwhile a person presses buttons in dunst and gives commands,
whether or not the service runs. In the end it is left to show what waits, and asked to end.

Then three witnesses are held against each other: what was due, the journal, and what the bus
carried. These are the rules:

- Whatever fell due has a delivery, and what was answered as done has ended so. A command that ended
  with 0 was acknowledged. A press counts where the journal has it, and where the service that had
  sent the notification lived on for long enough to hear of it; one at the very moment of a kill was
  never heard, which is no loss.
- A snooze comes back when it is over, unless another answer came first, or it waited in line behind
  others until it was too late, and is recorded so.
- What was answered is not shown after that, and a snooze not before its time. What is on its way to
  the screen when a command ends may still get there, and is taken off at once.
- In one life of the service each snooze brings its reminder back once. A new life shows what was
  open anew, which is right: it takes the earlier notification off the screen, so that nobody ever
  has two of one reminder before them.
- Only a service that is killed after the server has shown a notification, and before it has written
  down the id, leaves it behind, for nobody knows of it any more; the next notification takes its
  place on servers that know of places, as dunst does. That must be rare.

NIGHTCARE_KILLS sets the number of kills, NIGHTCARE_SEED the chances of an earlier run; what comes
of them depends on the machine as well.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import chain, pairwise
from random import Random
from typing import TypeVar, cast

import pytest

from nightcare.config.cache import FILE_NAME as KEPT
from nightcare.domain.delivery import Closed, Delivery, Outcome
from nightcare.domain.history import UserAction
from nightcare.journal.journal_files import FILE_NAME
from parts.bus import NOTIFICATIONS, Seen
from parts.crashing import FRESH, SNOOZED, Life, Record, Told, crash, name_of

pytestmark = pytest.mark.real

Found = TypeVar("Found")

KILLS = int(os.environ.get("NIGHTCARE_KILLS", "300"))
SEED = os.environ.get("NIGHTCARE_SEED")
DESKTOPS = 2
"""At the same time; each has its share of the kills."""

KILLS_TO_ONE_LEFT_BEHIND = 30
KILLS_TO_ONE_ANSWER = 20
"""At most, or too little happened to prove anything; a machine at its limit needs half as many."""

AT_ONCE = timedelta(seconds=0.5)
"""Within which a living service has taken in what happened, on a machine that is as busy."""

DID_NOT_COUNT = "That answer did not count"
"""The title of the notice that says so of a press that crossed the next reminder."""

TO_WRITE_DOWN = timedelta(seconds=0.5)
"""Within which it has written down an id that it was given, likewise."""

FLASH = timedelta(seconds=0.1)
"""A notification that closes within this time was unwanted when its id became known."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A notification that was on the bus; instants are UTC.

    Attributes:
        name: Of its reminder.
        at: When it was sent.
        life: Which life of the service sent it.
        number: The id that the server gave it; None where nobody knows.
        given: When the server gave it.
        taken_off: When the service asked to take it off.
        gone: When it was off the screen.
    """

    name: str
    at: datetime
    life: Life
    number: int | None
    given: datetime | None
    taken_off: datetime | None
    gone: datetime | None

    @property
    def flashed(self) -> bool:
        """True if it was on the screen no longer than it takes to learn its id."""
        if self.given is None or self.taken_off is None:
            return False
        return self.taken_off < self.given + FLASH

    @property
    def unknown(self) -> bool:
        """True if its service was killed before it certainly recorded the id."""
        return self.given is None or self.life.ended < self.given + TO_WRITE_DOWN

    def on_screen(self, instant: datetime) -> bool:
        """Return whether it was on the screen at an instant (UTC)."""
        return self.at <= instant and (self.gone is None or self.gone > instant)


@dataclass(frozen=True, slots=True)
class Press:
    """A button that was pressed (UTC): done or snooze."""

    at: datetime
    notice: Notice
    what: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is in the journal; instants are UTC.

    Attributes:
        name: Of the reminder.
        what: done or snooze.
        at: When it was given.
        known: When it was written down for certain.
        until: When a snooze is over.
    """

    name: str
    what: str
    at: datetime
    known: datetime
    until: datetime | None


class Account:
    """The events on one desktop, interpreted."""

    def __init__(self, record: Record) -> None:
        self.record = record

    @cached_property
    def planned(self) -> list[str]:
        """The reminders that fell due from when the service first ran until it ended."""
        global_state = self.record.global_state
        assert global_state.began is not None
        assert global_state.updated is not None
        due = self.record.due.items()
        return [name for name, at in due if global_state.began < at <= global_state.updated]

    # What the bus carried

    @cached_property
    def notices(self) -> list[Notice]:
        """All notifications, oldest first."""
        given: dict[tuple[str | None, int | None], tuple[int, datetime]] = {}
        taken_off: dict[int | None, datetime] = {}
        gone: dict[int | None, datetime] = {}
        for one in self.record.carried:
            seen = one.seen
            if seen.kind == "return":
                given[seen.destination, seen.reply_to] = _number(seen), one.at
            elif _is(seen, "CloseNotification"):
                taken_off.setdefault(_number(seen), one.at)
            elif _is(seen, "NotificationClosed"):
                gone.setdefault(_number(seen), one.at)
        notices = []
        for one in self.record.carried:
            if _is(one.seen, "Notify"):
                name = name_of(cast("str", one.seen.body[3]))
                life = self._life_of(one.seen.sender)
                number, when = given.get((one.seen.sender, one.seen.serial), (None, None))
                off = taken_off.get(number), gone.get(number)
                notices.append(Notice(name, one.at, life, number, when, *off))
        return notices

    def of(self, name: str) -> list[Notice]:
        """Return the notifications of a reminder, oldest first."""
        return [notice for notice in self.notices if notice.name == name]

    @cached_property
    def presses(self) -> list[Press]:
        """All buttons that were pressed."""
        by_number = {notice.number: notice for notice in self.notices}
        return [
            Press(
                one.at,
                by_number[_number(one.seen)],
                cast("str", one.seen.body[1]).partition("-")[0],
            )
            for one in self.record.carried
            if _is(one.seen, "ActionInvoked")
        ]

    def _life_of(self, sender: str | None) -> Life:
        first = self._first_heard[sender]
        return [life for life in self.record.lives if life.started <= first][-1]

    @cached_property
    def _first_heard(self) -> dict[str | None, datetime]:
        first: dict[str | None, datetime] = {}
        for one in self.record.carried:
            first.setdefault(one.seen.sender, one.at)
        return first

    # What is in the journal

    @cached_property
    def answers(self) -> list[Answer]:
        """All answers, in the journal's order."""
        return [self._answer(act) for act in self.record.acts]

    def to(self, name: str) -> list[Answer]:
        """Return the answers to a reminder, in the journal's order."""
        return [answer for answer in self.answers if answer.name == name]

    @cached_property
    def acknowledged(self) -> list[Told]:
        """The commands that ended with 0."""
        return [told for told in self.record.told if told.code == 0]

    def _answer(self, act: UserAction) -> Answer:
        (delivery,) = act.deliveries
        name = delivery.key.reminder
        until = act.at + SNOOZED if act.what == "snooze" else None
        # Where a button and a command said the same at the same time, it may be either.
        known = (
            told.ended
            for told in self.acknowledged
            if (told.what, told.name) == (act.what, name) and told.began <= act.at <= told.ended
        )
        return Answer(name, act.what, act.at, next(known, act.at), until)


def _is(seen: Seen, member: str) -> bool:
    return seen.interface == NOTIFICATIONS and seen.member == member


def _number(seen: Seen) -> int:
    return cast("int", next(iter(seen.body), 0))


def _settled(delivery: Delivery) -> Closed | None:
    return delivery.state if isinstance(delivery.state, Closed) else None


# What must not be


def lost(account: Account) -> Iterator[str]:
    """Yield what is missing or wrong in the journal, or did not return."""
    for name in account.planned:
        if name not in account.record.deliveries:
            yield f"{name} fell due, and nobody knows of it"
    yield from _lost_answers(account)
    yield from _lost_presses(account)
    yield from _lost_snoozes(account)


def _lost_answers(account: Account) -> Iterator[str]:
    journal = Counter((answer.what, answer.name) for answer in account.answers)
    told = Counter((told.what, told.name) for told in account.acknowledged)
    pressed = Counter((press.what, press.notice.name) for press in account.presses)
    for answer in journal.keys() | told.keys():
        if not told[answer] <= journal[answer] <= told[answer] + pressed[answer]:
            yield (
                f"{answer}: {told[answer]} acknowledged, {pressed[answer]} pressed,"
                f" but {journal[answer]} in the journal"
            )
    for name, delivery in account.record.deliveries.items():
        settled = _settled(delivery)
        done = settled is not None and settled.outcome is Outcome.DONE
        if done != (journal["done", name] > 0) or delivery.snoozes != journal["snooze", name]:
            yield f"{delivery} does not follow from {account.to(name)}"


def _lost_presses(account: Account) -> Iterator[str]:
    """Yield presses that a service had the time to receive, and missed without a word."""
    for press in account.presses:
        notice = press.notice
        off = notice.taken_off is not None and notice.taken_off <= press.at
        if off or notice.life.ended < press.at + AT_ONCE:
            continue
        refusals = (
            one.at
            for one in account.notices
            if one.name == DID_NOT_COUNT and one.life.number == notice.life.number
        )
        if any(timedelta() <= at - press.at < 2 * AT_ONCE for at in refusals):
            continue
        settled = _settled(account.record.deliveries[notice.name])
        ends = [] if settled is None else [settled.at]
        answered = [answer.at for answer in account.to(notice.name)]
        if all(abs(press.at - at) > AT_ONCE for at in answered + ends):
            around = [one for one in account.notices if abs(one.at - press.at) < 2 * AT_ONCE]
            delivery = account.record.deliveries[notice.name]
            yield f"{press} was not heard: {delivery}, beside {around}"


def _lost_snoozes(account: Account) -> Iterator[str]:
    """Yield snoozes that did not return when they were over and were not ended otherwise."""
    for name, delivery in account.record.deliveries.items():
        settled = _settled(delivery)
        too_late = settled is not None and settled.at > delivery.fresh_from + FRESH
        last = account.to(name)[-1:]
        for answer in last:
            until = answer.until
            back = until is None or any(notice.at >= until for notice in account.of(name))
            if not (back or too_late):
                yield f"{answer} did not come back: {delivery}"


def doubled(account: Account) -> Iterator[str]:
    """Yield reminders that were shown after an answer, or twice for the same reason."""
    for answer in account.answers:
        for notice in account.of(answer.name):
            over = answer.until is not None and notice.at >= answer.until
            on_its_way = notice.life.started <= answer.known and notice.at < answer.known + AT_ONCE
            if notice.at > answer.known and not over and not on_its_way:
                yield f"{answer} is shown: {notice}"
    for name in account.record.due:
        for earlier, later in pairwise(account.of(name)):
            again = any(
                answer.until is not None and answer.known >= earlier.at and answer.until <= later.at
                for answer in account.to(name)
            )
            if earlier.life is later.life and not again and not earlier.flashed:
                yield f"{later} is shown after {earlier}"


def late(account: Account) -> Iterator[str]:
    """Yield answered reminders that a living service did not close at once."""
    for answer in account.answers:
        by_then = answer.known + AT_ONCE
        for notice in account.of(answer.name):
            alive = notice.life.started < answer.at and by_then < notice.life.ended
            if alive and notice.on_screen(answer.at) and notice.on_screen(by_then):
                yield f"{answer} is still on the screen: {notice}"


def left(account: Account) -> Iterator[Notice]:
    """Yield notifications on the screen after a later service had the time to close them."""
    for notice in account.notices:
        later = account.record.lives[notice.life.number + 1 :]
        tidy = [life.ready + AT_ONCE for life in later if life.ready is not None]
        ends = [life.ended for life in later if life.ready is not None]
        tidied = [at for at, end in zip(tidy, ends, strict=True) if at < end]
        # The last one ended of itself, and everything with it.
        if any(notice.on_screen(at) for at in (*tidied, account.record.lives[-1].ended)):
            yield notice


# The promises


@pytest.fixture(scope="module")
def accounts(request: pytest.FixtureRequest) -> list[Account]:
    """Run each desktop, print the figures, and return the events."""
    seed = int(SEED or Random().randrange(10**6))  # noqa: S311 - chances, not secrets
    shares = [len(range(place, KILLS, DESKTOPS)) for place in range(DESKTOPS)]
    with ThreadPoolExecutor(DESKTOPS) as desktops:
        records = desktops.map(crash, range(seed, seed + DESKTOPS), shares)
        accounts = [Account(record) for record in records]
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print(f"\n{figures(accounts)} (NIGHTCARE_SEED={seed})")  # noqa: T201 - they are asked for
    return accounts


def figures(accounts: list[Account]) -> str:
    """Return the figures in one line."""
    kills = sum(len(one.record.lives) - 1 for one in accounts)
    answers = Counter(answer.what for one in accounts for answer in one.answers)
    return (
        f"{kills} kills, {sum(len(one.planned) for one in accounts)} occurrences,"
        f" {answers['done']} answers, {answers['snooze']} snoozes:"
        f" {len(findings(lost, accounts))} lost, {len(findings(doubled, accounts))} doubled,"
        f" {len(findings(left, accounts))} left behind"
    )


def findings(of: Callable[[Account], Iterator[Found]], accounts: list[Account]) -> list[Found]:
    """Return the findings of all desktops."""
    return list(chain.from_iterable(of(account) for account in accounts))


def assert_none(found: Sequence[object]) -> None:
    """Fail with all that was found, a line each."""
    assert not found, "\n".join(map(str, found))


def test_service_is_killed_while_busy(accounts: list[Account]) -> None:
    """It never ends by itself but in the end, and has answers to take in all the time."""
    for account in accounts:
        *killed, last = (life.code for life in account.record.lives)
        assert set(killed) == {-signal.SIGKILL}
        assert last == 0
        assert "Traceback" not in account.record.log
    answers = Counter(answer.what for account in accounts for answer in account.answers)
    for what in ("done", "snooze"):
        assert answers[what] * KILLS_TO_ONE_ANSWER >= KILLS, what


def test_nothing_is_lost(accounts: list[Account]) -> None:
    """Every occurrence has its delivery, every answer counts, and every snooze comes back."""
    assert_none(findings(lost, accounts))


def test_nothing_is_doubled(accounts: list[Account]) -> None:
    """An answered reminder stays away, and a snooze returns once."""
    assert_none(findings(doubled, accounts))


def test_answers_are_taken_in_at_once(accounts: list[Account]) -> None:
    """A living service closes a reminder that was answered by a button or a command."""
    assert_none(findings(late, accounts))


def test_earlier_notifications_are_taken_off(accounts: list[Account]) -> None:
    """A new life takes off what an earlier one has left, unless it never learnt its id."""
    behind = findings(left, accounts)
    assert_none([notice for notice in behind if not notice.unknown])
    assert len(behind) * KILLS_TO_ONE_LEFT_BEHIND <= KILLS
    for account in accounts:
        still_there = [notice for notice in account.notices if notice.gone is None]
        assert account.record.displayed == len(still_there)


def test_journal_is_whole(accounts: list[Account]) -> None:
    """SQLite finds nothing wrong with it, and it was never set aside for another."""
    for account in accounts:
        assert account.record.integrity == ("ok",)
        # Beside it lies the configuration that was validated last, perhaps with the temporary file
        # of a writer that was killed; the next write removes that.
        names = {one for one in account.record.files if not one.startswith(f".{KEPT}.")}
        assert names == {FILE_NAME, KEPT}
