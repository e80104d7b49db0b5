"""The locks install everything that the project imports, on any platform, from any index."""

import ast
import os
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.txt", "requirements-dev.txt")


def names(text):
    """The packages that a requirements file names, in its own spelling of them."""
    return [match.lower() for match in re.findall(r"^([A-Za-z0-9._-]+)", text, re.MULTILINE)]


def read(name):
    return (PROJECT / name).read_text(encoding="utf-8")


def imported():
    """The top-level packages of others that the project's modules import."""
    listed = subprocess.run(
        ["git", "ls-files", "*.py"], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    modules = [path for line in listed.stdout.splitlines() if (path := PROJECT / line).exists()]
    assert len(modules) > 100, "rooms and tests are among them"
    own = {path.stem for path in modules if PROJECT / "tiktok" not in path.parents} | {"tiktok", "data"}
    found = set()
    for module in modules:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.add(node.module.split(".")[0])
    return found - own - set(sys.stdlib_module_names)


@pytest.mark.parametrize(("lock", "fewest"), [*((lock, 50) for lock in LOCKS), ("requirements-uv.txt", 1)])
def test_every_package_of_a_lock_is_pinned_and_hashed(lock, fewest):
    entries = re.split(r"\n(?=[A-Za-z0-9])", read(lock))
    assert len(entries) >= fewest
    for entry in entries:
        assert re.match(r"[\w.-]+==[\w.]+", entry), entry.splitlines()[0]
        assert "--hash=sha256:" in entry, entry.splitlines()[0]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address(lock):
    assert not re.search(r"://|--(extra-)?index|--find-links|file:", read(lock))


def test_the_locks_hold_every_direct_dependency_at_one_version():
    pins = [dict(re.findall(r"^([\w.-]+)==([\w.]+)", read(lock), re.MULTILINE)) for lock in LOCKS]
    assert set(names(read("requirements.in"))) <= set(pins[0])
    assert pins[0].items() <= pins[1].items()


def test_each_direct_dependency_has_its_reason():
    for line in read("requirements.in").splitlines():
        if line and not line.startswith("#"):
            assert re.search(r"\S\s+# \w", line), line


@pytest.mark.slow
def test_every_import_is_in_the_development_lock():
    distributions = packages_distributions()
    locked = set(names(read("requirements-dev.txt")))
    for module in imported():
        owners = {re.sub(r"[._]", "-", name).lower() for name in distributions.get(module, [module])}
        assert owners & {re.sub(r"[._]", "-", name) for name in locked}, module


def test_kaggle_can_be_imported_from_the_lock():
    """Version 2.2.5 imports six without declaring it, and asks for credentials when it is imported."""
    credentials = {"KAGGLE_USERNAME": "nobody", "KAGGLE_KEY": "0" * 32}
    done = subprocess.run(
        [sys.executable, "-c", "import kaggle, six"],
        env=os.environ | credentials,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
