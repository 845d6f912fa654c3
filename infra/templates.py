"""Configuration files rendered from the stack's settings, and how Swarm gets them."""

import base64

import jinja2
import pulumi
import pulumi_docker as docker

from operation.stack import LABEL_STACK, Stack


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
    """A Swarm config; other content is another config under a name of its own, and the older one stays.

    Pulumi adds random digits to the name. A digest of the content would be taken already when content comes
    back: after a failed update, or when old settings are deployed again.
    """
    return docker.ServiceConfig(
        stack.object_name(name),
        data=_base64(content),
        labels=[docker.ServiceConfigLabelArgs(label=LABEL_STACK, value=stack.name)],
        opts=pulumi.ResourceOptions(parent=parent, retain_on_delete=True),
    )


def secret(stack: Stack, name: str, content: str, parent: pulumi.Resource) -> docker.Secret:
    """A Swarm secret, secret in Pulumi's state as well; named as configs are."""
    return docker.Secret(
        stack.object_name(name),
        data=pulumi.Output.secret(_base64(content)),
        labels=[docker.SecretLabelArgs(label=LABEL_STACK, value=stack.name)],
        opts=pulumi.ResourceOptions(parent=parent, retain_on_delete=True),
    )


def _base64(content: str) -> str:
    return base64.b64encode(content.encode()).decode()
