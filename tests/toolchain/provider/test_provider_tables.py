"""What each kind of resource knows, refuses, compares and replaces."""

import base64
from collections.abc import Mapping

import pytest

from tests.toolchain.provider import examples
from tests.toolchain.provider.examples import CONFIG, NETWORK, SECRET, SERVICE, VOLUME, changed
from toolchain.provider.catalogue import RESOURCES, name_of, resource_of, type_of
from toolchain.provider.depth import Depth
from toolchain.provider.diff import deletes_first
from toolchain.provider.difference import difference
from toolchain.provider.network import create_arguments as network_arguments
from toolchain.provider.property_value import UNKNOWN, Json, Properties, Value
from toolchain.provider.resource import Resource
from toolchain.provider.secret import create_arguments as secret_arguments
from toolchain.provider.service_config import create_arguments as config_arguments
from toolchain.provider.service_schema import SERVICE as TABLE
from toolchain.provider.service_spec import api_arguments, specification
from toolchain.provider.volume import create_arguments as volume_arguments

EXAMPLES: Mapping[str, Properties] = {
    "network:Network": NETWORK,
    "volume:Volume": VOLUME,
    "secret:Secret": SECRET,
    "serviceConfig:ServiceConfig": CONFIG,
    "service:Service": SERVICE,
}
CONTAINER = "taskSpec.containerSpec"


def _resource(kind: str) -> Resource:
    return RESOURCES[f"docker:index/{kind}"]


def _faults(kind: str, inputs: Properties) -> dict[str, str]:
    resource = _resource(kind)
    return {
        fault.path: fault.words(secret=False)
        for fault in (*resource.block.faults(inputs, ""), *resource.faults(inputs))
    }


@pytest.mark.parametrize("kind", EXAMPLES)
def test_examples_are_accepted_and_equal_themselves(kind: str) -> None:
    """All that infra/ uses is known, and inputs that are the same change nothing."""
    inputs = EXAMPLES[kind]
    assert _faults(kind, inputs) == {}
    assert _resource(kind).changes(inputs, inputs) == []


@pytest.mark.parametrize(
    ("kind", "path", "value", "named"),
    [
        ("network:Network", "checkDuplicate", True, "checkDuplicate"),
        ("network:Network", "driver", 1.0, "driver"),
        ("network:Network", "name", None, "name"),
        ("network:Network", "ipamConfigs", [{"subnets": "x"}], "ipamConfigs[0].subnets"),
        ("volume:Volume", "cluster", {"scope": "single"}, "cluster"),
        ("secret:Secret", "data", "not base64!", "data"),
        ("secret:Secret", "data", "ü", "data"),
        ("secret:Secret", "data", None, "data"),
        ("serviceConfig:ServiceConfig", "dataRaw", "both", "data"),
        ("serviceConfig:ServiceConfig", "data", None, "data"),
        ("service:Service", "auth", {"serverAddress": "x"}, "auth"),
        ("service:Service", f"{CONTAINER}.privileged", True, f"{CONTAINER}.privileged"),
        (
            "service:Service",
            f"{CONTAINER}.mounts",
            [{"type": "nfs", "target": "/"}],
            f"{CONTAINER}.mounts[0].type",
        ),
        ("service:Service", f"{CONTAINER}.healthcheck.tests", None, f"{CONTAINER}.healthcheck.tests"),
        ("service:Service", "taskSpec.resources.reservation.genericResources", {}, None),
        (
            "service:Service",
            "taskSpec.networksAdvanceds",
            [{"name": "n"}],
            "taskSpec.networksAdvanceds[0].name",
        ),
        ("service:Service", "updateConfig.maxFailureRatio", "2.0", "updateConfig.maxFailureRatio"),
        ("service:Service", "mode.global", True, "mode.replicated"),
    ],
)
def test_faults_name_the_full_path(kind: str, path: str, value: Value, named: str | None) -> None:
    """A wrong, an absent and an unknown property are named as a program spells them."""
    assert (named or path) in _faults(kind, changed(EXAMPLES[kind], path, value))


def test_line_breaks_in_base64_are_taken() -> None:
    """As Go decodes it: `base64` of the shell breaks its lines."""
    data = base64.encodebytes(b"x" * 100).decode()
    assert "\n" in data[:-1]
    assert _faults("secret:Secret", {**SECRET, "data": data}) == {}
    assert secret_arguments({**SECRET, "data": data})["data"] == b"x" * 100


REPLACING = [
    ("network:Network", "name", "other"),
    ("network:Network", "driver", "bridge"),
    ("network:Network", "labels", []),
    ("network:Network", "internal", None),
    ("network:Network", "attachable", True),
    ("network:Network", "options", {"a": "b"}),
    ("network:Network", "ipamConfigs", [{"subnet": "10.9.0.0/24"}]),
    ("volume:Volume", "name", "other"),
    ("volume:Volume", "labels", []),
    ("volume:Volume", "driver", "nfs"),
    ("volume:Volume", "driverOpts", {"a": "b"}),
    ("secret:Secret", "name", "other"),
    ("secret:Secret", "data", "YQ=="),
    ("secret:Secret", "labels", []),
    ("serviceConfig:ServiceConfig", "name", "other"),
    ("serviceConfig:ServiceConfig", "data", "YQ=="),
    ("service:Service", "name", "other"),
    ("service:Service", f"{CONTAINER}.hosts", [{"ip": "10.0.0.1", "host": "x"}]),
    ("service:Service", "mode", {"global": True}),
]
UPDATING = [
    "labels",
    "mode.replicated.replicas",
    "endpointSpec.ports",
    "updateConfig.order",
    "rollbackConfig",
    "convergeConfig",
    f"{CONTAINER}.image",
    f"{CONTAINER}.args",
    f"{CONTAINER}.env",
    f"{CONTAINER}.user",
    f"{CONTAINER}.mounts",
    f"{CONTAINER}.secrets",
    f"{CONTAINER}.configs",
    f"{CONTAINER}.healthcheck",
    f"{CONTAINER}.stopGracePeriod",
    f"{CONTAINER}.capAdds",
    "taskSpec.networksAdvanceds",
    "taskSpec.restartPolicy.delay",
]


@pytest.mark.parametrize(("kind", "path", "value"), REPLACING)
def test_what_takes_a_new_resource(kind: str, path: str, value: Value) -> None:
    """The change is named, and it replaces; with a name of its own the old one goes first."""
    old, new = EXAMPLES[kind], changed(EXAMPLES[kind], path, value)
    changes = _resource(kind).changes(old, new)
    assert [(change.path, change.replaces) for change in changes] == [(path, True)]
    assert deletes_first(old, new) is (path != "name")


@pytest.mark.parametrize("path", UPDATING)
def test_what_changes_a_service_in_place(path: str) -> None:
    """The change is named and replaces nothing, whether the property is changed or taken away."""
    value = 1.0 if path.endswith("replicas") else None
    changes = _resource("service:Service").changes(SERVICE, changed(SERVICE, path, value))
    assert [(change.path, change.replaces) for change in changes] == [(path, False)]


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("service:Service", "updateConfig.failureAction", "rollback"),
        ("service:Service", "updateConfig.delay", "0s"),
        ("service:Service", f"{CONTAINER}.isolation", "default"),
        ("service:Service", f"{CONTAINER}.healthcheck.startPeriod", "60s"),
        ("service:Service", f"{CONTAINER}.sysctl", None),
        ("service:Service", "taskSpec.restartPolicy.window", None),
        ("service:Service", "taskSpec.runtime", "container"),
        ("network:Network", "ipamDriver", "default"),
        ("network:Network", "driver", None),
        ("network:Network", "attachable", False),
        ("volume:Volume", "driverOpts", {}),
    ],
)
def test_what_means_the_same_changes_nothing(kind: str, path: str, value: Value) -> None:
    """A default that is written out, another spelling, and what Docker fills in by itself."""
    assert _resource(kind).changes(EXAMPLES[kind], changed(EXAMPLES[kind], path, value)) == []


def test_unknown_value_is_a_change() -> None:
    """A digest that is not known yet updates the service in a preview."""
    changes = _resource("service:Service").changes(SERVICE, changed(SERVICE, f"{CONTAINER}.image", UNKNOWN))
    assert [change.path for change in changes] == [f"{CONTAINER}.image"]


def test_answer_to_the_engine() -> None:
    """Changed properties, the ones that replace, and the order, as the engine takes them."""
    answer = difference(_resource("network:Network"), NETWORK, {**NETWORK, "driver": "bridge"})
    assert answer.changes == answer.DIFF_SOME
    assert list(answer.replaces) == ["driver"]
    assert answer.deleteBeforeReplace
    assert difference(_resource("network:Network"), NETWORK, NETWORK).changes == answer.DIFF_NONE


def test_specification_of_a_service() -> None:
    """All that infra/ uses, whole, as Swarm gets it."""
    assert specification(SERVICE) == {
        "Name": "local_api",
        "Labels": {"bem.stack": "local"},
        "TaskTemplate": {
            "ContainerSpec": {
                "Image": "sha256:" + "1" * 64,
                "Labels": {"bem.role": "api"},
                "Args": ["serve", "--port=8443"],
                "Hostname": "api",
                "Env": ["A=1", "B=2"],
                "User": "10001:10001",
                "ReadOnly": True,
                "Mounts": [
                    {"Target": "/data", "Source": "data", "Type": "volume", "ReadOnly": False},
                    {
                        "Target": "/run",
                        "Type": "tmpfs",
                        "TmpfsOptions": {"SizeBytes": 1048576, "Mode": 0o1777},
                    },
                ],
                "StopSignal": "SIGTERM",
                "StopGracePeriod": 30_000_000_000,
                "Healthcheck": {
                    "Test": ["CMD", "/usr/local/bin/healthy"],
                    "Interval": 2_000_000_000,
                    "Timeout": 5_000_000_000,
                    "StartPeriod": 60_000_000_000,
                    "Retries": 5,
                },
                "Secrets": [
                    {
                        "SecretID": "s1",
                        "SecretName": "secret",
                        "File": {"Name": "/run/secrets/key", "UID": "10001", "GID": "10001", "Mode": 0o400},
                    }
                ],
                "Configs": [
                    {
                        "ConfigID": "c1",
                        "ConfigName": "config",
                        "File": {"Name": "/etc/api.conf", "UID": "0", "GID": "0", "Mode": 0o444},
                    }
                ],
                "Isolation": "default",
                "Sysctls": {},
                "CapabilityAdd": ["CAP_NET_BIND_SERVICE"],
                "CapabilityDrop": ["ALL"],
            },
            "RestartPolicy": {"Condition": "any", "Delay": 1_000_000_000, "Window": 0},
            "Runtime": "container",
            "Networks": [{"Target": "n1", "Aliases": ["api"]}],
        },
        "Mode": {"Replicated": {"Replicas": 2}},
        "UpdateConfig": {
            "Parallelism": 1,
            "Delay": 0,
            "FailureAction": "rollback",
            "Monitor": 5_000_000_000,
            "MaxFailureRatio": 0.0,
            "Order": "start-first",
        },
        "RollbackConfig": {
            "Parallelism": 1,
            "Delay": 0,
            "FailureAction": "pause",
            "Monitor": 5_000_000_000,
            "MaxFailureRatio": 0.0,
            "Order": "start-first",
        },
        "EndpointSpec": {
            "Mode": "dnsrr",
            "Ports": [
                {
                    "Name": "port-8443",
                    "Protocol": "tcp",
                    "TargetPort": 8443,
                    "PublishedPort": 8443,
                    "PublishMode": "host",
                }
            ],
        },
    }


def test_order_of_a_set_makes_the_same_specification() -> None:
    """Mounts in another order restart nothing; arguments in another order do."""
    turned = changed(SERVICE, f"{CONTAINER}.mounts", list(reversed(examples.CONTAINER["mounts"])))  # type: ignore[arg-type]
    assert specification(turned) == specification(SERVICE)
    other = changed(SERVICE, f"{CONTAINER}.args", ["--port=8443", "serve"])
    assert specification(other) != specification(SERVICE)


def test_forced_update_counter_is_kept() -> None:
    """The counter of the service that runs goes on, unless the program gives one."""
    live = {"TaskTemplate": {"ForceUpdate": 3}}
    assert specification(SERVICE, live)["TaskTemplate"]["ForceUpdate"] == 3
    given = changed(SERVICE, "taskSpec.forceUpdate", 1.0)
    assert specification(given, live)["TaskTemplate"]["ForceUpdate"] == 1
    assert "ForceUpdate" not in specification(SERVICE)["TaskTemplate"]


def test_arguments_of_the_api() -> None:
    """Each kind's request, whole."""
    assert network_arguments(NETWORK) == {
        "name": "net",
        "driver": "overlay",
        "options": None,
        "ipam": {"Driver": "default", "Config": []},
        "check_duplicate": True,
        "internal": True,
        "labels": {"bem.stack": "local"},
        "enable_ipv6": False,
        "attachable": None,
        "ingress": None,
    }
    assert volume_arguments(VOLUME) == {
        "name": "data",
        "driver": None,
        "driver_opts": None,
        "labels": {"bem.stack": "local"},
    }
    assert secret_arguments(SECRET) == {"name": "secret", "data": b"hallo", "labels": {"bem.stack": "local"}}
    assert config_arguments({"name": "c", "dataRaw": "plain"}) == {
        "name": "c",
        "data": b"plain",
        "labels": None,
    }
    assert set(api_arguments(specification(SERVICE))) == {
        "task_template",
        "name",
        "labels",
        "mode",
        "update_config",
        "rollback_config",
        "endpoint_spec",
    }


def test_what_swarm_gives_back_is_no_drift() -> None:
    """The service as Swarm spells it gives the program's inputs; its own additions say nothing."""
    live = specification(SERVICE)
    live["TaskTemplate"]["ForceUpdate"] = 0
    live["TaskTemplate"]["Placement"] = {"Platforms": [{"Architecture": "amd64", "OS": "linux"}]}
    live["TaskTemplate"]["ContainerSpec"]["DNSConfig"] = {}
    del live["TaskTemplate"]["RestartPolicy"]["Window"]
    del live["TaskTemplate"]["ContainerSpec"]["Mounts"][0]["ReadOnly"]
    assert TABLE.observed(SERVICE, live) == SERVICE


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("Labels", {"bem.stack": "local", "by": "hand"}),
        ("Mode", {"Replicated": {"Replicas": 5}}),
        ("UpdateConfig", None),
    ],
)
def test_drift_is_a_change(path: str, value: Json) -> None:
    """A label, a scale or a setting changed by hand: the next `up` changes it back."""
    observed = TABLE.observed(SERVICE, {**specification(SERVICE), path: value})
    assert isinstance(observed, dict)
    (change,) = _resource("service:Service").changes(observed, SERVICE)
    assert change.path.lower().startswith(path[:4].lower())


def test_depths_of_reading() -> None:
    """Wanted leaves out what Docker fills in, filled has it, and all has the defaults too."""
    live: Json = {
        "Name": "n",
        "TaskTemplate": {"ContainerSpec": {"Image": "i"}, "Runtime": "container"},
        "Mode": {"Replicated": {"Replicas": 3}},
        "EndpointSpec": {"Mode": "vip"},
    }
    wanted, filled, whole = (TABLE.observed({}, live, depth) for depth in Depth)
    assert wanted == {"name": "n", "taskSpec": {"containerSpec": {"image": "i"}}}
    assert isinstance(filled, dict)
    assert filled["mode"] == {"replicated": {"replicas": 3}}
    assert filled["endpointSpec"] == {"mode": "vip"}
    assert isinstance(whole, dict)
    assert whole["taskSpec"] == {"containerSpec": {"image": "i"}, "runtime": "container"}


def test_kinds_are_found_in_urns() -> None:
    """Type and name of a resource below a component; a kind that is not known is none."""
    urn = "urn:pulumi:local::bem::bem:infra:Set$docker:index/network:Network::network-edge::x"
    assert type_of(urn) == "docker:index/network:Network"
    assert name_of(urn) == "network-edge::x"
    assert resource_of(type_of(urn)) is not None
    assert resource_of("docker:index/plugin:Plugin") is None
