"""``make bench``: ours and the floor in one run, interleaved; medians of five rounds, each as a ratio.

python -m benchmarks [--rounds N] [--signups N] [SECTION …]
"""

import argparse
import re
import statistics
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

from benchmarks import driver
from benchmarks.contenders import DAY, FORM, PAGE, Contender, floor, hello, ours, sink
from benchmarks.mails import floor_mailer, our_worker, wait
from benchmarks.memory import proportional_mb
from benchmarks.servers import FLOOR

KINDS = ("sqlite", "postgresql")
GROWN = 1_000_000
MANY = 5_000
LINKED = re.compile(r'<(?:link|img|script)[^>]+(?:href|src)="(/static[^"]+)"')
Figure = Callable[[], float]


@dataclass(frozen=True)
class Row:
    """One line of the table; ``wanted`` is the least that the ratio, or the most that the value, may be."""

    what: str
    ours: float
    other: float | None
    wanted: str
    fine: bool

    def __str__(self) -> str:
        other = f"{self.other:>10,.1f}" if self.other is not None else " " * 10
        ratio = f"{self.ours / self.other:>7.2f}" if self.other else " " * 7
        return f"{self.what:<58}{self.ours:>10,.1f}{other}{ratio}  {self.wanted:<8}{'ok' if self.fine else 'MISSED'}"


def interleaved(rounds: int, *figures: Figure) -> list[float]:
    """The median of each figure; the rounds take turns, so that a slow minute of the machine hits all alike."""
    taken: list[list[float]] = [[] for _ in figures]
    for _ in range(rounds):
        for figure, values in zip(figures, taken, strict=True):
            values.append(figure())
    return [statistics.median(values) for values in taken]


def at_least(what: str, mine: float, other: float, ratio: float) -> Row:
    """A rate that must not fall below a part of the other."""
    return Row(what, mine, other, f">= {ratio}", mine >= ratio * other)


def at_most(what: str, mine: float, most: float, other: float | None = None) -> Row:
    """A value, or a ratio to the other, that must not exceed something."""
    return Row(what, mine, other, f"<= {most:g}", (mine / other if other else mine) <= most)


def sign_up(folder: Path, rounds: int, number: int) -> Iterator[Row]:
    """Whole sign-ups a second with four clients, and the slowest with sixteen."""
    for kind in KINDS:
        with ours(kind, folder / kind / "a") as mine, floor(kind, folder / kind / "b") as other:
            a, b = interleaved(rounds, *(_rate(one, number) for one in (mine, other)))
            yield at_least(f"sign-ups a second, {kind}", a, b, 0.6)
            a, b = interleaved(rounds, *(_slowest(one, number) for one in (mine, other)))
            yield at_most(f"p99 of a sign-up at 16 clients, ms, {kind}", a, 2, b)


def mailed(folder: Path, rounds: int, number: int) -> Iterator[Row]:
    """The same, until every mail has left as well."""
    for kind in KINDS:
        with sink(folder), ours(kind, folder / kind / "c", mails=True) as mine:
            with floor(kind, folder / kind / "d", mails=True) as other:
                a, b = interleaved(rounds, *(_drained(one, number) for one in (mine, other)))
            yield at_least(f"sign-ups a second with their mail, {kind}", a, b, 0.8)
            yield at_most(f"p95 from a sign-up to its mail, s, {kind}", wait(mine.env["DATABASE_URL"]), 5)
            yield at_most(f"memory of the worker, MB, {kind}", proportional_mb(mine.trees["worker"]), 90)


def mails(folder: Path, rounds: int, number: int) -> Iterator[Row]:
    """Mails a second of the worker alone, with real letters and each result durable before the next mail."""
    for kind in KINDS:
        with sink(folder), our_worker(kind, folder / kind / "i", number) as mine:
            with floor_mailer(kind, folder / kind / "j", number) as other:
                a, b = interleaved(rounds, lambda: mine.rate(number), lambda: other.rate(number))
            yield at_least(f"mails a second, {kind}", a, b, 1)


def long(folder: Path, _rounds: int, _number: int) -> Iterator[Row]:
    """What the worker holds after 5,000 mails and after 50,000: leaks show."""
    for kind in KINDS:
        with sink(folder), our_worker(kind, folder / kind / "l", MANY) as mine:
            rate = mine.rate(MANY)
            few = proportional_mb(mine.pid)
            for _ in range(9):
                mine.rate(MANY)
            many = proportional_mb(mine.pid)
            yield Row(f"mails a second, {MANY:,} in the queue, {kind}", rate, None, "", fine=True)
            yield at_most(f"memory of the worker after {10 * MANY:,} mails, MB, {kind}", many, 90)
            yield at_most(f"the same, to that after {MANY:,}, {kind}", many, 1.05, few)


def page(folder: Path, rounds: int, number: int) -> Iterator[Row]:
    """Public pages a second, and what a form page costs to load."""
    with ExitStack() as running:
        mine = running.enter_context(ours("sqlite", folder / "e"))
        other = running.enter_context(floor("sqlite", folder / "f"))
        bare = running.enter_context(hello(folder / "g"))
        day, form, rendered, again, least = interleaved(
            rounds,
            lambda: float(driver.pages(mine, DAY, number)["per_s"]),
            lambda: float(driver.pages(mine, FORM, number)["per_s"]),
            lambda: float(driver.pages(other, PAGE, number)["per_s"]),
            lambda: float(driver.looks(mine, "revalidated", number)["per_s"]),
            lambda: float(driver.pages(bare, "/", number)["per_s"]),
        )
        yield at_least("study day page a second, to the floor's rendered page", day, rendered, 2)
        yield at_least("form page a second, to the floor's rendered page", form, rendered, 2)
        yield at_least("304 a second, to a bare hello-world", again, least, 0.4)
        size, requests = weight(mine.server.url + FORM)
        yield at_most("form page and all it loads, kB", size / 1000, 60)
        yield at_most("requests for it", requests, 4)
        yield at_most("memory of web, master and 2 workers, MB", proportional_mb(mine.server.pid), 150)


def start(folder: Path, rounds: int, number: int) -> Iterator[Row]:  # noqa: ARG001 - a start is one start
    """From the start of Gunicorn to the first study day page, in milliseconds."""
    with ours("sqlite", folder / "k") as mine, floor("sqlite", folder / "l") as other:
        a, b = interleaved(rounds, _start(mine, DAY), _start(other, PAGE))
        yield Row("start to first page, ms", a, b, "<= 1000", a <= 1000)


def growth(folder: Path, rounds: int, number: int) -> Iterator[Row]:
    """A sign-up and the desk's first page with a thousand and with a million registrations, in milliseconds each."""
    for kind in KINDS:
        with ExitStack() as running:
            few = running.enter_context(ours(kind, folder / kind / "h", registrations=1_000, days=2))
            many = running.enter_context(ours(kind, folder / kind / "i", registrations=GROWN, days=2_000))
            for what, figure in (("sign-up", _rate), ("desk's first page", _desk)):
                small, large = interleaved(rounds, *(figure(one, number) for one in (few, many)))
                yield at_most(f"ms a {what}, a million to a thousand, {kind}", 1000 / large, 1.25, 1000 / small)


SECTIONS = {
    "sign-up": sign_up,
    "mailed": mailed,
    "mails": mails,
    "long": long,
    "page": page,
    "start": start,
    "growth": growth,
}


def weight(url: str) -> tuple[int, int]:
    """Bytes and requests of a page with its styles and pictures."""
    with urllib.request.urlopen(url) as answer:
        body = answer.read()
    linked = {
        urljoin(url, found)
        for found in re.findall(r'<(?:link|img|script)[^>]+(?:href|src)="(/static[^"]+)"', body.decode())
    }
    total = len(body)
    for address in linked:
        with urllib.request.urlopen(address) as answer:
            total += len(answer.read())
    return total, 1 + len(linked)


def _rate(one: Contender, number: int) -> Figure:
    return lambda: float(driver.sign_ups(one, number)["per_s"])


def _start(one: Contender, page: str) -> Figure:
    def again() -> float:
        with one.serve(page) as server:
            return 1000 * server.started_in

    return again


def _desk(one: Contender, number: int) -> Figure:
    return lambda: float(driver.looks(one, "desk", number // 2)["per_s"])


def _slowest(one: Contender, number: int) -> Figure:
    return lambda: float(driver.sign_ups(one, number, clients=16)["latency_ms"]["p99"])


def _drained(one: Contender, number: int) -> Figure:
    return lambda: float(driver.sign_ups(one, number, drain=60)["per_s_drained"])


def main(arguments: Sequence[str]) -> int:
    """1 when a figure misses what is wanted."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--signups", type=int, default=600, help="of each figure in each round")
    parser.add_argument("sections", nargs="*", choices=[[], *SECTIONS], default=[])
    wanted = parser.parse_args(arguments)
    if not FLOOR.is_dir():
        print(f"There is no floor at {FLOOR}: without it there are no ratios. BENCH_FLOOR names another place.")
        return 2
    print(f"{'':<58}{'ours':>10}{'floor':>10}{'ratio':>7}  wanted", flush=True)
    fine = True
    with tempfile.TemporaryDirectory(prefix="studiedag-bench-") as folder:
        for name in wanted.sections or SECTIONS:
            for row in SECTIONS[name](Path(folder), wanted.rounds, wanted.signups):
                print(row, flush=True)
                fine &= row.fine
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
