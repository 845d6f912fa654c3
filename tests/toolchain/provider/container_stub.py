"""A Docker Engine with one container and one image, as docker.Container and the look-ups see it."""

import threading
from typing import Any

from docker.errors import ImageNotFound, NotFound
from requests import Response

from toolchain.provider.call import Call
from toolchain.provider.property_value import Properties

IDENTITY = "c" * 64
IMAGE_ID = "sha256:" + "1" * 64


class Engine:
    """The API's requests that containers need.

    Args:
        states: what the container's state is, look by look; the last one stays.
        images: names of the image.
    """

    def __init__(self, *states: dict[str, Any], images: tuple[str, ...] = ("debian",)) -> None:
        self.states = list(states or ({"Running": True, "Status": "running"},))
        self.images = images
        self.body: dict[str, Any] = {}
        self.name = ""
        self.there = False
        self.done: list[tuple[str, Any]] = []
        self.said: list[str] = []
        self.networks: dict[str, dict[str, Any]] = {"bridge": {"NetworkID": "n0"}}
        self.stop = threading.Event()
        self.notes: dict[str, dict[str, Any]] = {}

    def call(self, known: "Properties | None" = None) -> Call:
        """An operation on it."""
        return Call(self, self.said.append, self.said.append, self.stop, "urn", known or {})

    def inspect_image(self, name: str) -> dict[str, Any]:
        """The image."""
        if name not in {*self.images, IMAGE_ID}:
            raise ImageNotFound(name)
        config = {"Env": ["PATH=/bin"], "Labels": {"of": "image"}}
        return {"Id": IMAGE_ID, "Os": "linux", "Architecture": "amd64", "Config": config, "RepoDigests": []}

    def create_container_from_config(
        self, body: dict[str, Any], name: str, platform: object
    ) -> dict[str, Any]:
        """Make it."""
        del platform
        self.body, self.name, self.there = body, name, True
        return {"Id": IDENTITY}

    def rename(self, _identity: str, name: str) -> None:
        """Give it another name."""
        self.name = name

    def create_volume(self, name: str, labels: dict[str, str]) -> dict[str, Any]:
        """Make it, or give the one that is there."""
        return self.notes.setdefault(name, {"Name": name, "Labels": labels})

    def inspect_volume(self, name: str) -> dict[str, Any]:
        """Look at it."""
        if name not in self.notes:
            raise NotFound(name)
        return self.notes[name]

    def remove_volume(self, name: str) -> None:
        """Take it away."""
        if self.notes.pop(name, None) is None:
            raise NotFound(name)

    def inspect_container(self, identity: str) -> dict[str, Any]:
        """Look at it; its state moves on."""
        if not self.there:
            raise NotFound(identity)
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        host = {name: value for name, value in self.body["HostConfig"].items() if value is not None}
        config = {name: value for name, value in self.body.items() if name != "HostConfig"}
        filled = {"Env": [*(config.get("Env") or []), "PATH=/bin"], "Hostname": IDENTITY[:12]}
        labels = {**(config.get("Labels") or {}), "of": "image"}
        return {
            "Id": IDENTITY,
            "Name": f"/{self.name}",
            "Image": IMAGE_ID,
            "State": state,
            "Config": {**config, **filled, "Labels": labels},
            "HostConfig": {**host, "ShmSize": 64 * 1024 * 1024},
            "NetworkSettings": {"Networks": self.networks, "Ports": {"80/tcp": [{"HostPort": "32768"}]}},
        }

    def disconnect_container_from_network(self, identity: str, network: str) -> None:
        """Take it off a network."""
        self.done.append(("disconnect", (identity, network)))
        self.networks.pop(network)

    def connect_container_to_network(self, identity: str, network: str, **endpoint: object) -> None:
        """Put it on a network."""
        del identity
        self.done.append(("connect", (network, endpoint["aliases"])))
        self.networks[network] = {"NetworkID": f"id of {network}", "IPAddress": "10.0.0.2"}

    def put_archive(self, _identity: str, folder: str, packed: bytes) -> None:
        """Files into it."""
        self.done.append(("files", (folder, packed)))

    def start(self, _identity: str) -> None:
        """Start it."""
        self.done.append(("start", None))

    def remove_container(self, identity: str, **options: object) -> None:
        """Take it away."""
        if not self.there or identity not in {IDENTITY, self.name}:
            raise NotFound(identity)
        self.done.append(("remove", options))
        self.there = False

    def logs(self, _identity: str, **_options: object) -> bytes:
        """What it said."""
        return b"its own words\n"

    def _url(self, template: str, identity: str) -> str:
        return template.format(identity)

    def _post_json(self, url: str, data: dict[str, Any]) -> Response:
        self.done.append((url.rpartition("/")[2], data))
        self.body["HostConfig"] |= data
        return Response()

    def _raise_for_status(self, _response: Response) -> None:
        pass

    def inspect_network(self, name: str) -> dict[str, Any]:
        """The one network that there is."""
        if name != "bridge":
            raise NotFound(name)
        return {"Name": name, "Id": "n0", "Driver": "bridge", "Scope": "local", "Containers": {}}
