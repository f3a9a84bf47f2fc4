"""Every letter by its name, as the outbox has it: which facts it wants, and how it is written."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from service.letters import signed_up
from service.letters.facts import About, AboutSeat
from service.letters.letter import Letter

_LETTERS: Final[Mapping[str, tuple[type[About], Callable[[Any], Letter]]]] = {
    "confirmed": (AboutSeat, signed_up.confirmed),
    "waiting": (AboutSeat, signed_up.waiting),
    "changed": (AboutSeat, signed_up.changed),
    "already_registered": (AboutSeat, signed_up.already_registered),
}
ABOUT: Final[Mapping[str, type[About]]] = {name: about for name, (about, _write) in _LETTERS.items()}
"""Which facts each letter wants."""


def write(name: str, about: About) -> Letter:
    """The letter of that name.

    :param about: of exactly the class that `ABOUT` names.
    :raises KeyError: no letter has that name.
    :raises TypeError: these are not its facts.
    """
    wanted, written = _LETTERS[name]
    if type(about) is not wanted:
        raise TypeError(f"{name} is written from {wanted.__name__}, not from {type(about).__name__}")
    return written(about)
