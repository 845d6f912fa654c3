"""One Swarm service as this project runs them: read-only, unprivileged, watched, told apart by labels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_docker as docker

from infra.health import Health
from infra.parties import Party
from operation.stack import LABEL_ROLE, LABEL_STACK, Stack

CONVERGE_TIMEOUT = "180s"
"""How long a service may take to be healthy before `up` fails with the task's own error."""


@dataclass(frozen=True)
class SwarmServiceArgs:
    """What differs from service to service.

    Attributes:
        party: role and uid.
        image: digest of the image.
        networks: ids of its networks; its alias in each is the role.
        stateful: stop the old task before the new one starts, and never roll back by itself.
        volumes: volume name to (path, read only).
        tmpfs: path to size in bytes.
        configs: Swarm configs, by path in the container.
        secrets: Swarm secrets, by path in the container; readable by the party alone.
        ports: published in host mode under the same number.
        stop_grace: how long the stop signal has before SIGKILL.
    """

    party: Party
    image: pulumi.Input[str]
    networks: Sequence[pulumi.Input[str]]
    stateful: bool
    replicas: int = 1
    args: Sequence[str] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    volumes: Mapping[str, tuple[pulumi.Input[str], bool]] = field(default_factory=dict)
    tmpfs: Mapping[str, int] = field(default_factory=dict)
    configs: Mapping[str, docker.ServiceConfig] = field(default_factory=dict)
    secrets: Mapping[str, docker.Secret] = field(default_factory=dict)
    ports: Sequence[int] = ()
    stop_signal: str = "SIGTERM"
    stop_grace: str = "30s"
    health: Health = field(default_factory=Health)
    cap_adds: Sequence[str] = ()


def swarm_service(stack: Stack, args: SwarmServiceArgs, opts: pulumi.ResourceOptions) -> docker.Service:
    """Declares the service; `sysctl` and `window` are given because previews would show a change without."""
    role = args.party.role
    return docker.Service(
        f"service-{role}",
        name=stack.object_name(role),
        labels=[
            docker.ServiceLabelArgs(label=key, value=value) for key, value in _labels(stack, role).items()
        ],
        mode=docker.ServiceModeArgs(replicated=docker.ServiceModeReplicatedArgs(replicas=args.replicas)),
        endpoint_spec=docker.ServiceEndpointSpecArgs(mode="dnsrr", ports=_ports(args)),
        update_config=_update(args),
        rollback_config=docker.ServiceRollbackConfigArgs(order=_order(args), parallelism=1),
        converge_config=docker.ServiceConvergeConfigArgs(delay="1s", timeout=CONVERGE_TIMEOUT),
        task_spec=docker.ServiceTaskSpecArgs(
            container_spec=_container(stack, args),
            networks_advanceds=[
                docker.ServiceTaskSpecNetworksAdvancedArgs(id=network, aliases=[role])
                for network in args.networks
            ],
            restart_policy=docker.ServiceTaskSpecRestartPolicyArgs(condition="any", delay="1s", window="0s"),
        ),
        opts=opts,
    )


def _container(stack: Stack, args: SwarmServiceArgs) -> docker.ServiceTaskSpecContainerSpecArgs:
    role = args.party.role
    return docker.ServiceTaskSpecContainerSpecArgs(
        image=args.image,
        args=list(args.args),
        env=dict(args.env),
        user=args.party.user,
        hostname=role,
        read_only=True,
        cap_drops=["ALL"],
        cap_adds=list(args.cap_adds),
        sysctl={},
        stop_signal=args.stop_signal,
        stop_grace_period=args.stop_grace,
        labels=[
            docker.ServiceTaskSpecContainerSpecLabelArgs(label=key, value=value)
            for key, value in _labels(stack, role).items()
        ],
        mounts=[*_volume_mounts(args), *_tmpfs_mounts(args)],
        configs=[_config(path, config) for path, config in args.configs.items()],
        secrets=[_secret(path, secret, args.party) for path, secret in args.secrets.items()],
        healthcheck=docker.ServiceTaskSpecContainerSpecHealthcheckArgs(
            tests=args.health.test,
            interval=args.health.interval,
            timeout=args.health.timeout,
            retries=args.health.retries,
            start_period=args.health.start_period,
        ),
    )


def _labels(stack: Stack, role: str) -> dict[str, str]:
    return {LABEL_STACK: stack.name, LABEL_ROLE: role}


def _order(args: SwarmServiceArgs) -> str:
    return "stop-first" if args.stateful else "start-first"


def _update(args: SwarmServiceArgs) -> docker.ServiceUpdateConfigArgs:
    return docker.ServiceUpdateConfigArgs(
        order=_order(args),
        parallelism=1,
        monitor="3s",
        failure_action="pause" if args.stateful else "rollback",
    )


def _ports(args: SwarmServiceArgs) -> list[docker.ServiceEndpointSpecPortArgs]:
    return [
        docker.ServiceEndpointSpecPortArgs(
            target_port=port, published_port=port, publish_mode="host", protocol="tcp", name=f"port-{port}"
        )
        for port in args.ports
    ]


def _volume_mounts(args: SwarmServiceArgs) -> list[docker.ServiceTaskSpecContainerSpecMountArgs]:
    return [
        docker.ServiceTaskSpecContainerSpecMountArgs(
            type="volume", target=path, source=name, read_only=read_only
        )
        for path, (name, read_only) in args.volumes.items()
    ]


def _tmpfs_mounts(args: SwarmServiceArgs) -> list[docker.ServiceTaskSpecContainerSpecMountArgs]:
    return [
        docker.ServiceTaskSpecContainerSpecMountArgs(
            type="tmpfs",
            target=path,
            tmpfs_options=docker.ServiceTaskSpecContainerSpecMountTmpfsOptionsArgs(
                size_bytes=size, mode=0o1777
            ),
        )
        for path, size in args.tmpfs.items()
    ]


def _config(path: str, config: docker.ServiceConfig) -> docker.ServiceTaskSpecContainerSpecConfigArgs:
    return docker.ServiceTaskSpecContainerSpecConfigArgs(
        config_id=config.id, config_name=config.name, file_name=path, file_mode=0o444
    )


def _secret(path: str, secret: docker.Secret, party: Party) -> docker.ServiceTaskSpecContainerSpecSecretArgs:
    return docker.ServiceTaskSpecContainerSpecSecretArgs(
        secret_id=secret.id,
        secret_name=secret.name,
        file_name=path,
        file_uid=str(party.uid),
        file_gid=str(party.uid),
        file_mode=0o400,
    )
