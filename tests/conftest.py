"""What several rooms' tests share: one clip with a face and a plate, redacted once for all of them."""

import os
import re
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import cv2
import pytest
from hypothesis import settings

from passerby import Plan, Report, redact
from passerby.demo.portrait import portrait
from passerby.demo.sample import HEIGHT, RATE, WIDTH, render_frames
from passerby.detect.fetch import fetch
from passerby.detect.weights import Registry

#: Fixtures that several folders share: Ray and an S3 server, a review, a site.
pytest_plugins = [
    "tests.cluster.fixtures",
    "tests.cases.fixtures",
    "tests.review.fixtures",
    "tests.server.fixtures",
    "tests.server.site.fixtures",
]

# Machines that run tests are busy: how long one example takes says nothing of the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def urgency():
    """A test that leaves this process a real-time one would let nothing run beside it or its children, browsers too."""
    before = os.sched_getscheduler(0)
    yield
    now = os.sched_getscheduler(0)
    os.sched_setscheduler(0, before, os.sched_getparam(0) if now == before else os.sched_param(0))
    assert before == now


#: The part of the sample that is shown: the car comes into view.
FIRST, FRAMES = 22, 50


@dataclass(frozen=True)
class Released:
    """A file, what the program made of it with default settings, and the plan and the report of that run."""

    source: Path
    output: Path
    plan: Plan
    plan_file: Path
    report: Report


@pytest.fixture(scope="session")
def sample(tmp_path_factory):
    """Two seconds of the sample, 1280x720, with a face in each frame and a plate that comes into view."""
    path = tmp_path_factory.mktemp("sample") / "yard.mp4"
    face = cv2.imread(str(portrait()), cv2.IMREAD_COLOR)
    with av.open(path, "w") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"crf": "20", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number, picture in enumerate(islice(render_frames(face), FIRST, FIRST + FRAMES)):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.fixture(scope="session")
def models():
    """The built-in models, in the cache."""
    for _ in fetch(Registry.load()):
        pass


@pytest.fixture(scope="session")
def released(sample, models, tmp_path_factory):
    folder = tmp_path_factory.mktemp("released")
    output, plan_file = folder / "yard.mp4", folder / "yard.plan.json"
    report = redact(sample, output, save_plan=plan_file)
    return Released(sample, output, Plan.load(plan_file), plan_file, report)


#: Why a test may be skipped in CI: what is missing there is no fault of scripts/test. Anything else that a test wants
#: and does not find is something that scripts/test should have installed, and fails.
SKIPPED_IN_CI = re.compile(
    r"not part of the project|rights do not stop root|only root may mount|systemd|C compiler|cannot be compiled"
    r"|name of this machine|this user may not|does not tell|cannot be fetched here|no Landlock|soak"
)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.skipped and os.environ.get("CI") == "true" and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if not SKIPPED_IN_CI.search(reason):
            report.outcome = "failed"
            report.longrepr = f"Skipped in CI, where scripts/test installs everything: {reason}"
    return report
