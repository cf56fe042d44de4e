"""The service process: wiring, reloading of the config, and the scheduler."""

from __future__ import annotations

from nightcare.import_stubs import import_with_stubs

# The service does not parse network addresses or Python code; docs/performance.md has the gain.
import_with_stubs("urllib.parse", stubs={"ipaddress": {"ip_address": None}})
import_with_stubs("inspect", stubs={"ast": {"NodeVisitor": object}})
