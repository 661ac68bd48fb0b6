"""Where things lie: tests mirror the source, files and folders stay small, and no public class has two definitions."""

import ast
import re
from collections import defaultdict
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "passerby"
MODULES = sorted(path for path in SOURCE.rglob("*.py") if path.name not in ("__init__.py", "__main__.py"))
#: Rooms of tests that mirror the source. The rest of tests/ is helpers, and tests of several rooms together.
TESTS = sorted(
    path
    for folder in SOURCE.iterdir()
    for path in (ROOT / "tests" / folder.name).rglob("test_*.py")
    if path.parent.name != "migrations"  # one file fills and migrates old databases through all of them
)
#: Modules without a test of their name: nothing in them can be wrong by itself.
TABLES = re.compile(r"tables\.py$|store/migrations/")


def module_of(test):
    """The module that a test file is named after."""
    relative = test.relative_to(ROOT / "tests")
    return SOURCE / relative.parent / relative.name.removeprefix("test_")


def public_classes(text):
    return [node.name for node in ast.parse(text).body if isinstance(node, ast.ClassDef) and node.name[0] != "_"]


def defined_twice(texts):
    """Public class names with more than one definition, with the files of each."""
    where = defaultdict(list)
    for name, text in texts.items():
        for found in public_classes(text):
            where[found].append(name)
    return {name: files for name, files in where.items() if len(files) > 1}


def lines_of(path):
    return len(path.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("test", TESTS, ids=lambda test: str(test.relative_to(ROOT)))
def test_a_test_is_named_after_the_module_that_it_tests(test):
    assert module_of(test).is_file()


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(SOURCE)))
def test_every_module_has_a_test_of_its_name(module):
    relative = module.relative_to(SOURCE)
    expected = ROOT / "tests" / relative.parent / f"test_{relative.name}"
    assert expected.is_file() or TABLES.search(relative.as_posix())


def test_no_public_class_is_defined_twice():
    assert {} == defined_twice({str(path.relative_to(SOURCE)): path.read_text(encoding="utf-8") for path in MODULES})


def test_a_class_that_is_defined_twice_is_seen():
    assert {"Box": ["a", "c"]} == defined_twice({"a": "class Box: ...", "b": "class _Box: ...", "c": "class Box: ..."})


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(SOURCE)))
def test_no_file_is_over_400_lines(module):
    assert lines_of(module) <= 400


def test_most_files_are_small():
    assert median(map(lines_of, MODULES)) < 150


@pytest.mark.parametrize(
    "folder", sorted({path.parent for path in MODULES}), ids=lambda folder: str(folder.relative_to(SOURCE))
)
def test_no_folder_is_crowded(folder):
    assert len([path for path in folder.glob("*.py") if path.name != "__init__.py"]) <= 20


def circles(imports):
    """Files that import each other, in however many steps, from who imports whom."""
    index, low, stack, found = {}, {}, [], []

    def visit(name):
        index[name] = low[name] = len(index)
        stack.append(name)
        for other in imports.get(name, ()):
            if other not in index:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], index[other])
        if low[name] == index[name]:
            circle = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            if len(circle) > 1:
                found.append(sorted(circle))

    for name in list(imports):
        if name not in index:
            visit(name)
    return found


def imports_of_files():
    names = {".".join(path.with_suffix("").relative_to(SOURCE.parent).parts): path for path in MODULES}
    found = {}
    for name, path in names.items():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
        targets = {f"{node.module}.{alias.name}" for node in froms for alias in node.names}
        targets |= {node.module for node in froms}
        found[name] = sorted((targets & set(names)) - {name})
    return found


def test_no_files_import_each_other():
    """Not inside functions either: each file can be read without the one that reads it."""
    assert [] == circles(imports_of_files())


def test_a_circle_is_seen():
    assert [["a", "b", "c"]] == circles({"a": ["b"], "b": ["c"], "c": ["a", "d"], "d": []})
