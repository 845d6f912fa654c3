"""What the Pulumi program declares for a stack, without Pulumi's engine, and without a look at Docker.

A process of its own: Pulumi's run-time can be set up once in each, and its mocks stay.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from operation.failure import Failure
from operation.stack import Stack

SECONDS = 120.0
"""The program takes about two on an idle host."""


@dataclass(frozen=True)
class Declared:
    """One resource.

    Attributes:
        kind: Pulumi's type of it: `docker:index/service:Service`.
        name: Pulumi's name of it: `service-api`.
        inputs: its properties, in camel case; what another resource gives stands there as a `token`.
        needs: names of the resources that it depends on.
    """

    kind: str
    name: str
    inputs: dict[str, Any]
    needs: Sequence[str]


def declared(stack: Stack) -> list[Declared]:
    """All resources of a stack, in the order in which the program declares them.

    Raises:
        Failure: when the program does not run to its end.
    """
    argv = (sys.executable, "-m", "inspection.declared", stack.name)
    done = subprocess.run(argv, cwd=stack.root, capture_output=True, text=True, timeout=SECONDS, check=False)
    if done.returncode:
        words = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        raise Failure(
            f"the program infra/ does not run for stack {stack.name}: {words[0]}",
            remedy="`invoke preview` tells more.",
        )
    return [Declared(**each) for each in json.loads(done.stdout.splitlines()[-1])]


def token(kind: str, name: str, key: str) -> str:
    """What stands for a property that only a deployment would know."""
    return f"<{kind}:{name}:{key}>"


def _run(name: str) -> list[dict[str, Any]]:
    """Runs the program under mocks and gives what it declared; secrets are in the clear."""
    from pulumi.runtime import mocks  # noqa: PLC0415
    from pulumi.runtime.stack import run_pulumi_func  # noqa: PLC0415  # waits for all registrations

    found: list[dict[str, Any]] = []

    class Recorder(mocks.Mocks):
        def call(self, _args: Any) -> Any:
            return {}, []

        def new_resource(self, args: Any) -> tuple[str, dict[str, Any]]:
            kind, name, inputs = args.typ, args.name, dict(args.inputs)
            given = {"name": name, "repoDigest": token("image", name, "digest")}
            return token(kind, name, "id"), {**given, **inputs}

    class Monitor(mocks.MockMonitor):
        def RegisterResource(self, request: Any) -> Any:  # noqa: N802  # gRPC's name
            answer = super().RegisterResource(request)  # type: ignore[no-untyped-call]
            state = self.resources.get(answer.urn)
            if request.custom and state is not None:
                needs = [each.rpartition("::")[2] for each in request.dependencies]
                found.append(
                    {
                        "kind": request.type,
                        "name": request.name,
                        "inputs": state.state,
                        "needs": sorted(needs),
                    }
                )
            return answer

    def program() -> None:
        from infra.bem import Platform  # noqa: PLC0415

        Platform(Stack(name))

    async def whole() -> None:
        mocks.set_mocks(Recorder(), project="bem", stack=name, monitor=Monitor(Recorder()))
        await run_pulumi_func(program)

    asyncio.run(whole())
    return found


if __name__ == "__main__":
    print(json.dumps(_run(sys.argv[1]), default=str))
