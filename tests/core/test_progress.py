import inspect

from passerby.core.progress import NullProgress, Progress


def test_the_null_object_takes_every_call_of_a_progress():
    calls = {name for name in vars(Progress) if not name.startswith("_")}
    assert {"start", "advance", "finish"} == calls
    for name in calls:
        assert inspect.signature(getattr(Progress, name)) == inspect.signature(getattr(NullProgress, name))
