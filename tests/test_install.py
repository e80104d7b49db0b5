"""`pip install -e .` lets a notebook in any folder import the doors, which find sample and data folder."""

import os
import subprocess
import sys

import pytest

from tiktok.lists.files import PROJECT

NOTEBOOK = """
import site, sys
site.addsitedir(sys.argv[1])
import acquire, explore, model, prepare
from tiktok import forecast, story
creators = prepare.clean(acquire.get_tiktokers(source="sample"))
print(len(creators), len(acquire.list_snapshots()), acquire.__file__)
"""


@pytest.mark.slow
def test_the_doors_can_be_imported_from_any_folder(tmp_path):
    install = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--prefix",
        str(tmp_path / "env"),
    ]
    subprocess.run([*install, "--editable", str(PROJECT)], check=True, capture_output=True, text=True)
    folder = next((tmp_path / "env").rglob("site-packages"))
    elsewhere = tmp_path / "notebooks"
    elsewhere.mkdir()
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    run = subprocess.run(
        [sys.executable, "-c", NOTEBOOK, str(folder)],
        cwd=elsewhere,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    creators, months, door = run.stdout.split()
    assert (int(creators), int(months)) == (997, 7)
    assert door == str(PROJECT / "acquire.py")
