"""Old results can go: an index that finds them, and the right to remove them."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """A block-range index is small and made fast: rows lie in the order of their time.

    Writes go on meanwhile. What an interrupted attempt left is removed first.
    """
    op.execute("GRANT DELETE ON public.pulse_results TO bem_pulse")
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS public.pulse_results_processed_at")
        op.execute(
            "CREATE INDEX CONCURRENTLY pulse_results_processed_at"
            " ON public.pulse_results USING brin (processed_at) WITH (pages_per_range = 32)"
        )


def downgrade() -> None:
    """Results stay for ever again."""
    op.execute("DROP INDEX IF EXISTS public.pulse_results_processed_at")
    op.execute("REVOKE DELETE ON public.pulse_results FROM bem_pulse")
