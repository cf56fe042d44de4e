"""The service process: wiring, reloading of the config, and the scheduler."""

from __future__ import annotations

from nightcare.import_stubs import import_with_stubs

# The service parses no addresses of networks, for which urllib.parse takes 0.3 MiB.
import_with_stubs("urllib.parse", stubs={"ipaddress": {"ip_address": None}})
