import inspect
import re

import pytest

from passerby.core import errors

CLASSES = {name: item for name, item in vars(errors).items() if inspect.isclass(item)}


def drawn():
    """(child, parent) of each line of the tree in the docstring."""
    above = {}
    for line in errors.__doc__.splitlines():
        if match := re.match(r"( {4}[│├└─ ]*)([A-Z]\w+)", line):
            depth, name = len(match[1]), match[2]
            above = {other: value for other, value in above.items() if other < depth}
            yield name, above[max(above)] if above else "Exception"
            above[depth] = name


def test_the_documented_tree_of_errors_is_the_real_one():
    assert dict(drawn()) == {name: item.__base__.__name__ for name, item in CLASSES.items()}


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_only_wrong_usage_ends_with_2(name):
    assert (2 if name == "UsageError" else 1) == CLASSES[name].exit_code
