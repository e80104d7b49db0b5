"""The house stands as it was drawn: floors, doors, rooms that somebody enters, and one meaning to a name."""

import ast
import json
import re
import subprocess
import sys
from collections import defaultdict
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
DOORS = ("acquire", "prepare", "explore", "model")
FLOORS = {
    "lists": 1, "leakage": 1, "": 1.5, "acquire": 2, "prepare": 2, "explore": 3, "videos": 3, "model": 3,
    "forecast": 4, "story": 4, "report": 5, "scale": 5,
}  # fmt: skip
BELOW = {"tiktok.wording", "tiktok.tables"}  # of tiktok itself, which stands on two floors, the lower one
ROOMS = {
    path.relative_to(PROJECT): ast.parse(path.read_text(encoding="utf-8"))
    for path in (PROJECT / "tiktok").rglob("*.py")
}
AT_THE_ROOT = {
    "final_notebook.ipynb", "acquire.py", "prepare.py", "explore.py", "model.py", "tiktok", "data", "tests",
    "benchmarks", "README.md", "requirements.in", "requirements.txt", "requirements-dev.in",
    "requirements-dev.txt", "requirements-uv.txt", "pyproject.toml", "Makefile", "LICENSE", "CITATION.cff",
    "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "docs",
}  # fmt: skip
# what DESIGN promises to ad-hoc notebooks, whoever else uses it
CONTRACT = {
    "SNAPSHOTS", "get_tiktokers", "get_panel", "get_panel_beside", "list_snapshots", "AcquireError",
    "main", "parse_counts", "clean", "quality_table", "split_creators", "Split", "label_success",
    "pair_snapshots", "describe_history", "PrepareError", "correlation_tests", "compare_groups",
    "compare_quartiles", "describe_distributions", "audit_leakage", "require_no_leakage",
    "LeakageError", "fit_ols", "fit_elasticities", "compare_regressors",
    "cross_validate_regressors", "compare_classifiers", "cross_validate_classifiers",
    "choose_threshold", "score_creators", "forecast",
}  # fmt: skip


def dotted(path):
    """The name by which a room is imported."""
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def folder(name):
    """The folder of a room of that name, "" for what stands in tiktok itself."""
    parts = name.split(".")[1:]
    packages = {path.parts[1] for path in ROOMS if len(path.parts) == 3}
    return parts[0] if parts and parts[0] in packages else ""


def floor(name):
    """The floor that a room stands on."""
    return 0.5 if name in BELOW else FLOORS[folder(name)]


def imports(tree):
    """Every module that a room imports, at its top or inside a function, as far as it is of this project."""
    names = {dotted(path) for path in ROOMS}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            for alias in node.names:
                inside = f"{node.module}.{alias.name}"
                yield inside if inside in names else node.module


def inner_imports():
    return [
        (dotted(path), imported)
        for path, tree in ROOMS.items()
        for imported in imports(tree)
        if imported.split(".")[0] == "tiktok"
    ]


def test_nothing_else_stands_at_the_root():
    listed = subprocess.run(
        ["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout
    there = {line.split("/")[0] for line in listed.splitlines()}
    assert {name for name in there if not name.startswith(".")} <= AT_THE_ROOT
    assert {path.stem for path in PROJECT.glob("*.py")} == set(DOORS)


def test_every_folder_has_its_floor():
    assert {folder(dotted(path)) for path in ROOMS} <= set(FLOORS)


def test_no_import_climbs():
    climbing = [
        f"{room} imports {imported}"
        for room, imported in inner_imports()
        if folder(room) != folder(imported) and floor(imported) >= floor(room)
    ]
    assert climbing == []


def test_what_stands_below_everything_imports_nothing_but_its_like():
    lowest = {(room, imported) for room, imported in inner_imports() if room in BELOW}
    assert {imported for _, imported in lowest} <= BELOW


def test_no_import_runs_in_a_circle():
    graph = defaultdict(set)
    for room, imported in inner_imports():
        if imported != room:
            graph[room].add(imported)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


def test_no_room_imports_a_door():
    used = {(path, name) for path, tree in ROOMS.items() for name in imports(tree) if name in DOORS}
    assert used == set()


@pytest.mark.parametrize("door", DOORS)
def test_a_door_has_no_logic_and_no_second_list(door):
    tree = ast.parse((PROJECT / f"{door}.py").read_text(encoding="utf-8"))
    docstring, *rest = tree.body
    assert isinstance(docstring, ast.Expr)
    if door == "acquire":
        rest.pop()  # its command line
    for node in rest:
        if isinstance(node, ast.Import):
            continue
        assert isinstance(node, ast.ImportFrom), ast.unparse(node)
        assert all(alias.asname == alias.name for alias in node.names), ast.unparse(node)


@pytest.mark.slow
@pytest.mark.parametrize("door", [*DOORS, "tiktok.forecast", "tiktok.story", "tiktok.report"])
def test_help_begins_with_what_to_call_first(door):
    code = f"import importlib, pydoc; print(pydoc.plain(pydoc.render_doc(importlib.import_module('{door}'))))"
    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    lines = shown.stdout.splitlines()
    assert len(lines) < 80
    assert f"{door.split('.')[-1]}." in "\n".join(lines[:20]), "a call is shown"


def definitions():
    """Every public function and class of the rooms, with where it stands."""
    return [
        (node.name, dotted(path))
        for path, tree in ROOMS.items()
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    ]


def words_of(source):
    """The names that code uses, other than by defining them or by handing them on at a door."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names if alias.asname != alias.name)


def used_names():
    notebook = json.loads((PROJECT / "final_notebook.ipynb").read_text(encoding="utf-8"))
    sources = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    sources += re.findall(r"^```python\n(.*?)```$", readme, re.MULTILINE | re.DOTALL)
    sources += [ast.unparse(tree) for tree in ROOMS.values()]
    sources += [path.read_text(encoding="utf-8") for path in (PROJECT / "data").rglob("*.py")]
    return {word for source in sources for word in words_of(source)}


def test_nothing_public_is_unused():
    used = used_names() | CONTRACT
    assert [f"{room}.{name}" for name, room in definitions() if name not in used] == []


def test_one_name_has_one_meaning():
    places = defaultdict(list)
    for name, room in definitions():
        places[name].append(room)
    twice = {name: rooms for name, rooms in places.items() if len(rooms) > 1 and name != "main"}
    assert twice == {}


def test_the_five_counts_are_named_once():
    homes = [
        (dotted(path), ast.unparse(node.targets[0]))
        for path, tree in ROOMS.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("METRICS", "ENGAGEMENT_PARTS")
    ]
    assert sorted(homes) == [
        ("tiktok.lists.columns", "ENGAGEMENT_PARTS"),
        ("tiktok.lists.columns", "METRICS"),
    ]


def test_a_room_is_one_idea():
    """Six hundred lines are the most that one idea takes; a dozen rooms the most that a folder holds."""
    for path in ROOMS:
        assert len((PROJECT / path).read_text(encoding="utf-8").splitlines()) <= 600, path
    rooms = defaultdict(list)
    for path in ROOMS:
        if path.name != "__init__.py":
            rooms[path.parent].append(path.name)
    assert all(len(inside) <= 13 for inside in rooms.values()), rooms
