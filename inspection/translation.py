"""From what the program declares to what Docker Compose understands; pure."""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from infra import balancer_volume
from infra.parties import DATABASE, LOAD_BALANCER, MIGRATIONS
from inspection.declared import Declared, token
from inspection.laptop import INITIALISE, PREPARE, Laptop
from inspection.preparation import DONE, prepare
from inspection.section import Section, common, content, memory, ports, volume

NETWORK, VOLUME, IMAGE = (
    "docker:index/network:Network",
    "docker:index/volume:Volume",
    "docker:index/image:Image",
)
SERVICE, CONFIG = "docker:index/service:Service", "docker:index/serviceConfig:ServiceConfig"
SECRET, DELIVERY = "docker:index/secret:Secret", "pulumi-python:dynamic/bem:Delivery"
CLUSTER, MIGRATED = "pulumi-python:dynamic/bem:Cluster", "pulumi-python:dynamic/bem:Migrated"
CONFIGURATION = "pulumi-python:dynamic/bem:Configuration"
HEALTHY = "service_healthy"
NO_ARCHIVE = "\n# No backups here, so no WAL is kept for them.\narchive_mode = off\narchive_timeout = 0\n"
ONCE = "test -s /cluster/pgdata/PG_VERSION || exec database initialise"
"""A second `up` must not wait for the lock of the database that runs."""


def translated(stack: str, found: Sequence[Declared]) -> Laptop:
    """The same stack for Docker Compose; paths are placeholders of the writer: `context`, `dockerfile`."""
    return _Translation(stack, {each.name: each for each in found}).whole()


class _Translation:
    def __init__(self, stack: str, found: Mapping[str, Declared]) -> None:
        self.found = found
        self.result = Laptop(stack)
        self.stands = {name: self._stand_in(each) for name, each in found.items()}

    def whole(self) -> Laptop:
        result = self.result
        for each in self._of(NETWORK):
            result.networks[self._short(each)] = {"internal": True} if each.inputs.get("internal") else {}
        result.volumes.update({self._short(each): {} for each in self._of(VOLUME)})
        for each in self._of(CONFIG):
            result.configs[self._short(each)] = content(each)
        for each in self._of(SECRET):
            result.secrets[self._short(each)] = content(each)
        for each in self._of(DELIVERY):
            result.parties[each.inputs["profile"]["party"]] = int(each.inputs["profile"]["uid"])
        for each in self._of(CONFIGURATION):
            self._configuration(each)
        for each in self._of(CLUSTER):
            result.services[INITIALISE] = self._initialise(each)
        for each in self._of(SERVICE):
            result.services[self.stands[each.name][0]] = self._service(each)
        for each in self._of(MIGRATED):
            result.services[MIGRATIONS.role] = self._migrations(each)
        if "postgresql.conf" in result.configs:
            result.configs["postgresql.conf"] += NO_ARCHIVE
        result.services = {PREPARE: prepare(result), **result.services}
        return result

    def _of(self, kind: str) -> list[Declared]:
        return [each for each in self.found.values() if each.kind == kind]

    def _short(self, each: Declared) -> str:
        return str(each.inputs["name"]).removeprefix(f"{self.result.stack}_")

    def _stand_in(self, each: Declared) -> tuple[str, str]:
        """The compose service that does what a resource does, and when it has done it."""
        if each.kind == SERVICE:
            return self._short(each), HEALTHY
        return {
            CLUSTER: (INITIALISE, DONE),
            MIGRATED: (MIGRATIONS.role, DONE),
            DELIVERY: (PREPARE, DONE),
            CONFIGURATION: (PREPARE, DONE),
        }.get(each.kind, ("", ""))

    def _depends(self, each: Declared) -> Section:
        """Also through resources that compose has nothing for: the stanza waits for the database."""
        needs: Section = {}
        for name in each.needs:
            role, condition = self.stands.get(name, ("", ""))
            if role:
                needs[role] = {"condition": condition}
            elif name in self.found:
                needs.update(self._depends(self.found[name]))
        return needs

    def _image(self, given: str) -> Section:
        for each in self._of(IMAGE):
            if given == token("image", each.name, "digest"):
                build = each.inputs["build"]
                name = str(each.inputs["imageName"]).rpartition(":")[0]
                keys = ("context", "dockerfile", "args", "target")
                recipe = {key: build[key] for key in keys if build.get(key)}
                return {"image": f"{name}:{self.result.stack}-compose", "build": recipe}
        return {"image": given}

    def _configuration(self, each: Declared) -> None:
        """The load balancer's file goes into its volume, as a delivery would put it there."""
        self.result.secrets[balancer_volume.FILE] = each.inputs["content"]
        place = (balancer_volume.FILE, self._named(each.inputs["volume"]), balancer_volume.FILE)
        self.result.carried.append((*place, LOAD_BALANCER.uid))

    def _initialise(self, each: Declared) -> Section:
        data = self._named(str(each.inputs["volume"]))
        return {
            **self._image(each.inputs["image"]),
            **common(self.result.stack, INITIALISE, DATABASE.user),
            "entrypoint": ["/usr/bin/tini", "--", "sh", "-c"],
            "command": [ONCE],
            "network_mode": "none",
            "volumes": [volume(data, "/cluster"), memory("/run"), memory("/tmp")],  # noqa: S108
        }

    def _migrations(self, each: Declared) -> Section:
        certificates = str(each.inputs["certificates"]).removeprefix(f"{self.result.stack}_")
        return {
            **self._image(each.inputs["image"]),
            **common(self.result.stack, MIGRATIONS.role, MIGRATIONS.user),
            "command": ["upgrade"],
            "networks": [self._network(each.inputs["network"])],
            "volumes": [volume(certificates, "/certs", read_only=True), memory("/tmp")],  # noqa: S108
            "depends_on": self._depends(each),
        }

    def _network(self, given: str) -> str:
        known = {token(NETWORK, each.name, "id"): self._short(each) for each in self._of(NETWORK)}
        return known[given]

    def _service(self, each: Declared) -> Section:
        role, inputs = self.stands[each.name][0], each.inputs
        spec = inputs["taskSpec"]["containerSpec"]
        check = spec["healthcheck"]
        section = {
            **self._image(spec["image"]),
            **common(self.result.stack, role, spec["user"]),
            "read_only": bool(spec.get("readOnly")),
            "hostname": spec.get("hostname", role),
            "cap_drop": spec.get("capDrops"),
            "cap_add": spec.get("capAdds"),
            "command": spec.get("args"),
            "environment": spec.get("env"),
            "stop_signal": spec.get("stopSignal"),
            "stop_grace_period": spec.get("stopGracePeriod"),
            "restart": "unless-stopped",
            "networks": [self._network(each["id"]) for each in inputs["taskSpec"]["networksAdvanceds"]],
            "ports": ports(inputs),
            "volumes": [*map(self._mount, spec["mounts"]), *self._files(role, spec)],
            "healthcheck": {
                "test": check["tests"],
                "interval": check["interval"],
                "timeout": check["timeout"],
                "retries": int(check["retries"]),
                "start_period": check["startPeriod"],
            },
            "depends_on": {PREPARE: {"condition": DONE}, **self._depends(each)},
        }
        count = int(inputs.get("mode", {}).get("replicated", {}).get("replicas", 1))
        if count > 1:
            section["deploy"] = {"replicas": count}
        return {key: value for key, value in section.items() if value not in (None, [], {})}

    def _mount(self, mount: Mapping[str, Any]) -> Section:
        if mount["type"] == "tmpfs":
            options = mount.get("tmpfsOptions", {})
            return memory(mount["target"], int(options.get("sizeBytes", 0)), int(options.get("mode", 0o1777)))
        source = str(mount["source"]).removeprefix(f"{self.result.stack}_")
        read_only = bool(mount.get("readOnly"))
        return {**volume(source, mount["target"], read_only=read_only), "type": mount["type"]}

    def _files(self, role: str, spec: Mapping[str, Any]) -> list[Section]:
        """Configs as files of the host; secrets in volumes, since a file of the host has no uid of ours."""
        found = [
            {
                "type": "bind",
                "source": f"./configs/{self._named(each['configName'])}",
                "target": each["fileName"],
                "read_only": True,
            }
            for each in spec.get("configs", [])
        ]
        folders: dict[str, str] = {}
        for each in spec.get("secrets", []):
            path = PurePosixPath(each["fileName"])
            place = folders.setdefault(str(path.parent), f"secrets-{role}" + ("-2" if folders else ""))
            source = self._named(each["secretName"])
            self.result.carried.append((source, place, path.name, int(each["fileUid"])))
        self.result.volumes.update({each: {} for each in folders.values()})
        return found + [volume(each, folder, read_only=True) for folder, each in folders.items()]

    def _named(self, name: str) -> str:
        return name.removeprefix(f"{self.result.stack}_")
