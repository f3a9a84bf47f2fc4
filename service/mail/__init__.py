"""Mail: ``outbox`` is the only door in, ``worker`` the only way out."""
