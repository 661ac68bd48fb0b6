"""Alembic runs this file for each change of the tables, with the connection that `FleetDatabase` gives it."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
context.run_migrations()
