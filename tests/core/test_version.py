from importlib.metadata import version

from passerby.core.version import PROGRAM, __version__


def test_the_version_is_that_of_the_installed_package():
    assert version("passerby") == __version__
    assert f"passerby {version('passerby')}" == PROGRAM
