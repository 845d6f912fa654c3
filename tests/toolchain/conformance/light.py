"""A program of the kinds that cost nothing: network, volume, config and secret, with names given and made."""

import base64
from dataclasses import dataclass, field

import pulumi
import pulumi_docker as docker

FIRST = base64.b64encode(b"first").decode()
SECOND = base64.b64encode(b"second").decode()


@dataclass
class Light:
    """What the program declares; cases change it between two runs.

    Attributes:
        prefix: of all names that are given.
        label: on everything that has labels.
        data: of config and secret.
        ignoring: properties that the network's and the volume's changes are ignored in.
        gone: resources that are not declared any more.
        protected: whether the volume is.
        retained: whether the volume stays in Docker when it goes from the program.
        renamed: whether the volume has another name in the program, with the old one as its alias.
    """

    prefix: str
    label: str = "one"
    data: str = FIRST
    ignoring: list[str] = field(default_factory=list)
    gone: frozenset[str] = frozenset()
    protected: bool = False
    retained: bool = False
    renamed: bool = False

    def __call__(self) -> None:
        """The program."""
        for name in ("network", "volume", "config", "secret", "named", "auto"):
            if name not in self.gone:
                getattr(self, f"_{name}")()

    def _network(self) -> None:
        network = docker.Network(
            "network",
            name=f"{self.prefix}-net",
            driver="bridge",
            internal=True,
            labels=[docker.NetworkLabelArgs(label="trial", value=self.label)],
            opts=pulumi.ResourceOptions(ignore_changes=self.ignoring),
        )
        pulumi.export("scope", network.scope)

    def _volume(self) -> None:
        aliases = [pulumi.Alias(name="volume")] if self.renamed else []
        docker.Volume(
            "vessel" if self.renamed else "volume",
            name=f"{self.prefix}-data",
            labels=[docker.VolumeLabelArgs(label="trial", value=self.label)],
            opts=pulumi.ResourceOptions(
                aliases=aliases,
                ignore_changes=self.ignoring,
                protect=self.protected,
                retain_on_delete=self.retained,
            ),
        )

    def _config(self) -> None:
        docker.ServiceConfig(f"{self.prefix}-config", data=self.data)

    def _secret(self) -> None:
        docker.Secret(f"{self.prefix}-secret", data=pulumi.Output.secret(self.data))

    def _named(self) -> None:
        docker.ServiceConfig("named", name=f"{self.prefix}-named", data=self.data)

    def _auto(self) -> None:
        docker.Volume(f"{self.prefix}-auto")
