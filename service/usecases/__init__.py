"""The verbs: each a function that applies the rules, writes rows and queues messages in the caller's transaction.

Use-cases take the ``Session``, who acts (``actor``) and the instant (``now``); they may flush, never commit, and say
no by raising a ``Refusal``.
"""
