"""docs/ref/asvs.md: the evidence that it names is there, and what it says of the code as a whole is so."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "ref" / "asvs.md").read_text(encoding="utf-8")
#: `file.py` or `file.py::test`, from the top, from the source, or in tests/server/site.
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)(?:::(\w+))?`", TEXT)))


@pytest.mark.parametrize(("name", "test"), NAMED)
def test_the_evidence_is_there(name, test):
    found = [path for top in ("", "src/passerby", "tests/server/site") if (path := ROOT / top / name).is_file()]
    assert found, f"there is no {name}"
    assert not test or any(f"def {test}(" in path.read_text(encoding="utf-8") for path in found)


def test_there_is_evidence_at_all():
    assert len([test for _, test in NAMED if test]) > 40


@pytest.mark.parametrize("folder", ["server", "store"])
def test_no_text_is_run_as_code_or_as_a_command(folder):
    wrong = []
    for path in (ROOT / "src" / "passerby" / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                shell = any(word.arg == "shell" for word in node.keywords)
                if shell or called in ("eval", "exec", "compile", "os.system", "os.popen", "__import__"):
                    wrong.append(f"{path.name}:{node.lineno}: {called}")
    assert [] == wrong
