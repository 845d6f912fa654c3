"""Where secrets lie in containers."""

PASSWORD_FILE = "/run/secrets/cache-password"  # noqa: S105  # a client's, for Redis
USERS_FILE = "/run/secrets/cache-users"
ADMIN_FILE = "/run/secrets/cache-admin"
"""In the cache's own container alone, where `ask` reads it: whoever may enter that may do all."""
