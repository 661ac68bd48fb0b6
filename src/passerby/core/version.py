"""The version of this program, from the metadata of the installed package: the one place that reads it."""

from __future__ import annotations

from importlib.metadata import version

__version__ = version("passerby")
#: As documents and pages name the program that made them.
PROGRAM = f"passerby {__version__}"
