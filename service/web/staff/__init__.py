"""What every page for staff stands on: its frame, how its buttons act, what codes are called."""
