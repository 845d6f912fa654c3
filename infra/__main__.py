"""Settings → components → exports, and nothing else."""

import pulumi
from pulumi.runtime import config

from backups.generation import check_agreement
from backups.switch import serving_volume
from infra.bem import Platform
from operation.failure import Failure
from operation.stack import Stack

stack = Stack(pulumi.get_stack(), given={**config.get_config_env(), **config.CONFIG.get()})
try:
    check_agreement(stack, serving_volume(stack))
except Failure as failure:
    raise pulumi.RunError(str(failure)) from None

platform = Platform(stack)
pulumi.export("addresses", platform.addresses)
pulumi.export("root_certificate", f".ops/{stack.name}/certs/root.pem")
