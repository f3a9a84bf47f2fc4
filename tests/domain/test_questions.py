"""rules.md 3: the study day's own questions."""

import pytest

from service.domain.questions import MAX_ANSWER, Question, check_answers

TEXT: Question = {"id": "theme", "kind": "text", "required": False}
MUST_TEXT: Question = {"id": "theme", "kind": "text", "required": True}
CHOICE: Question = {"id": "table", "kind": "choice", "options": [{"value": "north"}, {"value": "south"}]}
MUST_CHOICE: Question = {**CHOICE, "required": True}
YES_NO: Question = {"id": "lunch", "kind": "yes_no"}
MUST_YES_NO: Question = {**YES_NO, "required": True}


@pytest.mark.parametrize(
    ("question", "given", "kept"),
    [
        (TEXT, "Housing", "Housing"),
        (TEXT, "  Housing\n", "Housing"),
        (MUST_TEXT, "x" * MAX_ANSWER, "x" * MAX_ANSWER),
        (CHOICE, "north", "north"),
        (MUST_CHOICE, " south ", "south"),
        *[(question, yes, True) for question in (YES_NO, MUST_YES_NO) for yes in (True, "yes", "true", "1", "on")],
        *[(question, no, False) for question in (YES_NO, MUST_YES_NO) for no in (False, "no", "false", "0")],
    ],
)
def test_answer_when_it_fits_the_question(question: Question, given: object, kept: object) -> None:
    assert check_answers([question], {question["id"]: given}) == ({question["id"]: kept}, {})


@pytest.mark.parametrize(
    ("question", "given", "code"),
    [
        (MUST_TEXT, None, "required"),
        (MUST_TEXT, "", "required"),
        (MUST_TEXT, " \n ", "required"),
        (MUST_CHOICE, "", "required"),
        (MUST_YES_NO, None, "required"),
        (MUST_YES_NO, "", "required"),
        (TEXT, "x" * (MAX_ANSWER + 1), "too-long"),
        (TEXT, 5, "not-text"),
        (TEXT, ["Housing"], "not-text"),
        (TEXT, {"a": "b"}, "not-text"),
        (TEXT, True, "not-text"),
        (CHOICE, "west", "not-a-choice"),
        (CHOICE, ["north"], "not-a-choice"),
        (CHOICE, {"value": "north"}, "not-a-choice"),
        (YES_NO, "perhaps", "not-a-choice"),
        (YES_NO, [], "not-a-choice"),
        (YES_NO, 2, "not-a-choice"),
    ],
)
def test_answer_when_it_does_not_fit(question: Question, given: object, code: str) -> None:
    assert check_answers([question], {question["id"]: given}) == ({}, {f"answers.{question['id']}": code})


@pytest.mark.parametrize("question", [TEXT, CHOICE, YES_NO])
@pytest.mark.parametrize("answers", [{}, {"theme": None, "table": None, "lunch": None}, {"theme": "", "table": " "}])
def test_answer_when_it_may_be_left_out(question: Question, answers: dict[str, object]) -> None:
    assert check_answers([question], answers) == ({}, {})


def test_answers_when_nobody_asked_are_dropped() -> None:
    assert check_answers([TEXT], {"theme": "Housing", "is_admin": "yes"}) == ({"theme": "Housing"}, {})


def test_answers_when_several_are_wrong_are_all_named() -> None:
    kept, wrong = check_answers([MUST_TEXT, CHOICE, MUST_YES_NO], {"table": "west", "lunch": "no"})
    assert kept == {"lunch": False}
    assert wrong == {"answers.theme": "required", "answers.table": "not-a-choice"}
