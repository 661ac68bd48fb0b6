from pathlib import Path

import pytest

from passerby.config.renamed_keys import RENAMED_KEYS, find_renamed
from passerby.config.site_file import parse_site
from passerby.core.errors import UsageError

PATH = Path("/srv/site/site.yaml")


def sample(pattern):
    """A document of one key, at the place that a pattern describes."""
    document = 1
    for part in reversed(pattern.split(".")):
        in_list = part == "*" and isinstance(document, dict) and pattern.split(".")[0] != "cameras"
        document = [document] if in_list else {part.replace("*", "gate"): document}
    return document


@pytest.mark.parametrize("pattern", RENAMED_KEYS)
def test_each_old_key_is_found_where_it_stood(pattern):
    at, new = find_renamed(sample(pattern), {pattern: RENAMED_KEYS[pattern]})
    assert RENAMED_KEYS[pattern] == new
    assert pattern.split(".")[-1] == at[-1]


def test_a_key_of_the_same_name_elsewhere_is_not_an_old_one():
    assert find_renamed({"cameras": {"keep": {"url": "x.mp4"}}}, RENAMED_KEYS) is None
    assert find_renamed({"cameras": {"gate": {"counting": {"zones": [{"name": "at"}]}}}}, RENAMED_KEYS) is None


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("cameras: {gate: {url: x.mp4}}\nkeep:\n  days: 3\n", 2, "keep: this setting is called retention now"),
        ("cameras:\n  gate:\n    url: x.mp4\n    frames_a_second: 5\n", 4, "called max_fps now"),
        ("defaults:\n  longest_side: 640\ncameras: {gate: {url: x.mp4}}\n", 2, "called max_dimension now"),
        (
            "cameras:\n  gate:\n    url: x.mp4\n    counting:\n      rules:\n"
            "        - {name: a, kind: dark}\n        - name: b\n          kind: crowd\n          most: 3\n",
            9,
            "cameras.gate.counting.rules.1.most: this setting is called max_count now",
        ),
    ],
)
def test_an_old_key_of_site_yaml_is_refused_and_the_new_one_named(text, line, message):
    with pytest.raises(UsageError) as caught:
        parse_site(text, PATH, {})
    assert str(caught.value).startswith(f"{PATH}:{line}: ")
    assert message in str(caught.value)
