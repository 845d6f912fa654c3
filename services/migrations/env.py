"""Alembic's entry: each migration in a transaction of its own, or its SQL on standard output."""

from alembic import context

from services.migrations.connection import connected


def migrate() -> None:
    """Runs what was asked for."""
    if context.is_offline_mode():
        context.configure(dialect_name="postgresql", literal_binds=True)
        with context.begin_transaction():
            context.run_migrations()
        return
    with connected() as connection:
        context.configure(connection=connection, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()


migrate()
