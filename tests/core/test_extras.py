"""What an installation without extras says when it is asked for more than it holds."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from passerby.core.extras import EXTRA_OF, missing_extra

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
BASE = PROJECT["dependencies"]
EXTRAS = PROJECT["optional-dependencies"]
DISTRIBUTIONS = packages_distributions()

#: Libraries that come with one that is named: fastapi brings starlette, onvif-zeep-async brings zeep, and so on.
BROUGHT = {
    "pydantic_core": "pydantic",
    "starlette": "fastapi",
    "zeep": "onvif-zeep-async",
    "click": "typer",
    "anyio": "fastapi",
    "py_vapid": "pywebpush",
}


def names(requirements):
    return {re.match(r"[A-Za-z0-9_.-]+", text)[0].lower().replace("_", "-") for text in requirements}


def distribution(module):
    if module in BROUGHT:
        return BROUGHT[module]
    found = {name.lower().replace("_", "-") for name in DISTRIBUTIONS.get(module, ())}
    return next(iter(found & (names(BASE) | set().union(*map(names, EXTRAS.values())))), next(iter(found), module))


def imported():
    """Top-level names of every library that the source imports."""
    found = set()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Import(names=aliases):
                    found |= {alias.name.partition(".")[0] for alias in aliases}
                case ast.ImportFrom(module=str(module), level=0):
                    found.add(module.partition(".")[0])
                case ast.Call(func=ast.Name(id="import_module"), args=[ast.Constant(value=str(module))]):
                    found.add(module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - {"passerby"}


@pytest.mark.parametrize("module", sorted(imported()))
def test_every_library_is_in_the_base_or_in_the_extra_that_the_error_names(module):
    if module in EXTRA_OF:
        assert distribution(module) in names(EXTRAS[EXTRA_OF[module]])
    else:
        assert distribution(module) in names(BASE)


def test_nothing_stands_in_the_table_that_is_no_longer_imported():
    assert set() == set(EXTRA_OF) - imported()


@pytest.mark.parametrize("requirement", sorted({*BASE, *(one for extra in EXTRAS.values() for one in extra)}))
def test_every_dependency_has_an_upper_bound(requirement):
    """Without one, a fresh install takes a major release in which what we rely on may be gone."""
    assert "<" in requirement or requirement.startswith("passerby[")


def test_the_error_says_what_to_install():
    error = missing_extra(ModuleNotFoundError("No module named 'fastapi'", name="fastapi.responses"))
    assert "pip install 'passerby[review]'" in str(error)


def test_a_module_that_no_extra_brings_is_a_fault_like_any_other():
    assert missing_extra(ModuleNotFoundError("No module named 'passerby.gone'", name="passerby.gone")) is None


def test_all_brings_every_extra():
    assert EXTRAS["all"] == [f"passerby[{','.join(name for name in EXTRAS if name != 'all')}]"]
