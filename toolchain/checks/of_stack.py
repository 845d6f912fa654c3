"""All questions about one stack."""

from operation.stack import Stack
from toolchain.checks import authority, permissions, ports, state
from toolchain.checks.check import Check, healthy
from toolchain.checks.question import Question

GROUP = "stack"


def questions(stack: Stack) -> tuple[Question, ...]:
    """What to ask; none makes a file or a folder."""
    return (
        Question(GROUP, "stack's file", lambda: [file_of(stack)]),
        Question(GROUP, "ports", lambda: ports.look(stack)),
        Question(GROUP, "Pulumi's state", lambda: state.look(stack)),
        Question(GROUP, "certificate authority", lambda: authority.look(stack)),
        Question(GROUP, "permissions", lambda: permissions.look(stack)),
    )


def file_of(stack: Stack) -> Check:
    """Whether it can be read and says only what is known.

    Raises:
        Failure: with the key and the fix.
    """
    _ = stack.settings
    return healthy("stack's file", stack.file.name)
