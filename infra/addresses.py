"""Where clients reach a stack; apart from its program, whose import of Pulumi's SDK takes 0.3 s of CPU."""

from operation.stack import Stack


def addresses(stack: Stack) -> list[str]:
    """The platform's addresses, by the names and addresses that its certificate carries."""
    settings = stack.settings
    names = [*settings.certificates.names, *settings.certificates.addresses]
    hosts = [f"[{name}]" if ":" in name else name for name in names]
    return [f"https://{host}:{settings.load_balancer.https_port}" for host in hosts]
