"""What a twin's file says: production's wishes, and nothing that leads to production's data."""

from drills import twin
from operation.stack import Stack
from operation.stack_file import configure


def test_a_twin_archives_into_a_store_of_its_own(stack: Stack) -> None:
    """Wherever production's S3 is; and nobody asks for a recovery kit of a twin."""
    configure(
        stack,
        {
            "object_store.endpoint": "s3.example.org",
            "object_store.bucket": "kept",
            "backups.off_host_required": True,
            "api.replicas": 3,
        },
    )
    made = Stack("twin-test", stack.root)
    twin._write_settings(stack, made)  # noqa: SLF001  # the rest needs Docker
    settings = Stack(made.name, made.root).settings
    assert not settings.object_store.outside
    assert not settings.backups.off_host_required
    assert settings.api.replicas == 3
    assert Stack(stack.name, stack.root).settings.object_store.outside
