"""The discovery configs of the bridge's entities for Home Assistant.

Source: https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery. Configs for each entity are
understood by every release; those for a whole device only since 2024.11.
"""

from __future__ import annotations

from nightcare import __version__
from nightcare.bridge.topics import OFFLINE, ONLINE, Topics
from nightcare.i18n.translator import Translator

EVENTS = ("shown", "done", "skipped", "snoozed", "dismissed", "expired", "missed")

_KEY_OF_OPEN = (
    "{% set open = expand(device_entities(device_id(entity_id)))"
    " | selectattr('attributes.commands', 'defined') | list %}"
    "{{ {'key': open[0].attributes.key if open else ''} | tojson }}"
)
"""The payload of a press: Home Assistant looks up the key of the reminder that it shows as open."""

Config = dict[str, object]


def entities(
    topics: Topics, translator: Translator, *, evenings: int, diary: bool
) -> dict[str, object]:
    """Return the config of each entity, by its topic.

    Args:
        topics: The topics of the entities.
        translator: The language of the names.
        evenings: The number of moments of evening reminders.
        diary: Whether the nights with cramps are published.
    """
    say = translator.text
    found: dict[tuple[str, str], Config] = {
        ("sensor", "next"): _timestamp(topics.of("next")),
        ("binary_sensor", "open"): {
            "state_topic": topics.of("state"),
            "value_template": "{{ 'ON' if value_json.open else 'OFF' }}",
            "json_attributes_topic": topics.of("state"),
            "json_attributes_template": "{{ (value_json.open or {}) | tojson }}",
        },
        ("binary_sensor", "present"): {
            "state_topic": topics.of("state"),
            "value_template": "{{ {true: 'ON', false: 'OFF'}.get(value_json.present, 'None') }}",
            "device_class": "occupancy",
        },
        ("event", "reminder"): {"state_topic": topics.of("event"), "event_types": EVENTS},
        **{
            ("button", name): {**_command(topics, name), "command_template": _KEY_OF_OPEN}
            for name in ("done", "snooze", "skip")
        },
        ("button", "good_night"): _command(topics, "good_night"),
        ("switch", "pause"): {
            **_command(topics, "pause"),
            "state_topic": topics.of("state"),
            "value_template": "{{ 'ON' if value_json.paused else 'OFF' }}",
        },
        ("sensor", "bedtime"): {
            **_timestamp(topics.of("state"), "bedtime"),
        },
    }
    if diary:
        found["sensor", "cramps"] = {
            "state_topic": topics.of("diary"),
            "value_template": "{{ value_json.with }}",
            "json_attributes_topic": topics.of("diary"),
            "unit_of_measurement": say("mqtt_nights"),
            "state_class": "measurement",
        }
    available: Config = {"availability_topic": topics.alive}
    configs = {key: {**config, **available} for key, config in found.items()}
    configs |= {
        ("binary_sensor", "alive"): {
            "state_topic": topics.alive,
            "payload_on": ONLINE,
            "payload_off": OFFLINE,
            "device_class": "running",
        },
        **{
            # Home Assistant uses these for alarms while every computer is off.
            ("sensor", f"evening_{number}"): _timestamp(topics.of(f"evening/{number}"))
            for number in range(1, evenings + 1)
        },
    }
    device: Config = {
        "identifiers": [topics.node],
        "name": "nightcare",
        "manufacturer": "nightcare",
        "model": topics.person,
        "sw_version": __version__,
    }
    origin: Config = {"name": "nightcare", "sw_version": __version__}
    described: dict[str, object] = {}
    for (component, entity), config in configs.items():
        described[topics.config(component, entity)] = {
            "name": _name(entity, translator),
            "unique_id": f"{topics.node}_{entity}",
            "object_id": f"nightcare_{entity}",
            **config,
            "device": device,
            "origin": origin,
        }
    return described


def _name(entity: str, translator: Translator) -> str:
    kind, _, number = entity.partition("_")
    if kind == "evening":
        return translator.text("mqtt_evening", number=number)
    return translator.text(f"mqtt_{entity}")


def _timestamp(topic: str, key: str = "at") -> Config:
    config: Config = {
        "state_topic": topic,
        "value_template": f"{{{{ value_json.{key} }}}}",
        "device_class": "timestamp",
    }
    return {**config, "json_attributes_topic": topic} if key == "at" else config


def _command(topics: Topics, name: str) -> Config:
    return {"command_topic": f"{topics.commands}/{name}", "qos": 1}
