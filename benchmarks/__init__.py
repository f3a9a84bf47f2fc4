"""How fast the service is, each figure beside its floor in the same run: ``make bench``.

The floor is the least that a durable and safe sign-up can do. It is no part of this project: its folder lies beside
the checkout (``../shared/bench``), or where ``BENCH_FLOOR`` says. Without it there are no ratios.
"""
