"""Settings → components → exports, and nothing else."""

import pulumi
from pulumi.runtime import config

from infra.bem import Platform
from operation.failure import Failure
from operation.stack import Stack

stack = Stack(pulumi.get_stack(), given={**config.get_config_env(), **config.CONFIG.get()})
try:
    _ = stack.settings
except Failure as failure:
    raise pulumi.RunError(str(failure)) from None

platform = Platform(stack)
pulumi.export("addresses", platform.addresses)
pulumi.export("root_certificate", f".ops/{stack.name}/certs/root.pem")
