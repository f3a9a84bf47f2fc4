import pytest

from service.domain.audience import language_for


@pytest.mark.parametrize(
    ("reader", "written", "announced", "gets"),
    [
        ("fr", ["nl", "fr"], ["nl", "fr"], "fr"),
        ("it", ["fr", "nl"], ["nl", "fr"], "nl"),
        ("it", ["fr"], ["nl", "fr"], "fr"),
        ("nl", ["en"], ["nl", "fr"], "en"),
    ],
)
def test_reader_when_written_to_gets_their_own_language_else_the_first_of_the_study_day(
    reader: str, written: list[str], announced: list[str], gets: str
) -> None:
    assert language_for(reader, written=written, announced=announced) == gets
