"""What another package brings is checked like an entry of one's own. The packages are made here, on the path."""

import sys

import pytest

from passerby.core.errors import WeightsError
from passerby.detect.families import FAMILIES
from passerby.detect.registry.plugins import external_families, external_weights
from passerby.detect.weights import Registry

MODULE = """
from passerby import Family, WeightsEntry
from passerby.detect.families.centerface import FAMILY as SAME
FAMILY = SAME
NOT_ONE = 3
WEIGHTS = [WeightsEntry(
    id="ours", replaces={replaces!r}, task="detection", finds=("face",), family="our-family", licence="MIT",
    sha256="0" * 64, url="https://example.org/ours.onnx", classes={{0: "face"}},
)]
"""


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Installs a package with these entry points: lines by group."""

    def install(replaces="centerface", **groups):
        (tmp_path / "our_models.py").write_text(MODULE.format(replaces=replaces))
        info = tmp_path / "our_models-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: our-models\nVersion: 1.0\n")
        lines = [f"[passerby.{group}]\n{line}\n" for group, line in groups.items()]
        (info / "entry_points.txt").write_text("\n".join(lines))
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, "our_models", raising=False)

    return install


def test_weights_and_families_of_a_package_are_used(package):
    package(weights="faces = our_models:WEIGHTS", families="our-family = our_models:FAMILY")
    registry = Registry.load(environment={})
    assert ("ours", "our-family") == (registry["centerface"].id, registry["centerface"].family)
    assert FAMILIES["centerface"] is external_families(FAMILIES)["our-family"]


@pytest.mark.parametrize(
    ("groups", "says"),
    [
        ({"families": "arcface = our_models:FAMILY"}, "our-models .*`arcface`.*recognises people"),
        ({"families": "fine = face_recognition.models:FAMILY"}, "`recogni`"),
        ({"families": "fine = our_models:NOT_ONE"}, "int is no passerby.Family"),
        ({"families": "yolov8 = our_models:FAMILY"}, "yolov8 is a family of passerby"),
        ({"families": "fine = our_models:MISSING"}, "cannot be loaded: AttributeError"),
    ],
)
def test_a_family_that_is_none_is_refused(package, groups, says):
    package(**groups)
    with pytest.raises(WeightsError, match=says):
        external_families(FAMILIES)


@pytest.mark.parametrize(
    ("replaces", "line", "says"),
    [
        ("centerface", "faces = our_models:NOT_ONE", "int is no passerby.WeightsEntry"),
        (None, "faces = our_models:WEIGHTS", "our-models .*nothing would use the weights ours"),
        ("plate-yolov8s", "faces = our_models:WEIGHTS", "do not find plate"),
    ],
)
def test_weights_that_are_none_or_that_nothing_would_use_are_refused(package, replaces, line, says):
    package(replaces, weights=line)
    with pytest.raises(WeightsError, match=says):
        Registry.load(environment={})


def test_without_packages_there_are_none():
    assert ([], {}) == (external_weights(), external_families(FAMILIES))
