import errno
import os
from pathlib import Path

import pytest

from service.files import complete_or_absent, deliver


def test_file_when_delivered_is_whole_and_for_its_owner(tmp_path: Path) -> None:
    deliver(b"content", tmp_path / "file")

    assert (tmp_path / "file").read_bytes() == b"content"
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_file_when_interrupted_is_what_it_was(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"before")

    def write_half() -> None:
        with complete_or_absent(path) as unfinished:
            unfinished.write_bytes(b"hal")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()

    assert path.read_bytes() == b"before"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_link_when_delivered_to_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "file")

    deliver(b"content", tmp_path / "link")

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"content"


def test_pipe_when_delivered_to_stays_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)

    deliver(b"content", tmp_path / "pipe")

    assert os.read(reader, 100) == b"content"
    os.close(reader)


def test_device_when_full_says_so() -> None:
    with pytest.raises(OSError, match="No space left") as caught:
        deliver(b"content", Path("/dev/full"))
    assert caught.value.errno == errno.ENOSPC


@pytest.mark.parametrize(("name", "error"), [("none/file", FileNotFoundError), (".", IsADirectoryError)])
def test_place_when_impossible_is_named(tmp_path: Path, name: str, error: type[OSError]) -> None:
    with pytest.raises(error) as caught:
        deliver(b"content", tmp_path / name)
    assert caught.value.filename in {str(tmp_path / name), tmp_path / name}
