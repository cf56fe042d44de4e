"""Check of the bridge to the MQTT broker; without a table `[mqtt]` there is nothing to check."""

from __future__ import annotations

from nightcare.doctor.check import Check, CheckContext, Finding, TextKey, good, unknown, warning
from nightcare.i18n.bridge_text import trouble_key
from nightcare.journal.service_status import BridgeStatus
from nightcare.paths import bridge_runs


def probe_bridge(context: CheckContext) -> bool:
    """Return whether the bridge runs."""
    return context.state is not None and bridge_runs(context.state)


def judge_bridge(status: BridgeStatus, *, wanted: bool, runs: bool) -> list[Finding]:
    """Judge the connection to the broker.

    Args:
        status: The status that the bridge published last.
        wanted: Whether the config has a table `[mqtt]`.
        runs: Whether the bridge runs.
    """
    if not wanted:
        return []
    values: dict[str, object] = {
        "address": status.address,
        "root": status.root,
        "count": len(status.topics),
        "topics": status.refused,
        "trouble": TextKey(trouble_key(status.trouble), {"reason": status.reason})
        if status.trouble
        else "",
    }
    differs = [warning(Check.MQTT, "bridge_differs", computers=status.differing)]
    return [_connection(status.sentence(runs=runs), values), *(differs if status.differing else [])]


def _connection(sentence: str, values: dict[str, object]) -> Finding:
    match sentence:
        case "bridge_connected":
            return good(Check.MQTT, "bridge_connected", **values)
        case "bridge_connecting":
            return unknown(Check.MQTT, "bridge_connecting")
        case "bridge_stopped":
            return warning(Check.MQTT, "bridge_stopped")
        case "bridge_refused":
            return warning(Check.MQTT, "bridge_refused", **values)
    return warning(Check.MQTT, "bridge_trouble", **values)
