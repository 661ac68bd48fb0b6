"""Each page of a fleet has what it shows in one short query, over a year of counts and health in a real PostgreSQL."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fleet.postgres import needs_postgresql

ROOT = Path(__file__).parents[2]
#: The parts of a page that are read one after the other: short lists of one site.
SEVERAL = {"a site, its cameras": 2, "a site, 100,000 heads of its log": 6}
pytestmark = needs_postgresql


def check(sites):
    """`benchmarks/fleet.py`, which ends with 1 where a page takes longer than 200 ms."""
    done = subprocess.run(
        [sys.executable, "benchmarks/fleet.py", str(sites)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    print(done.stdout)
    found = dict(re.findall(r"^(.+): (\d+) quer", done.stdout, re.MULTILINE))
    assert 18 <= len(found), done.stderr
    assert {name: SEVERAL.get(name, 1) for name in found} == {name: int(number) for name, number in found.items()}
    assert f"{sites} sites" in done.stdout
    return done


def test_a_year_of_a_few_sites():
    check(12)


@pytest.mark.soak
def test_a_year_of_a_thousand_sites():
    assert 0 == check(1000).returncode
