"""Programs for tests of the provider: all that infra/ uses, in small."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi
import pulumi_docker as docker

IMAGE = "debian:trixie-slim"
PASSWORD = "very-secret-password"  # noqa: S105  # of test data
SLEEP = ("sleep", "infinity")


@dataclass
class World:
    """What a stack with one of each kind is made of; tests change it between two runs.

    Attributes:
        name: prefix of all names.
        context: the image's folder.
        replicas: of the service.
        label: of the service.
        config: content of the config.
        command: of the service.
        health: command of its health check.
        extra: more properties of the container.
        timeout: for convergence.
    """

    name: str
    context: Path
    replicas: int = 1
    label: str = "one"
    config: str = "first"
    command: Sequence[str] = SLEEP
    health: Sequence[str] = ("test", "-f", "/etc/app/app.conf")
    extra: dict[str, Any] = field(default_factory=dict)
    timeout: str = "30s"
    network_internal: bool = False

    def __call__(self) -> None:
        """The program."""
        image = docker.Image(
            "image",
            image_name=f"{self.name}:local",
            skip_push=True,
            build=docker.DockerBuildArgs(
                context=str(self.context),
                dockerfile=str(self.context / "Dockerfile"),
                args={"BASE": IMAGE},
                builder_version=docker.BuilderVersion.BUILDER_V1,
                platform="linux/amd64",
            ),
        )
        network = docker.Network(
            "network",
            name=f"{self.name}-net",
            driver="overlay",
            internal=self.network_internal,
            labels=[docker.NetworkLabelArgs(label="trial", value=self.name)],
            opts=pulumi.ResourceOptions(delete_before_replace=True),
        )
        volume = docker.Volume(
            "volume",
            name=f"{self.name}-data",
            labels=[docker.VolumeLabelArgs(label="trial", value=self.name)],
        )
        config = docker.ServiceConfig(f"{self.name}-config", data=encoded(self.config))
        secret = docker.Secret(f"{self.name}-secret", data=pulumi.Output.secret(encoded(PASSWORD)))
        service = self._service(image.repo_digest, network, volume, config, secret)
        pulumi.export("image", image.repo_digest)
        pulumi.export("driver", network.driver)
        pulumi.export("mode", service.mode)

    def _service(
        self,
        image: pulumi.Input[str],
        network: docker.Network,
        volume: docker.Volume,
        config: docker.ServiceConfig,
        secret: docker.Secret,
    ) -> docker.Service:
        container = docker.ServiceTaskSpecContainerSpecArgs(
            image=image,
            args=list(self.command),
            env={"STACK": self.name, "PASSWORD": pulumi.Output.secret(PASSWORD)},
            user="10001:10001",
            hostname="app",
            read_only=True,
            init=True,
            cap_drops=["ALL"],
            cap_adds=["CAP_NET_BIND_SERVICE"],
            sysctl={},
            stop_signal="SIGTERM",
            stop_grace_period="5s",
            labels=[docker.ServiceTaskSpecContainerSpecLabelArgs(label="trial", value=self.name)],
            mounts=[
                docker.ServiceTaskSpecContainerSpecMountArgs(
                    type="volume", target="/data", source=volume.name, read_only=False
                ),
                docker.ServiceTaskSpecContainerSpecMountArgs(
                    type="tmpfs",
                    target="/run",
                    tmpfs_options=docker.ServiceTaskSpecContainerSpecMountTmpfsOptionsArgs(
                        size_bytes=1 << 20, mode=0o1777
                    ),
                ),
            ],
            configs=[
                docker.ServiceTaskSpecContainerSpecConfigArgs(
                    config_id=config.id,
                    config_name=config.name,
                    file_name="/etc/app/app.conf",
                    file_mode=0o444,
                )
            ],
            secrets=[
                docker.ServiceTaskSpecContainerSpecSecretArgs(
                    secret_id=secret.id,
                    secret_name=secret.name,
                    file_name="/run/secrets/password",
                    file_uid="10001",
                    file_gid="10001",
                    file_mode=0o400,
                )
            ],
            healthcheck=docker.ServiceTaskSpecContainerSpecHealthcheckArgs(
                tests=["CMD", *self.health], interval="500ms", timeout="5s", retries=3, start_period="2s"
            ),
            **self.extra,
        )
        return docker.Service(
            "service",
            name=f"{self.name}-app",
            labels=[docker.ServiceLabelArgs(label="trial", value=self.label)],
            mode=docker.ServiceModeArgs(replicated=docker.ServiceModeReplicatedArgs(replicas=self.replicas)),
            endpoint_spec=docker.ServiceEndpointSpecArgs(mode="dnsrr"),
            update_config=docker.ServiceUpdateConfigArgs(
                order="start-first", parallelism=1, monitor="1s", failure_action="rollback"
            ),
            rollback_config=docker.ServiceRollbackConfigArgs(
                order="start-first", parallelism=1, monitor="0s"
            ),
            converge_config=docker.ServiceConvergeConfigArgs(delay="1s", timeout=self.timeout),
            task_spec=docker.ServiceTaskSpecArgs(
                container_spec=container,
                networks_advanceds=[
                    docker.ServiceTaskSpecNetworksAdvancedArgs(id=network.id, aliases=["app"])
                ],
                restart_policy=docker.ServiceTaskSpecRestartPolicyArgs(
                    condition="any", delay="1s", window="0s"
                ),
            ),
        )


def small_service(name: str, *command: str, timeout: str = "30s", **more: Any) -> docker.Service:
    """A service of the base image that has no health check."""
    return docker.Service(
        "service",
        name=f"{name}-app",
        converge_config=docker.ServiceConvergeConfigArgs(delay="1s", timeout=timeout),
        endpoint_spec=docker.ServiceEndpointSpecArgs(mode="dnsrr"),
        update_config=docker.ServiceUpdateConfigArgs(monitor="1s"),
        task_spec=docker.ServiceTaskSpecArgs(
            container_spec=docker.ServiceTaskSpecContainerSpecArgs(
                image=IMAGE, args=list(command), init=True, stop_grace_period="1s", **more
            ),
            restart_policy=docker.ServiceTaskSpecRestartPolicyArgs(condition="any", delay="1s", window="0s"),
        ),
    )


def encoded(text: str) -> str:
    """Base64."""
    return base64.b64encode(text.encode()).decode()
