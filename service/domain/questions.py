"""The extra questions of a study day and the answers to them (rules.md 3)."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

MAX_ANSWER = 2000
YES = (True, "yes", "true", "1", "on")
NO = (False, "no", "false", "0")


class Question(TypedDict, total=False):
    """``kind`` is text, choice or yes_no; labels are per language; ``options`` are the values of a choice."""

    id: str
    kind: str
    label: dict[str, str]
    required: bool
    options: list[dict[str, Any]]


def check_answers(questions: Sequence[Question], answers: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The answers that belong to the questions, and what is wrong: field ``answers.ID`` -> code.

    A required yes/no wants an answer, and "no" is one.
    """
    kept: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for question in questions:
        name, given = question["id"], answers.get(question["id"])
        if isinstance(given, str):
            given = given.strip() or None
        problem = _problem(question, given)
        if problem:
            wrong[f"answers.{name}"] = problem
        elif given is not None:
            kept[name] = given in YES if question["kind"] == "yes_no" else given
    return kept, wrong


def _problem(question: Question, given: object) -> str | None:
    if given is None:
        return "required" if question.get("required") else None
    match question["kind"]:
        case "yes_no":
            return None if given in YES or given in NO else "not-a-choice"
        case "choice":
            return None if given in [option["value"] for option in question.get("options", [])] else "not-a-choice"
        case _:
            if not isinstance(given, str):
                return "not-text"
            return "too-long" if len(given) > MAX_ANSWER else None
