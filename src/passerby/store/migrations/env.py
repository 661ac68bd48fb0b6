"""Alembic runs this file for each change of the tables, with the connection that `Database` gives it."""

from __future__ import annotations

from alembic import context

# SQLite changes tables by making new ones ("batch").
context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
context.run_migrations()
