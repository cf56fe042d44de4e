"""A real Home Assistant on loopback, and a stand-in for a phone with its app.

The requests are those of Home Assistant's own pages and app. Sources: "Authentication API", "REST
API" and "Native App Integration", https://developers.home-assistant.io/docs/
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from parts.home import Home
from parts.processes import HANG_SECONDS, Program, eventually, running
from parts.program import now
from parts.sockets import free_port

BLUEPRINT = Path(__file__).parents[2] / "share" / "nightcare" / "homeassistant"

CONFIGURATION = """homeassistant:
  name: Home
  time_zone: {zone}
  unit_system: metric
  currency: DKK
  country: DK
http:
  server_host: 127.0.0.1
  server_port: {port}
api:
config:
onboarding:
websocket_api:
mobile_app:
automation: !include automations.yaml
logger:
  default: warning
"""
REQUEST_SECONDS = 60.0
CREATED = 201


@dataclass(frozen=True)
class Push:
    """A notification that reached the phone, and when (UTC)."""

    at: datetime
    content: Mapping[str, Any]

    @property
    def cleared(self) -> bool:
        """True if it takes a notification off the phone."""
        return bool(self.content["message"] == "clear_notification")

    @property
    def tag(self) -> str:
        """The name of the notification on the phone."""
        return str(self.content["data"]["tag"])

    @property
    def buttons(self) -> dict[str, str]:
        """The ids of its buttons by their labels."""
        actions = self.content["data"].get("actions", [])
        return {one["title"]: one["action"] for one in actions}


@dataclass
class Phone:
    """A phone: what was pushed to it, in order, and its buttons.

    Attributes:
        address: The address to push to.
        device: Its id in Home Assistant.
    """

    address: str
    device: str = ""
    _webhook: str = ""
    _pushes: list[Push] = field(default_factory=list)
    _seen: int = 0

    def register(self, assistant: HomeAssistant) -> None:
        """Register with Home Assistant, as the app does when it is first opened."""
        registered = assistant.post(
            "/api/mobile_app/registrations",
            {
                "device_id": "anna-phone",
                "app_id": "io.homeassistant.companion.android",
                "app_name": "Home Assistant",
                "app_version": "2024.3.0",
                "device_name": "Phone",
                "manufacturer": "nobody",
                "model": "stand-in",
                "os_name": "Android",
                "os_version": "14",
                "supports_encryption": False,
                "app_data": {"push_token": "token", "push_url": self.address},
            },
        )
        self._webhook = registered["webhook_id"]

        def device() -> str:
            # Jinja renders an unknown device as None.
            return assistant.render("{{ device_id('Phone') or '' }}").removesuffix("None")

        self.device = eventually(device, HANG_SECONDS, "the phone in Home Assistant")

    def next_push(self, *programs: Program, cleared: bool = False) -> Push:
        """Wait for the next push after the last one that was waited for, and return it."""

        def pushed() -> list[Push]:
            return [one for one in self.unseen if one.cleared is cleared]

        push = eventually(pushed, HANG_SECONDS, "a push", *programs)[0]
        self._seen = self._pushes.index(push) + 1
        return push

    @property
    def unseen(self) -> list[Push]:
        """The pushes after the last one that was waited for."""
        return self._pushes[self._seen :]

    def press(self, assistant: HomeAssistant, action: str) -> None:
        """Press a button of a notification."""
        data = {"event_type": "mobile_app_notification_action", "event_data": {"action": action}}
        assistant.post(f"/api/webhook/{self._webhook}", {"type": "fire_event", "data": data})

    def receive(self, content: Mapping[str, Any]) -> None:
        """Record a push."""
        self._pushes.append(Push(now(), content))


@contextmanager
def phone() -> Iterator[Phone]:
    """Run the push service of a phone on loopback."""

    class Handler(BaseHTTPRequestHandler):
        """Receives pushes as the push service of the app does."""

        def do_POST(self) -> None:
            own.receive(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            answer = b"{}"
            self.send_response(CREATED)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        own = Phone(f"http://127.0.0.1:{server.server_port}/push")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield own
        server.shutdown()
        thread.join()


@dataclass
class HomeAssistant:
    """A running Home Assistant.

    Attributes:
        program: Its process.
        folder: Its configuration.
        url: Its address.
    """

    program: Program
    folder: Path
    url: str
    _token: str = ""

    def set_up(self) -> None:
        """Make the first account, as its first page does, and sign in."""
        client = f"{self.url}/"
        account = {
            "client_id": client, "name": "Anna", "username": "anna", "password": "anna-anna",
            "language": "en",
        }  # fmt: skip
        code = eventually(
            lambda: self._try("/api/onboarding/users", account),
            HANG_SECONDS,
            "Home Assistant",
            self.program,
        )["auth_code"]
        form = {"grant_type": "authorization_code", "code": code, "client_id": client}
        body = urlencode(form).encode()
        self._token = self._send(Request(f"{self.url}/auth/token", body))["access_token"]  # noqa: S310 - loopback

    def add_broker(self, port: int, user: str, password: str) -> None:
        """Connect it with a broker on loopback, as the page "Add integration" does."""
        flow = self.post("/api/config/config_entries/flow", {"handler": "mqtt"})["flow_id"]
        broker = {"broker": "127.0.0.1", "port": port, "username": user, "password": password}
        done = self.post(f"/api/config/config_entries/flow/{flow}", broker)
        assert done["type"] == "create_entry", done

    def add_automation(self, blueprint: str, **inputs: object) -> None:
        """Make an automation from a blueprint of nightcare."""
        place = self.folder / "blueprints" / "automation" / "nightcare"
        place.mkdir(parents=True, exist_ok=True)
        (place / blueprint).write_bytes((BLUEPRINT / blueprint).read_bytes())
        use = {"path": f"nightcare/{blueprint}", "input": inputs}
        automation = {"id": "nightcare", "alias": "nightcare", "use_blueprint": use}
        # JSON is YAML.
        path = self.folder / "automations.yaml"
        path.write_text(json.dumps([automation]), encoding="utf-8")
        self.call("automation/reload")
        on = "{{ states('automation.nightcare') }}"
        eventually(lambda: self.render(on) == "on", HANG_SECONDS, "the automation", self.program)

    def call(self, service: str, **data: object) -> None:
        """Call a service, such as `button/press`."""
        self.post(f"/api/services/{service}", data)

    def states(self) -> dict[str, dict[str, Any]]:
        """Return the states of all entities by their ids."""
        answer = self._send(self._request("/api/states"))
        return {one["entity_id"]: one for one in answer}

    def wait_for(self, entity: str, state: str, *programs: Program) -> dict[str, Any]:
        """Wait until an entity has a state; returns its attributes."""

        def found() -> list[dict[str, Any]]:
            now = self.states().get(entity)
            return [now["attributes"]] if now is not None and now["state"] == state else []

        return eventually(found, HANG_SECONDS, f"{entity} to be {state}", self.program, *programs)[
            0
        ]

    def render(self, template: str) -> str:
        """Return a template of Home Assistant as it is rendered now."""
        request = self._request("/api/template", {"template": template})
        with urlopen(request, timeout=REQUEST_SECONDS) as answer:  # noqa: S310 - loopback
            return str(answer.read().decode())

    def log(self) -> str:
        """Return its log."""
        return (self.folder / "home-assistant.log").read_text(encoding="utf-8")

    def post(self, path: str, content: Mapping[str, object]) -> Any:
        """Post JSON; returns the JSON that comes back."""
        return self._send(self._request(path, content))

    def _try(self, path: str, content: Mapping[str, object]) -> Any:
        """Post JSON, and return None while nobody answers."""
        try:
            return self.post(path, content)
        except (URLError, ConnectionError):
            return None

    def _request(self, path: str, content: Mapping[str, object] | None = None) -> Request:
        body = None if content is None else json.dumps(content).encode()
        headers = {"Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        return Request(f"{self.url}{path}", body, headers)  # noqa: S310 - loopback

    @staticmethod
    def _send(request: Request) -> Any:
        try:
            with urlopen(request, timeout=REQUEST_SECONDS) as answer:  # noqa: S310 - loopback
                body = answer.read()
        except HTTPError as error:
            raise AssertionError(f"{request.full_url}: {error.code} {error.read()!r}") from error
        return json.loads(body) if body else None


@contextmanager
def home_assistant(program: Path, home: Home, zone: str) -> Iterator[HomeAssistant]:
    """Run a new Home Assistant in a time zone, with one account.

    Args:
        program: Its environment, which scripts/home-assistant makes.
        home: The home of who runs it.
        zone: Its time zone, an IANA name.
    """
    folder = home.aside / "home-assistant"
    folder.mkdir()
    port = free_port()
    configuration = CONFIGURATION.format(zone=zone, port=port)
    (folder / "configuration.yaml").write_text(configuration, encoding="utf-8")
    (folder / "automations.yaml").write_text("[]", encoding="utf-8")
    command = [
        str(program / "bin" / "python"), "-m", "homeassistant", "-c", str(folder), "--skip-pip",
    ]  # fmt: skip
    with running(command, home.environment(), home.log("home-assistant")) as process:
        assistant = HomeAssistant(process, folder, f"http://127.0.0.1:{port}")
        assistant.set_up()
        yield assistant
