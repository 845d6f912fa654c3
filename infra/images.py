"""The images of a stack, built on this host from the base image alone and named by their digest."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi
import pulumi_docker as docker

from operation.stack import Stack


@dataclass(frozen=True)
class ImageArgs:
    """One image to build.

    Attributes:
        role: the party that runs it.
        context: what the builder is given; the image's own folder unless the code lives elsewhere.
        args: build arguments.
        recipe: its folder under infra/images, when that is not called like the role.
    """

    role: str
    context: Path | None = None
    args: dict[str, str] = field(default_factory=dict)
    recipe: str = ""


def recipe(stack: Stack, args: ImageArgs) -> dict[str, Any]:
    """What the builder is told; whoever tells it the same gets the same image from its cache."""
    folder = stack.root / "infra" / "images" / (args.recipe or args.role)
    return {
        "context": str(args.context or folder),
        "dockerfile": str(folder / "Dockerfile"),
        "args": args.args,
        "platform": "linux/amd64",
    }


def built(stack: Stack, args: ImageArgs, opts: pulumi.ResourceOptions) -> pulumi.Output[str]:
    """Builds an image and gives its digest; a tag alone would leave the old one running."""
    return image(stack, args, opts).repo_digest


def image(stack: Stack, args: ImageArgs, opts: pulumi.ResourceOptions) -> docker.Image:
    """Declares an image."""
    return docker.Image(
        f"image-{args.role}",
        image_name=f"bem-{args.role}:{stack.name}",
        skip_push=True,
        build=docker.DockerBuildArgs(builder_version=docker.BuilderVersion.BUILDER_V1, **recipe(stack, args)),
        opts=opts,
    )
