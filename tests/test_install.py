"""`make` installs by hashes with uv, else with pip; `pip install -e .` lets any notebook import the doors."""

import os
import subprocess
import sys
from pathlib import Path

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


FAKE = """#!/bin/sh
echo "$*" >> "$0.log"
case "$*" in *"-m $FAILS"*) exit 1;; esac
"""


@pytest.mark.skipif(os.name == "nt", reason="the pretended Python is a shell script")
@pytest.mark.parametrize(
    ("fails", "installer", "used"),
    [
        ("nothing", "uv", ["pip install", "uv pip install"]),
        ("nothing", "pip", ["pip install"]),
        ("uv pip", "uv", ["pip install", "uv pip install", "pip install"]),
        ("pip install --quiet --require-hashes -r requirements-uv.txt", "uv", ["pip install", "pip install"]),
    ],
)
def test_make_installs_with_uv_and_without_it_with_pip_and_checks_hashes_either_way(
    fails, installer, used, tmp_path
):
    python = tmp_path / "python"
    python.write_text(FAKE)
    python.chmod(0o755)
    command = [
        "make",
        f"VENV={tmp_path}",
        f"RUN={python}",
        f"INSTALLER={installer}",
        f"{tmp_path}/.installed",
    ]
    subprocess.run(command, cwd=PROJECT, env=os.environ | {"FAILS": fails}, check=True, capture_output=True)
    calls = Path(f"{python}.log").read_text().splitlines()
    assert [call.removeprefix("-m ").partition(" --quiet")[0] for call in calls] == used
    assert all("--require-hashes" in call for call in calls)
    assert "-r requirements.txt" in calls[-1]


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
