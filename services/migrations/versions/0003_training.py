"""Graphs, and the jobs that train on them."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """The tables, and what a trainer may do with them: read graphs, move its jobs on."""
    op.execute(
        """
        CREATE TABLE public.graph_nodes (
            graph text NOT NULL,
            node bigint NOT NULL,
            features real[] NOT NULL,
            label int,
            PRIMARY KEY (graph, node)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE public.graph_edges (
            graph text NOT NULL,
            source bigint NOT NULL,
            target bigint NOT NULL,
            PRIMARY KEY (graph, source, target),
            FOREIGN KEY (graph, source) REFERENCES public.graph_nodes ON DELETE CASCADE,
            FOREIGN KEY (graph, target) REFERENCES public.graph_nodes ON DELETE CASCADE
        )
        """
    )
    op.execute(
        """
        CREATE TABLE public.training_jobs (
            job bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            graph text NOT NULL,
            epochs int NOT NULL CHECK (epochs BETWEEN 1 AND 100000),
            state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed')),
            epoch int NOT NULL DEFAULT 0,
            loss double precision,
            accuracy double precision,
            worker text,
            lease_until timestamptz,
            attempts int NOT NULL DEFAULT 0,
            artefact text,
            sha256 text,
            reason text,
            created_at timestamptz NOT NULL DEFAULT now(),
            finished_at timestamptz
        )
        """
    )
    op.execute("GRANT SELECT ON public.graph_nodes, public.graph_edges TO bem_training")
    op.execute("GRANT SELECT, UPDATE ON public.training_jobs TO bem_training")


def downgrade() -> None:
    """Graphs and jobs are lost; models stay in the object store."""
    op.execute("DROP TABLE public.training_jobs")
    op.execute("DROP TABLE public.graph_edges")
    op.execute("DROP TABLE public.graph_nodes")
