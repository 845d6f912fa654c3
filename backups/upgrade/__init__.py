"""Another major version of PostgreSQL: tried on a copy, then moved to, and back again by `restore.undo`."""
