"""The way in: mails are fetched, parsed in a process with limits, and filed by the same use-cases as links."""
