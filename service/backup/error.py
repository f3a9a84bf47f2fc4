"""The one way in which a backup or a restore says no."""


class BackupError(Exception):
    """Nothing was written or replaced; the message is one line."""
