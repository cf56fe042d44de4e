"""The tables and keys of the config file, as pydantic validates them.

Their defaults are in `config.example.toml` and `build`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from nightcare.config.build import EVENING_STAYS, MQTT_DEFAULTS, REMINDER_DEFAULTS, REPEATS
from nightcare.config.types import (
    MOST_ENTRIES,
    ClockValue,
    Count,
    CronFields,
    Days,
    FilePath,
    Host,
    Interval,
    Language,
    Length,
    Lengths,
    Moments,
    MomentText,
    Person,
    Question,
    ReminderText,
    RoutineName,
    Seconds,
    Sound,
    Text,
    Times,
    YesOrNo,
    Zone,
)
from nightcare.domain.reminders import Topic, Urgency, WhenBusy

_MOST_REPEATS = 20
_MOST_NIGHTS = 366
_MOST_PORTS = 65535


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SleepDay(_Table):
    """Hours of one weekday, which is that of the wake-up."""

    wake: ClockValue | None = Field(default=None, description="When you wake up on this weekday.")
    bedtime: ClockValue | None = Field(
        default=None,
        description="When you go to bed on this weekday's evening, also after midnight.",
    )


class SleepTable(_Table):
    """Your hours of sleep. A file with this table replaces the built-in one whole."""

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
    """Repetition of a reminder that is not answered."""

    every: Interval = Field(description="Time from one showing to the next.")
    times: Count = Field(ge=1, le=_MOST_REPEATS, description="Number of further showings.")


class QuietOverride(_Table):
    """Exceptions of one reminder from [quiet]."""

    locked: WhenBusy | None = Field(default=None, description="While the screen is locked.")
    idle: WhenBusy | None = Field(default=None, description="While nobody is at the screen.")
    do_not_disturb: WhenBusy | None = Field(default=None, description="While do not disturb is on.")
    presenting: WhenBusy | None = Field(
        default=None, description="While a video, a call or slides keep the screen awake."
    )


class ReminderTable(_Table):
    """One reminder, with exactly one of at, every and cron."""

    topic: Topic = Field(description="Subject of the reminder, from which its tips come.")
    at: Moments | None = Field(
        default=None, description="Moment at which it is due, or a list of moments."
    )
    every: Interval | None = Field(
        default=None, description="Time from one occurrence to the next, between from and until."
    )
    first: MomentText | None = Field(
        default=None, alias="from", description="First moment of every."
    )
    until: MomentText | None = Field(default=None, description="Last moment of every.")
    cron: CronFields | None = Field(
        default=None, description="Five cron fields: minute, hour, day of month, month, weekday."
    )
    days: Days = Field(default=REMINDER_DEFAULTS["days"], description="Days on which it is due.")
    text: ReminderText | None = Field(default=None, description="Your own text instead of a tip.")
    routine: RoutineName | None = Field(
        default=None, description="Routine of a stretching reminder; false for none."
    )
    enabled: YesOrNo = Field(
        default=REMINDER_DEFAULTS["enabled"], description="Set to false to turn it off."
    )
    snooze: Lengths | None = Field(
        default=None, description="Snooze lengths, instead of those of [snooze]."
    )
    fresh: Length = Field(
        default=REMINDER_DEFAULTS["fresh"],
        description="Time after its moment during which it is still shown.",
    )
    stays: Length | None = Field(
        default=None,
        description=f"Time on the screen; {EVENING_STAYS} for an evening reminder if not set.",
    )
    repeat: RepeatTable | None = None
    urgency: Urgency = Field(
        default=REMINDER_DEFAULTS["urgency"], description="Urgency of its notification."
    )
    sound: Sound = Field(
        default=None,
        description="A name of the sound theme or the path of a sound file; false for none. It is "
        "also played under do not disturb.",
    )
    quiet: QuietOverride = QuietOverride()


class SnoozeTable(_Table):
    """Snoozing, for reminders without settings of their own."""

    lengths: Annotated[list[Length], Field(min_length=1, max_length=MOST_ENTRIES)] = Field(
        description="Snooze lengths; the first two are buttons."
    )
    limit: Count = Field(ge=0, le=100, description="Number of snoozes of one occurrence.")


class StretchTable(_Table):
    """Guided routines of stretching reminders."""

    routine: RoutineName = Field(
        description="Routine of reminders that name no other; false for none."
    )
    sound: Sound = Field(
        description="Sound at each step: a name of the sound theme or the path of a sound file; "
        "false for none. Under do not disturb it is played only for a reminder with its own sound."
    )


class StepTable(_Table):
    """One step of your own routine."""

    text: Text = Field(description="Instruction of the step.")
    seconds: Seconds | None = Field(
        default=None, description="Length of the step, instead of the routine's seconds."
    )
    side: Literal["left", "right", "each"] | None = Field(
        default=None, description="Leg of the step; each is the left one, then the right."
    )
    repeats: Times = Field(default=REPEATS, description="Number of times in a row.")


class RoutineTable(_Table):
    """Your own routine with its steps, or other lengths of a built-in one."""

    name: Text | None = Field(default=None, description="Title of the routine.")
    seconds: Seconds | None = Field(
        default=None, description="Length of each step without seconds of its own."
    )
    repeats: Times = Field(default=REPEATS, description="Number of times in a row.")
    steps: Annotated[list[StepTable], Field(min_length=1, max_length=MOST_ENTRIES)] | None = Field(
        default=None, description="Steps, in order."
    )


class QuietTable(_Table):
    """Conditions under which reminders are held until you are back, or shown anyway."""

    locked: WhenBusy = Field(description="While the screen is locked.")
    idle: WhenBusy = Field(description="While nobody is at the screen.")
    do_not_disturb: WhenBusy = Field(
        description="While do not disturb is on. Evening reminders are always shown."
    )
    presenting: WhenBusy = Field(
        description="While a video, a call or slides keep the screen awake."
    )
    idle_after: Length = Field(description="Time without input after which you count as away.")


class DiaryTable(_Table):
    """The diary."""

    morning_question: Question = Field(
        description="Moment of the question about the night; false for never."
    )
    professional_nights: Count = Field(
        ge=1,
        le=_MOST_NIGHTS,
        description="Number of nights with cramps that is a reason to see a professional.",
    )
    professional_days: Count = Field(
        ge=1, le=_MOST_NIGHTS, description="Number of days within which those nights count."
    )
    professional_notice: YesOrNo = Field(
        description="Set to false for no notification about it; it comes at most once a week."
    )


class NotifyTable(_Table):
    """Notifications."""

    backend: Literal["auto", "freedesktop", "plyer", "terminal"] = Field(
        description="Notifier, from the next start of the service on; auto chooses one."
    )


class TrayTable(_Table):
    """The icon in the tray of the desktop, and its menu."""

    show: Literal["auto", "never"] = Field(
        description="Whether it is shown; auto shows it where the desktop has a tray."
    )


class MqttTable(_Table):
    """The bridge to your MQTT broker and Home Assistant. Without this table nothing is sent."""

    host: Host = Field(description="Name or address of the broker.")
    port: Count = Field(
        default=MQTT_DEFAULTS["port"], ge=1, le=_MOST_PORTS, description="Port of the broker."
    )
    user: Text | None = Field(default=None, description="User name at the broker.")
    password_file: FilePath | None = Field(
        default=None,
        description="File with the password, which only you may read. Without it the systemd "
        "credential mqtt-password is used, if there is one.",
    )
    ca: FilePath | None = Field(
        default=None,
        description="File with the certificate of the authority that signed the broker's; those "
        "of the system if not set.",
    )
    person: Person | None = Field(
        default=None, description="Your name in the topics; your login name if not set."
    )
    discovery: YesOrNo = Field(
        default=MQTT_DEFAULTS["discovery"],
        description="Set to false to publish nothing for Home Assistant to find.",
    )
    diary: YesOrNo = Field(
        default=MQTT_DEFAULTS["diary"],
        description="Set to true to publish the number of nights with cramps.",
    )
    detail: YesOrNo = Field(
        default=MQTT_DEFAULTS["detail"],
        description="Set to true to publish what a reminder is about, and its tip.",
    )
    share: YesOrNo = Field(
        default=MQTT_DEFAULTS["share"],
        description="Set to true on each of your computers to let an answer on one count on all.",
    )
    computer: Text | None = Field(
        default=None,
        description="Name of this computer for your other ones; its host name if not set.",
    )
    insecure: YesOrNo = Field(
        default=MQTT_DEFAULTS["insecure"],
        description="Set to true to connect without TLS. Port 1883 of this computer needs none.",
    )


class Config(BaseSettings):
    """The whole configuration, made of layers: `Config(environment=..., file=...)`.

    Each layer maps keys to values; pydantic-settings lays the earlier over the later.
    """

    # Without this, pydantic-settings treats [Sleep] and [sleep] as equal, but reads only one of
    # them.
    model_config = SettingsConfigDict(extra="forbid", frozen=True, case_sensitive=True)

    language: Language = Field(description="Language of all texts; auto is the desktop's.")
    timezone: Zone = Field(
        description="An IANA name such as Europe/Copenhagen; auto follows the system."
    )
    sleep: SleepTable
    reminders: dict[str, ReminderTable] = Field(
        description="Your reminders by name. Those of a file replace all built-in ones."
    )
    snooze: SnoozeTable
    stretch: StretchTable
    routines: dict[str, RoutineTable] = Field(
        default={}, description="Your routines by name, and your changes to built-in ones."
    )
    quiet: QuietTable
    diary: DiaryTable
    notify: NotifyTable
    tray: TrayTable
    mqtt: MqttTable | None = Field(default=None)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - only the given layers are read
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - likewise
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - likewise
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return the given layers, the first over the others; nothing else is read."""
        assert isinstance(init_settings, InitSettingsSource)
        return tuple(
            InitSettingsSource(settings_cls, layer) for layer in init_settings.init_kwargs.values()
        )
