"""Rows -> files for accountants. No framework and no database in here: the same bytes for pages, API and commands."""
