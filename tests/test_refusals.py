"""Every "no" has a public type, a status and words in five languages; every code of a field has words."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from service.domain.refusals import InvalidInput, Refusal
from service.locale import LANGUAGES
from service.web.forms import CODES
from service.web.problems import OF_CODE, TYPES, problem_of, sentence

SERVICE: Final = Path(__file__).parent.parent / "service"
REFUSALS: Final = sorted(Refusal.__subclasses__(), key=lambda refusal: refusal.code)
PUBLIC: Final = {
    *("registration-closed", "registration-not-open", "registration-open", "full", "study-day-cancelled"),
    *("study-day-over", "invalid-input", "not-found", "not-allowed", "conflict", "idempotency-mismatch"),
    *("too-many-requests", "attendance-not-taken", "too-early", "already-invoiced", "unavailable"),
}
"""The problem types of the contract."""


def made(refusal: type[Refusal]) -> Refusal:
    return InvalidInput({}) if refusal is InvalidInput else refusal()


def test_problem_types_are_those_of_the_contract() -> None:
    assert set(TYPES) == PUBLIC
    assert {problem_of(made(refusal)).name for refusal in REFUSALS} == PUBLIC


def test_codes_when_listed_belong_to_one_refusal_each() -> None:
    codes = [refusal.code for refusal in REFUSALS]
    assert len(codes) == len(set(codes))
    assert set(OF_CODE) <= set(codes)


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.code)
def test_refusal_when_said_has_a_status_and_words_of_its_own_in_every_language(refusal: type[Refusal]) -> None:
    assert problem_of(made(refusal)).status in {403, 404, 409, 422, 429, 503}
    assert len({sentence(made(refusal), language) for language in LANGUAGES}) == len(LANGUAGES)


def codes_of_fields() -> Iterator[str]:
    """The codes that rules and use-cases give to fields: the values of what they hand to ``InvalidInput``."""
    for path in [*SERVICE.glob("domain/*.py"), *SERVICE.glob("usecases/*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "InvalidInput":
                for given in node.args:
                    if isinstance(given, ast.Dict):
                        yield from (str(one.value) for one in given.values if isinstance(one, ast.Constant))
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
                target = node.targets[0].value
                if getattr(target, "id", "") == "wrong" and isinstance(node.value, ast.Constant):
                    yield str(node.value.value)


def test_code_of_a_field_when_a_rule_gives_it_has_words() -> None:
    found = set(codes_of_fields())
    assert {"no-such-time", "closes-after-start", "less-than-taken", "not-in-future"} <= found
    found |= {"language-missing", "required", "not-a-choice", "not-text", "too-long"}  # said in other ways
    assert found - set(CODES) == set()
