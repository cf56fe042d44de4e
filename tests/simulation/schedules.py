"""Random schedules of every kind, as the text of a config file."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from nightcare.domain.schedule import Schedule
from nightcare.errors import ConfigError
from parts.desk import schedule_of

_SLEEPS = (
    ("07:00", "22:30"),
    ("07:00", "22:30"),
    ("06:15", "23:45"),
    ("10:00", "02:00"),
    ("15:00", "07:00"),
    ("05:30", "20:30"),
)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TOPICS = ("hydration", "stretching", "blanket", "nutrition", "exercise", "pacing", "sleep")
_CRONS = ("0,30 17,2 * * *", "*/45 9-20 * * *", "15 22 * * 1-5", "0 21 1,15 * *")
_CHANCE = 0.3


def some_schedule(random: Random) -> Schedule:
    """Return a random schedule that is allowed."""
    while True:
        try:
            return schedule_of(_some_text(random))
        except ConfigError:
            # A contradiction, such as an `every` that is empty on its weekday: try another.
            continue


def _some_text(random: Random) -> str:
    reminders = [_reminder(random, number) for number in range(random.randint(1, 6))]
    crowd = _crowd(random) if random.random() < _CHANCE else ""
    routine = (
        "[routines.bending]\nrepeats = 2\n"
        'steps = [{ text = "Bend.", side = "each", seconds = 45 }, { text = "Rest." }]\n'
    )
    snooze = f'[snooze]\nlengths = ["10m", "25m"]\nlimit = {random.randint(1, 4)}\n'
    diary = '[diary]\nmorning_question = "wake + 30m"\n'
    return _sleep(random) + "".join(reminders) + crowd + routine + snooze + diary


def _sleep(random: Random) -> str:
    wake, bedtime = random.choice(_SLEEPS)
    text = f'[sleep]\nwake = "{wake}"\nbedtime = "{bedtime}"\n'
    for name in _WEEKDAYS:
        if random.random() < 0.15:
            text += f'[sleep.{name}]\nbedtime = "{_nearby(random, bedtime)}"\n'
            if random.random() < 0.5:
                text += f'wake = "{_nearby(random, wake)}"\n'
    return text


def _nearby(random: Random, clock: str) -> str:
    hour, minute = clock.split(":")
    return f"{(int(hour) + random.choice((-1, 1, 2))) % 24:02}:{minute}"


def _crowd(random: Random) -> str:
    """Return two or three evening reminders of one moment, with what is usual else."""
    moment = random.choice(("bedtime", "bedtime - 30m", "bedtime - 1h"))
    return "".join(
        f'[reminders.crowd{number}]\ntopic = "sleep"\ntext = "Crowd {number}"\nat = "{moment}"\n'
        for number in range(random.randint(2, 3))
    )


def _reminder(random: Random, number: int) -> str:
    topic = random.choice(_TOPICS)
    lines = [f"[reminders.r{number}]", f'topic = "{topic}"', *_timing(random)]
    maybe = random.random
    if maybe() < _CHANCE:
        lines.append(f'text = "Own words {number}"')
    if maybe() < _CHANCE:
        some = _listed(random.sample(_DAYS, random.randint(2, 6)))
        days = random.choice(('"weekdays"', '"weekends"', some))
        lines.append(f"days = {days}")
    if maybe() < _CHANCE:
        lines.append(f'fresh = "{random.choice((10, 25, 59, 119))}m"')
    if maybe() < _CHANCE:
        lines.append(f'stays = "{random.choice((2, 20, 40, 60))}m"')
    if maybe() < _CHANCE:
        every, times = random.choice((10, 25, 30)), random.randint(1, 3)
        lines.append(f'repeat = {{ every = "{every}m", times = {times} }}')
    if maybe() < _CHANCE:
        what = random.choice(("locked", "idle", "do_not_disturb", "presenting"))
        conduct = random.choice(("show", "hold"))
        lines.append(f'quiet = {{ {what} = "{conduct}" }}')
    if maybe() < _CHANCE:
        lines.append(f'snooze = ["{random.choice((5, 10, 45))}m"]')
    if topic == "stretching" and maybe() < 0.6:
        lines.append(f'routine = "{random.choice(("quick", "bending"))}"')
    return "\n".join(lines) + "\n"


def _timing(random: Random) -> list[str]:
    match random.choice(("evening", "evening", "evenings", "clock", "wake", "every", "cron")):
        case "evening":
            return [f'at = "{_before_bed(random)}"']
        case "evenings":
            moments = {_before_bed(random) for _ in range(2)} | {"15:00"}
            return [f"at = {_listed(sorted(moments))}"]
        case "clock":
            clocks = {f"{random.randrange(24):02}:{random.choice((0, 20, 45)):02}" for _ in "123"}
            return [f"at = {_listed(sorted(clocks))}"]
        case "wake":
            return [f'at = "wake + {random.choice((0, 30, 120))}m"'.replace(" + 0m", "")]
        case "every":
            first, until = random.choice((
                ("wake", "bedtime"), ("wake + 1h", "bedtime - 1h"), ("10:00", "18:00"),
                ("bedtime - 3h", "bedtime"),
            ))  # fmt: skip
            every = random.choice((30, 50, 70, 120))
            return [f'every = "{every}m"', f'from = "{first}"', f'until = "{until}"']
        case _:
            return [f'cron = "{random.choice(_CRONS)}"']


def _listed(words: Iterable[str]) -> str:
    return "[" + ", ".join(f'"{one}"' for one in words) + "]"


def _before_bed(random: Random) -> str:
    minutes = random.choice((0, 5, 5, 15, 30, 30, 60, 95))
    return f"bedtime - {minutes}m".replace(" - 0m", "")
