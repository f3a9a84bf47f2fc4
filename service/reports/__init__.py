"""Rows to read: SELECT-only, frozen, in a constant number of statements; the shapes of the contract's API items."""
