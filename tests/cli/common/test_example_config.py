"""The example site file is valid, and every key in it is one that is read."""

from pathlib import Path

import yaml

from passerby.cli.common.example_config import EXAMPLE
from passerby.config.site_file import parse_site

ENVIRONMENT = {"GATE_PASSWORD": "x"}


def test_the_example_is_a_site():
    site = parse_site(EXAMPLE, Path("/srv/site.yaml"), ENVIRONMENT)
    assert ["gate", "yard", "desk"] == list(site.cameras)
    assert (14, 5) == (site.retention.days, site.cameras["desk"].max_fps)


def test_its_commented_notice_is_valid_too():
    lines = EXAMPLE.splitlines()
    start = lines.index("# notice:")
    end = lines.index("", start)
    lines[start:end] = [line.removeprefix("# ") for line in lines[start:end]]
    site = parse_site("\n".join(lines), Path("/srv/site.yaml"), ENVIRONMENT)
    assert ("privacy@school.example", 1) == (site.notice.contact, len(site.notice.purposes))


def test_lines_fit_on_a_terminal():
    assert max(map(len, EXAMPLE.splitlines())) <= 120
    assert {"name", "data", "retention", "status", "defaults", "cameras"} == set(yaml.safe_load(EXAMPLE))
