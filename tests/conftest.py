"""What all tests share."""

pytest_plugins = ["tests.left_out"]
