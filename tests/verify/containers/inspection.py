"""The remnants that the inspection of a file finds."""

from passerby.verify.containers.inspect import inspect_container
from passerby.verify.released_file import ReleasedFile


def inspected(path, keep_times=False):
    with ReleasedFile.open(path) as file:
        return inspect_container(file, keep_times)


def remnants(path, keep_times=False):
    return " / ".join(inspected(path, keep_times).remnants)
