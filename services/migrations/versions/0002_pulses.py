"""What pulses come to: a result a key, and totals that a count can prove."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """The tables, and what the workers and the api may do with them."""
    op.execute(
        """
        CREATE TABLE public.pulse_results (
            key text PRIMARY KEY,
            kind text NOT NULL,
            result jsonb NOT NULL,
            processed_at timestamptz NOT NULL DEFAULT now(),
            worker text NOT NULL,
            attempts int NOT NULL DEFAULT 1
        )
        """
    )
    op.execute(
        """
        CREATE TABLE public.pulse_totals (
            kind text PRIMARY KEY,
            count bigint NOT NULL,
            sum numeric NOT NULL
        )
        """
    )
    op.execute("GRANT SELECT, INSERT ON public.pulse_results TO bem_pulse")
    op.execute("GRANT SELECT, INSERT, UPDATE ON public.pulse_totals TO bem_pulse")
    op.execute("GRANT SELECT ON public.pulse_results, public.pulse_totals TO bem_api")


def downgrade() -> None:
    """Back to items alone; results are lost."""
    op.execute("DROP TABLE public.pulse_totals")
    op.execute("DROP TABLE public.pulse_results")
