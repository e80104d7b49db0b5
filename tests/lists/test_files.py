import os
import time
from pathlib import Path

import pytest

from tiktok.lists.files import STALE_SECONDS, UNFINISHED, require_writable, write_whole


def test_a_file_is_written_with_its_folder_and_nothing_beside_it(tmp_path):
    for content, found in (("whole", b"whole"), (b"\xff", b"\xff")):
        write_whole(tmp_path / "reports" / "a.txt", content)
        assert (tmp_path / "reports" / "a.txt").read_bytes() == found
    assert [path.name for path in (tmp_path / "reports").iterdir()] == ["a.txt"]


def test_a_write_that_fails_leaves_the_older_file(tmp_path, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")

    write_whole(tmp_path / "a.txt", "old")
    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space left"):
        write_whole(tmp_path / "a.txt", "new")
    assert (tmp_path / "a.txt").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.parametrize("leave", [lambda path: write_whole(path, "new"), require_writable])
def test_what_a_killed_run_left_is_swept_away_and_what_one_at_work_has_is_not(tmp_path, leave):
    long_ago = time.time() - 2 * STALE_SECONDS
    for name in ("old", "new"):
        (tmp_path / f"{UNFINISHED}{name}").mkdir()
    os.utime(tmp_path / f"{UNFINISHED}old", (long_ago, long_ago))
    leave(tmp_path / "a.txt")
    assert {path.name for path in tmp_path.iterdir()} - {"a.txt"} == {f"{UNFINISHED}new"}
