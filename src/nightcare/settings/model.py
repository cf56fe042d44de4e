"""The config file's tables and keys, as pydantic validates them.

Defaults of whole tables are not here: they are the built-in file, `config.example.toml`.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime, time, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError, core_schema
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from nightcare.domain.moments import (
    Clock,
    Moment,
    length_text,
    parse_clock,
    parse_length,
    parse_moment,
)
from nightcare.domain.reminders import Conduct, Topic, Urgency
from nightcare.errors import ValueRefused
from nightcare.languages import languages
from nightcare.settings import spelling

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_ALL_DAYS = frozenset(range(7))
_DAYS: dict[str, frozenset[int]] = {
    "daily": _ALL_DAYS,
    "weekdays": frozenset(range(5)),
    "weekends": frozenset({5, 6}),
    **{name[:3]: frozenset({number}) for number, name in enumerate(WEEKDAYS)},
    **{name: frozenset({number}) for number, name in enumerate(WEEKDAYS)},
}
DAY_WORDS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun", "weekdays", "weekends", "daily")

_A_DAY = timedelta(days=1)
_SHORTEST_EVERY = timedelta(minutes=1)
_CRON_FIELDS = 5
_ANY_DATE = datetime(2024, 1, 1)  # noqa: DTZ001 - cron fields are matched on wall times
_LONGEST_TEXT = 500
_MOST_REPEATS = 20
_MOST_NIGHTS = 366
_MOST_SECONDS = 600
_MOST_TIMES = 50


def refused(key: str, **values: Any) -> PydanticCustomError:
    """A mistake, by the catalogue's key of its sentence and what fills it in."""
    return PydanticCustomError(key, key, values)


def _text(value: Any, key: str) -> str:
    if not isinstance(value, str):
        raise refused(key, found=value)
    return value


def _clock(value: Any) -> time:
    if isinstance(value, time):
        return value.replace(microsecond=0)
    try:
        return parse_clock(_text(value, "clock_not_understood"))
    except ValueRefused as error:
        raise refused(error.key, **error.values) from error


def _length(value: Any) -> timedelta:
    try:
        length = parse_length(_text(value, "length_not_understood"))
    except ValueRefused as error:
        raise refused(error.key, **error.values) from error
    if length > _A_DAY:
        raise refused("length_too_long", found=value)
    return length


def _moment(value: Any) -> Moment:
    if isinstance(value, time):
        return Clock(value.replace(microsecond=0))
    try:
        return parse_moment(_text(value, "moment_not_understood"))
    except ValueRefused as error:
        if error.key == "length_is_nothing":
            raise refused(error.key, **error.values) from error
        # What is wrong may be the length in it, which is only a part of what the person wrote.
        raise refused("moment_not_understood", found=value) from error


def _question(value: Any) -> Moment | None:
    if value is False:
        return None
    if not isinstance(value, str | time):
        raise refused("question_wrong", found=value)
    return _moment(value)


def _one_or_more(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _day(value: Any) -> frozenset[int]:
    word = _text(value, "day_unknown").lower()
    if word not in _DAYS:
        raise refused("day_unknown", found=value)
    return _DAYS[word]


def _often_enough(value: timedelta) -> timedelta:
    if value < _SHORTEST_EVERY:
        raise refused("every_too_short", found=length_text(value))
    return value


def _cron(value: Any) -> str:
    fields = _text(value, "cron_wants_text").split()
    text = " ".join(fields)
    if len(fields) != _CRON_FIELDS:
        raise refused("cron_fields", found=value, count=len(fields))
    for number, field in enumerate(fields):
        alone = ["*"] * _CRON_FIELDS
        alone[number] = field
        # A number of thousands of digits is a ValueError.
        try:
            CronSim(" ".join(alone), _ANY_DATE)
        except (CronSimError, ValueError) as error:
            raise refused("cron_not_understood", found=text, part=field) from error
    # Any date will do to see whether the fields ever match together.
    try:
        next(CronSim(text, _ANY_DATE))
    except (CronSimError, StopIteration) as error:
        raise refused("cron_never", found=text) from error
    return text


def _zone(value: Any) -> str | None:
    name = _text(value, "zone_unknown")
    if name == "auto":
        return None
    try:
        ZoneInfo(name)
    except (OSError, ValueError, ZoneInfoNotFoundError) as error:
        raise refused("zone_unknown", found=name) from error
    return name


def _own_words(value: Any) -> str:
    return _some_words(value, "text_empty")


def _words(value: Any) -> str:
    return _some_words(value, "words_empty")


def _some_words(value: Any, empty: str) -> str:
    text = " ".join(_text(value, empty).split())
    if not text:
        raise refused(empty, found=value)
    if len(text) > _LONGEST_TEXT:
        raise refused("text_too_long", found=len(text), most=_LONGEST_TEXT)
    control = next((sign for sign in text if unicodedata.category(sign) == "Cc"), None)
    if control is not None:
        raise refused("text_unseen", found=value, code=f"U+{ord(control):04X}")
    return text


def _sound(value: Any) -> str | None:
    return None if value is False else (_text(value, "sound_wrong").strip() or None)


def _routine(value: Any) -> str | Literal[False]:
    return False if value is False else _text(value, "routine_wrong").strip()


ClockTime = Annotated[time, PlainValidator(_clock), WithJsonSchema(spelling.CLOCK)]
Length = Annotated[timedelta, PlainValidator(_length), WithJsonSchema(spelling.LENGTH)]
MomentText = Annotated[Moment, PlainValidator(_moment), WithJsonSchema(spelling.MOMENT)]
Days = Annotated[frozenset[int], PlainValidator(_day), WithJsonSchema(spelling.day(_DAYS))]
Count = Annotated[int, Field(strict=True)]
SomeMoments = Annotated[list[MomentText], Field(min_length=1)]
SomeDays = Annotated[list[Days], Field(min_length=1)]
Often = Annotated[Length, AfterValidator(_often_enough)]
Seconds = Annotated[Count, Field(ge=1, le=_MOST_SECONDS)]
Times = Annotated[Count, Field(ge=1, le=_MOST_TIMES)]
SomeWords = Annotated[str, PlainValidator(_words), WithJsonSchema(spelling.TEXT)]
RoutineName = Annotated[
    str | Literal[False], PlainValidator(_routine), WithJsonSchema(spelling.ROUTINE)
]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SleepDay(_Table):
    """A weekday's own hours; the weekday is that of the wake-up."""

    wake: ClockTime | None = Field(default=None, description="When you wake up on this weekday.")
    bedtime: ClockTime | None = Field(
        default=None,
        description="When you go to bed on this weekday's evening, also after midnight.",
    )


class SleepTable(_Table):
    """When you sleep. A file that has this table replaces the built-in one whole."""

    wake: ClockTime = Field(description="When you wake up.")
    bedtime: ClockTime = Field(description="When you go to bed; also after midnight.")
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

    locked: Conduct | None = Field(default=None, description="While the screen is locked.")
    idle: Conduct | None = Field(default=None, description="While nobody is at the screen.")
    do_not_disturb: Conduct | None = Field(default=None, description="While do not disturb is on.")
    presenting: Conduct | None = Field(
        default=None, description="While a video, a call or slides keep the screen awake."
    )


class ReminderTable(_Table):
    """One reminder. It says when in exactly one way: at, every or cron."""

    topic: Topic = Field(description="What it is about, from which its tips come.")
    at: (
        Annotated[
            SomeMoments,
            BeforeValidator(_one_or_more, json_schema_input_type=MomentText | SomeMoments),
        ]
        | None
    ) = Field(default=None, description="The moment at which it is due, or a list of them.")
    every: Often | None = Field(
        default=None, description="How long from one to the next, between from and until."
    )
    first: MomentText | None = Field(
        default=None, alias="from", description="The first moment of every: wake + 30m unless said."
    )
    until: MomentText | None = Field(
        default=None, description="The last moment of every: bedtime - 1h unless said."
    )
    cron: Annotated[str, PlainValidator(_cron), WithJsonSchema(spelling.CRON)] | None = Field(
        default=None, description="Five cron fields: minute, hour, day of month, month, weekday."
    )
    days: Annotated[
        SomeDays,
        BeforeValidator(_one_or_more, json_schema_input_type=Days | SomeDays),
    ] = Field(default=[_ALL_DAYS], description="The days it is for: every day unless said.")
    text: Annotated[str, PlainValidator(_own_words), WithJsonSchema(spelling.TEXT)] | None = Field(
        default=None, description="Your own words instead of a tip."
    )
    routine: RoutineName | None = Field(
        default=None, description="What a stretching reminder leads through; false for nothing."
    )
    enabled: Annotated[bool, Field(strict=True)] = Field(
        default=True, description="Whether it is in force."
    )
    snooze: (
        Annotated[
            list[Length],
            BeforeValidator(_one_or_more, json_schema_input_type=Length | list[Length]),
        ]
        | None
    ) = Field(default=None, description="The lengths it offers, instead of those of [snooze].")
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
    sound: Annotated[str | None, PlainValidator(_sound), WithJsonSchema(spelling.SOUND)] = Field(
        default=None,
        description="A name of the sound theme or the path of a sound file; false for none.",
    )
    quiet: QuietOverride = QuietOverride()


class SnoozeTable(_Table):
    """What reminders offer unless they say otherwise."""

    lengths: Annotated[list[Length], Field(min_length=1)] = Field(
        description="The lengths; the first two are buttons."
    )
    limit: Count = Field(ge=0, le=100, description="How often one occurrence may be snoozed.")


class StretchTable(_Table):
    """How stretching reminders lead through a routine."""

    routine: RoutineName = Field(
        description="The one that they lead through unless they name another; false for none."
    )
    sound: Annotated[str | None, PlainValidator(_sound), WithJsonSchema(spelling.SOUND)] = Field(
        description="What is heard at each change: a name of the sound theme or the path of a "
        "sound file; false for nothing."
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
    steps: Annotated[list[StepTable], Field(min_length=1)] | None = Field(
        default=None, description="Its steps, in their order."
    )


class QuietTable(_Table):
    """When to hold reminders until you are back, or to show them all the same."""

    locked: Conduct = Field(description="While the screen is locked.")
    idle: Conduct = Field(description="While nobody is at the screen.")
    do_not_disturb: Conduct = Field(
        description="While do not disturb is on. Evening reminders are shown whatever this says."
    )
    presenting: Conduct = Field(
        description="While a video, a call or slides keep the screen awake."
    )
    idle_after: Length = Field(description="This long without a touch counts as being away.")


class DiaryTable(_Table):
    """The diary."""

    morning_question: Annotated[
        Moment | None, PlainValidator(_question), WithJsonSchema(spelling.QUESTION)
    ] = Field(description="When it asks after the night; false for never.")
    professional_nights: Count = Field(
        ge=1,
        le=_MOST_NIGHTS,
        description="So many nights with cramps are a reason to see a professional.",
    )
    professional_days: Count = Field(
        ge=1, le=_MOST_NIGHTS, description="Within the nights of so many days."
    )
    professional_notice: Annotated[bool, Field(strict=True)] = Field(
        description="Whether a notification says so, at most once a week."
    )


class NotifyTable(_Table):
    """How notifications are shown."""

    backend: Literal["auto", "freedesktop", "plyer", "terminal"] = Field(
        description="What shows them; auto finds out."
    )


class _Language:
    """The code of a language that there is, or "auto"."""

    def __get_pydantic_core_schema__(self, *_: object) -> core_schema.CoreSchema:
        return core_schema.literal_schema(["auto", *languages()])


class Config(BaseSettings):
    """The whole configuration, made of layers: `Config(environment=..., file=...)`.

    Each is a mapping of keys to values; pydantic-settings lays the earlier over the later.
    """

    # Else pydantic-settings takes [Sleep] for [sleep], but looks only at one of them.
    model_config = SettingsConfigDict(extra="forbid", frozen=True, case_sensitive=True)

    language: Annotated[str, _Language()] = Field(
        description="The language of everything you read; auto is the desktop's."
    )
    timezone: Annotated[str | None, PlainValidator(_zone), WithJsonSchema(spelling.ZONE)] = Field(
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
