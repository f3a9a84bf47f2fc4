from tools.migrations import differences_after_upgrade


def test_migrations_when_run_make_the_tables_of_the_models(database_url: str) -> None:
    assert differences_after_upgrade(database_url) == []
