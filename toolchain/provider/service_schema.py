"""The properties of docker.Service: pulumi-docker's names, Docker's keys, the official one's defaults."""

from typing import Final

from toolchain.provider.container_spec_schema import CONTAINER
from toolchain.provider.kind import Duration, Integer, Ratio, Text, TextMap, Texts
from toolchain.provider.pair_kind import GlobalMode, KeyValues, Labels, Preferences
from toolchain.provider.schema import Block, Blocks, Field

LIMITS: Final = Block(
    (Field("nanoCpus", "NanoCPUs", Integer()), Field("memoryBytes", "MemoryBytes", Integer()))
)

RESOURCES: Final = Block(
    (
        Field("limits", "Limits", LIMITS),
        Field("reservation", "Reservations", LIMITS),
    )
)

RESTART_POLICY: Final = Block(
    (
        Field("condition", "Condition", Text(("none", "on-failure", "any")), engine_fills=True),
        Field("delay", "Delay", Duration(), engine_fills=True),
        Field("maxAttempts", "MaxAttempts", Integer()),
        Field("window", "Window", Duration()),
    )
)

PLACEMENT: Final = Block(
    (
        Field("constraints", "Constraints", Texts(is_set=True)),
        Field("prefs", "Preferences", Preferences()),
        Field("maxReplicas", "MaxReplicas", Integer()),
        Field(
            "platforms",
            "Platforms",
            Blocks(
                Block(
                    (
                        Field("architecture", "Architecture", Text(), required=True),
                        Field("os", "OS", Text(), required=True),
                    )
                ),
                key="architecture",
            ),
            engine_fills=True,
        ),
    )
)

NETWORK: Final = Block(
    (
        Field("id", "Target", Text(), required=True),
        Field("aliases", "Aliases", Texts(is_set=True)),
        Field("driverOpts", "DriverOpts", KeyValues()),
    )
)

TASK: Final = Block(
    (
        Field("containerSpec", "ContainerSpec", CONTAINER, required=True),
        Field("resources", "Resources", RESOURCES, engine_fills=True),
        Field("restartPolicy", "RestartPolicy", RESTART_POLICY, engine_fills=True),
        Field("placement", "Placement", PLACEMENT, engine_fills=True),
        Field("forceUpdate", "ForceUpdate", Integer(), engine_fills=True),
        Field("runtime", "Runtime", Text(("container",)), default="container"),
        Field("networksAdvanceds", "Networks", Blocks(NETWORK, key="id")),
        Field(
            "logDriver",
            "LogDriver",
            Block((Field("name", "Name", Text(), required=True), Field("options", "Options", TextMap()))),
        ),
    )
)

_ORDER: Final = Text(("stop-first", "start-first"))


def _change(*actions: str) -> Block:
    """How an update or a rollback goes."""
    return Block(
        (
            Field("parallelism", "Parallelism", Integer(), default=1),
            Field("delay", "Delay", Duration(), default="0s"),
            Field("failureAction", "FailureAction", Text(actions), default="pause"),
            Field("monitor", "Monitor", Duration(), default="5s"),
            Field("maxFailureRatio", "MaxFailureRatio", Ratio(), default="0.0"),
            Field("order", "Order", _ORDER, default="stop-first"),
        )
    )


PORT: Final = Block(
    (
        Field("name", "Name", Text()),
        Field("protocol", "Protocol", Text(("tcp", "udp", "sctp")), default="tcp"),
        Field("targetPort", "TargetPort", Integer(), required=True),
        Field("publishedPort", "PublishedPort", Integer(), engine_fills=True),
        Field("publishMode", "PublishMode", Text(("host", "ingress")), default="ingress"),
    )
)

ENDPOINT: Final = Block(
    (
        Field("mode", "Mode", Text(("vip", "dnsrr")), engine_fills=True),
        Field("ports", "Ports", Blocks(PORT)),
    )
)

MODE: Final = Block(
    (
        Field(
            "replicated",
            "Replicated",
            Block((Field("replicas", "Replicas", Integer(), default=1),)),
            engine_fills=True,
        ),
        Field("global", "Global", GlobalMode()),
    )
)

CONVERGE: Final = Block(
    (Field("delay", None, Duration(), default="7s"), Field("timeout", None, Duration(), default="3m"))
)

SERVICE: Final = Block(
    (
        Field("name", "Name", Text(), required=True, forces_new=True),
        Field("labels", "Labels", Labels()),
        Field("taskSpec", "TaskTemplate", TASK, required=True),
        Field("mode", "Mode", MODE, engine_fills=True),
        Field("updateConfig", "UpdateConfig", _change("pause", "continue", "rollback")),
        Field("rollbackConfig", "RollbackConfig", _change("pause", "continue")),
        Field("endpointSpec", "EndpointSpec", ENDPOINT, engine_fills=True),
        Field("convergeConfig", None, CONVERGE),
    )
)
