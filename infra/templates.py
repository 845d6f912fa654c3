"""Configuration files rendered from the stack's settings, delivered under names that tell their content."""

import base64
import hashlib

import jinja2
import pulumi
import pulumi_docker as docker

from operation.stack import LABEL_STACK, Stack

DIGEST = 12
"""Hexadecimal digits of the content's SHA-256 in an object's name."""


def rendered(stack: Stack, template: str, **values: object) -> str:
    """A file of infra/images/, rendered; a variable that the template names and nobody gives is an error."""
    folder = stack.root / "infra" / "images"
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701  # configuration files, not pages
    )
    return environment.get_template(template).render(**values)


def config(stack: Stack, name: str, content: str, parent: pulumi.Resource) -> docker.ServiceConfig:
    """A Swarm config named by its content; older ones stay, so that a roll-back finds them."""
    digest = hashlib.sha256(content.encode()).hexdigest()[:DIGEST]
    return docker.ServiceConfig(
        f"config-{name}",
        name=stack.object_name(f"{name}-{digest}"),
        data=_base64(content),
        labels=[docker.ServiceConfigLabelArgs(label=LABEL_STACK, value=stack.name)],
        opts=pulumi.ResourceOptions(parent=parent, retain_on_delete=True),
    )


def secret(stack: Stack, name: str, content: str, parent: pulumi.Resource) -> docker.Secret:
    """A Swarm secret named by a digest of its content, secret in Pulumi's state as well."""
    digest = hashlib.sha256(content.encode()).hexdigest()[:DIGEST]
    return docker.Secret(
        f"secret-{name}",
        name=stack.object_name(f"{name}-{digest}"),
        data=pulumi.Output.secret(_base64(content)),
        labels=[docker.SecretLabelArgs(label=LABEL_STACK, value=stack.name)],
        opts=pulumi.ResourceOptions(parent=parent, retain_on_delete=True),
    )


def _base64(content: str) -> str:
    return base64.b64encode(content.encode()).decode()
