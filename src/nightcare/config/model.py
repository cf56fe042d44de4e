"""The config file's tables and keys, as pydantic validates them.

Defaults of whole tables are not here: they are the built-in file, `config.example.toml`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from nightcare.config.limits import MOST_ENTRIES
from nightcare.config.types import (
    ALL_DAYS,
    ClockValue,
    Count,
    CronFields,
    Days,
    Language,
    Length,
    Lengths,
    Moments,
    MomentText,
    Often,
    OwnWords,
    Question,
    RoutineName,
    Seconds,
    SomeWords,
    Sound,
    Times,
    YesOrNo,
    Zone,
)
from nightcare.domain.reminders import Topic, Urgency, WhenBusy

_MOST_REPEATS = 20
_MOST_NIGHTS = 366


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SleepDay(_Table):
    """A weekday's own hours; the weekday is that of the wake-up."""

    wake: ClockValue | None = Field(default=None, description="When you wake up on this weekday.")
    bedtime: ClockValue | None = Field(
        default=None,
        description="When you go to bed on this weekday's evening, also after midnight.",
    )


class SleepTable(_Table):
    """When you sleep. A file that has this table replaces the built-in one whole."""

    wake: ClockValue = Field(description="When you wake up.")
    bedtime: ClockValue = Field(description="When you go to bed; also after midnight.")
    monday: SleepDay = SleepDay()
    tuesday: SleepDay = SleepDay()
    wednesday: SleepDay = SleepDay()
    thursday: SleepDay = SleepDay()
    friday: SleepDay = SleepDay()
    saturday: SleepDay = SleepDay()
    sunday: SleepDay = SleepDay()


class RepeatTable(_Table):
    """How often to ask again while unanswered."""

    every: Often = Field(description="How long after the last time.")
    times: Count = Field(ge=1, le=_MOST_REPEATS, description="How many times more.")


class QuietOverride(_Table):
    """What this reminder does otherwise than [quiet]."""

    locked: WhenBusy | None = Field(default=None, description="While the screen is locked.")
    idle: WhenBusy | None = Field(default=None, description="While nobody is at the screen.")
    do_not_disturb: WhenBusy | None = Field(default=None, description="While do not disturb is on.")
    presenting: WhenBusy | None = Field(
        default=None, description="While a video, a call or slides keep the screen awake."
    )


class ReminderTable(_Table):
    """One reminder. It says when in exactly one way: at, every or cron."""

    topic: Topic = Field(description="What it is about, from which its tips come.")
    at: Moments | None = Field(
        default=None, description="The moment at which it is due, or a list of them."
    )
    every: Often | None = Field(
        default=None, description="How long from one to the next, between from and until."
    )
    first: MomentText | None = Field(
        default=None, alias="from", description="The first moment of every: wake + 30m unless said."
    )
    until: MomentText | None = Field(
        default=None, description="The last moment of every: bedtime - 1h unless said."
    )
    cron: CronFields | None = Field(
        default=None, description="Five cron fields: minute, hour, day of month, month, weekday."
    )
    days: Days = Field(default=[ALL_DAYS], description="The days it is for: every day unless said.")
    text: OwnWords | None = Field(default=None, description="Your own words instead of a tip.")
    routine: RoutineName | None = Field(
        default=None, description="What a stretching reminder leads through; false for nothing."
    )
    enabled: YesOrNo = Field(default=True, description="Whether it is in force.")
    snooze: Lengths | None = Field(
        default=None, description="The lengths it offers, instead of those of [snooze]."
    )
    fresh: Length = Field(
        default=timedelta(minutes=45),
        description="How long after its moment it is still worth showing: 45m unless said.",
    )
    stays: Length | None = Field(
        default=None,
        description="How long it stays on the screen: 10m unless said, 30m of an evening.",
    )
    repeat: RepeatTable | None = None
    urgency: Urgency = Field(
        default=Urgency.NORMAL, description="How pressing its notification is."
    )
    sound: Sound = Field(
        default=None,
        description="A name of the sound theme or the path of a sound file; false for none. One "
        "that is set is also played under do not disturb.",
    )
    quiet: QuietOverride = QuietOverride()


class SnoozeTable(_Table):
    """What reminders offer unless they say otherwise."""

    lengths: Annotated[list[Length], Field(min_length=1, max_length=MOST_ENTRIES)] = Field(
        description="The lengths; the first two are buttons."
    )
    limit: Count = Field(ge=0, le=100, description="How often one occurrence may be snoozed.")


class StretchTable(_Table):
    """How stretching reminders lead through a routine."""

    routine: RoutineName = Field(
        description="The one that they lead through unless they name another; false for none."
    )
    sound: Sound = Field(
        description="What is heard at each change: a name of the sound theme or the path of a "
        "sound file; false for nothing. Under do not disturb it is played only for a reminder "
        "with a sound of its own."
    )


class StepTable(_Table):
    """A step of a routine of your own."""

    text: SomeWords = Field(description="What to do.")
    seconds: Seconds | None = Field(
        default=None, description="For how long: seconds of the routine unless said."
    )
    side: Literal["left", "right", "each"] | None = Field(
        default=None, description="The leg that it is for; each is the left one, then the right."
    )
    repeats: Times = Field(default=1, description="How many times, one after the other.")


class RoutineTable(_Table):
    """A routine of your own with its steps, or other lengths of one that is built in."""

    name: SomeWords | None = Field(default=None, description="What it is called as it is shown.")
    seconds: Seconds | None = Field(
        default=None, description="How long each step takes that does not say so itself."
    )
    repeats: Times = Field(default=1, description="How many times the whole is gone through.")
    steps: Annotated[list[StepTable], Field(min_length=1, max_length=MOST_ENTRIES)] | None = Field(
        default=None, description="Its steps, in their order."
    )


class QuietTable(_Table):
    """When to hold reminders until you are back, or to show them all the same."""

    locked: WhenBusy = Field(description="While the screen is locked.")
    idle: WhenBusy = Field(description="While nobody is at the screen.")
    do_not_disturb: WhenBusy = Field(
        description="While do not disturb is on. Evening reminders are shown whatever this says."
    )
    presenting: WhenBusy = Field(
        description="While a video, a call or slides keep the screen awake."
    )
    idle_after: Length = Field(description="This long without a touch counts as being away.")


class DiaryTable(_Table):
    """The diary."""

    morning_question: Question = Field(description="When it asks after the night; false for never.")
    professional_nights: Count = Field(
        ge=1,
        le=_MOST_NIGHTS,
        description="So many nights with cramps are a reason to see a professional.",
    )
    professional_days: Count = Field(
        ge=1, le=_MOST_NIGHTS, description="Within the nights of so many days."
    )
    professional_notice: YesOrNo = Field(
        description="Whether a notification says so, at most once a week."
    )


class NotifyTable(_Table):
    """How notifications are shown."""

    backend: Literal["auto", "freedesktop", "plyer", "terminal"] = Field(
        description="What shows them, from the next start of the service on; auto finds out."
    )


class Config(BaseSettings):
    """The whole configuration, made of layers: `Config(environment=..., file=...)`.

    Each is a mapping of keys to values; pydantic-settings lays the earlier over the later.
    """

    # Else pydantic-settings takes [Sleep] for [sleep], but looks only at one of them.
    model_config = SettingsConfigDict(extra="forbid", frozen=True, case_sensitive=True)

    language: Language = Field(
        description="The language of everything you read; auto is the desktop's."
    )
    timezone: Zone = Field(
        description="An IANA name such as Europe/Copenhagen; auto follows the system."
    )
    sleep: SleepTable
    reminders: dict[str, ReminderTable] = Field(
        description="Your reminders by name. Those of a file replace all the built-in ones."
    )
    snooze: SnoozeTable
    stretch: StretchTable
    routines: dict[str, RoutineTable] = Field(
        default={}, description="Your routines by name, and what you change about ours."
    )
    quiet: QuietTable
    diary: DiaryTable
    notify: NotifyTable

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - only what is handed in is read
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - likewise
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - likewise
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The layers as they were handed in, the first over the others; nothing else is read."""
        assert isinstance(init_settings, InitSettingsSource)
        return tuple(
            InitSettingsSource(settings_cls, layer) for layer in init_settings.init_kwargs.values()
        )
