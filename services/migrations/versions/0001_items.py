"""What the HTTP service keeps."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """The table of items, and what the api may do with it."""
    op.execute(
        """
        CREATE TABLE public.items (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            name text NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            idempotency_key text UNIQUE
        )
        """
    )
    op.execute("GRANT SELECT, INSERT, DELETE ON public.items TO bem_api")


def downgrade() -> None:
    """Back to an empty schema."""
    op.execute("DROP TABLE public.items")
