"""The Pulumi resource that brings the load balancer's configuration into its volume and makes it serve.

Importable, so that Pulumi keeps the provider by reference. A changed image is no change of the file.
"""

from typing import Any

import docker  # noqa: F401  # whole, while one thread loads this; two that import parts of it see halves
import pulumi
from pulumi import dynamic

from infra import balancer_reload, balancer_volume
from infra.balancer_file import generation_of
from infra.balancer_volume import Place
from operation.failure import Failure
from operation.stack import Stack

INPUTS = ("content", "volume", "certificates", "stack", "image")
Properties = dict[str, Any]  # as Pulumi hands them over


def deliver(place: Place, content: str) -> None:
    """Checks a configuration, puts it in its place, and makes what runs serve it without a failed request.

    Args:
        place: the volume and what the file is checked with; nothing has to run.
        content: the whole file.

    Raises:
        Failure: when it is refused or does not serve, in HAProxy's words; the one before serves on.
    """
    before = balancer_volume.held(place)
    balancer_volume.put(place, content)
    try:
        balancer_reload.reload(place.stack, place.volume, place.image, generation_of(content))
    except Failure as failure:
        raise _returned(place, before, content, failure) from failure


class ConfigurationProvider(dynamic.ResourceProvider):
    """Delivers; Pulumi's state has the file, in which nothing is secret."""

    serialize_as_secret_always = False

    def diff(self, _id: str, olds: Properties, news: Properties) -> dynamic.DiffResult:
        """Another file is an update, another volume a new delivery; another image is no change."""
        moved = [key for key in ("volume", "stack") if olds.get(key) != news.get(key)]
        changed = bool(moved) or olds.get("content") != news.get("content")
        return dynamic.DiffResult(changes=changed, replaces=moved, delete_before_replace=False)

    def create(self, props: Properties) -> dynamic.CreateResult:
        """Delivers; the id is the volume's name."""
        return dynamic.CreateResult(str(props["volume"]), _done(props))

    def update(self, _id: str, _olds: Properties, news: Properties) -> dynamic.UpdateResult:
        """Delivers again."""
        return dynamic.UpdateResult(_done(news))

    def read(self, id_: str, props: Properties) -> dynamic.ReadResult:
        """A volume that holds another file has no delivery, and the next `up` makes one."""
        try:
            same = balancer_volume.held(_place(props)) == props["content"]
        except Failure:
            same = False
        return dynamic.ReadResult(id_, props) if same else dynamic.ReadResult("", {})

    def delete(self, _id: str, _props: Properties) -> None:
        """Leaves the volume alone: it is a resource of its own."""


class Configuration(dynamic.Resource, module="bem", name="Configuration"):
    """The load balancer's file in its volume. Refuses what HAProxy's own check refuses."""

    volume: pulumi.Output[str]

    def __init__(
        self, name: str, props: dict[str, pulumi.Input[Any]], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """States what the volume holds; `props` has the keys of `INPUTS`."""
        super().__init__(ConfigurationProvider(), name, props, opts)


def _done(props: Properties) -> Properties:
    deliver(_place(props), str(props["content"]))
    return {key: props[key] for key in INPUTS}


def _place(props: Properties) -> Place:
    names = (str(props[key]) for key in ("volume", "certificates", "image"))
    return Place(Stack(str(props["stack"])), *names)


def _returned(place: Place, before: str, content: str, failure: Failure) -> Failure:
    """Goes back to the file before; gives what a person is to know."""
    state = "nothing served before it."
    if before and before != content:
        balancer_volume.take_back(place)
        try:
            balancer_reload.reload(place.stack, place.volume, place.image, generation_of(before))
            state = "the configuration before is in its place again and serves."
        except Failure as worse:
            state = f"the configuration before is in its place again, but: {worse.what}"
    return Failure(failure.what, state, "`invoke logs load-balancer` tells more; correct it, then try again.")
