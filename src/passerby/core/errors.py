"""Every error that passerby raises on purpose, as one tree.

    PasserbyError
    ├── UsageError             what was asked for makes no sense                  (exit code 2)
    ├── SourceError            a file or camera that cannot be read
    │   ├── UnsupportedSource  not a kind of file that passerby redacts
    │   ├── DamagedSource      decoding broke off where it should not have
    │   ├── SourceChanged      not the picture that was analysed
    │   └── CameraLost         a camera that does not answer, or no longer
    ├── OutputError            the result cannot be written
    │   ├── OutputExists       and nobody said --force
    │   ├── OutputBusy         another run is writing it
    │   └── DiskFull
    ├── StorageError           object storage does not answer, or errs: it may do better later
    ├── ClusterError           a cluster that cannot be reached, or is lost
    ├── StoreError             the data folder or its database cannot be used
    │   └── FolderGone         it is not the one it was: its disk is not mounted
    ├── WeightsError           a model file is missing, cut or altered, or refused
    ├── DetectorError          a model answers wrongly, or not at all
    ├── PlanError              a plan that cannot be read, or does not fit the file
    └── ProofError             a verify report, its key or its sample that is not accepted

Messages are for the person at the terminal: what happened, then what to do next. Errors of libraries
(FFmpeg, the inference runtime, the operating system) are translated at the wall of the room that calls them.
"""

from __future__ import annotations


class PasserbyError(Exception):
    """Something went wrong that a user can do something about. `exit_code` is what the program ends with."""

    exit_code = 1


class UsageError(PasserbyError):
    """What was asked for makes no sense."""

    exit_code = 2


class SourceError(PasserbyError):
    """A file or camera that cannot be read."""


class UnsupportedSource(SourceError):
    """Not a kind of file that passerby redacts."""


class DamagedSource(SourceError):
    """Decoding broke off where it should not have."""


class SourceChanged(SourceError):
    """The source is not, or no longer, the one that was analysed."""


class CameraLost(SourceError):
    """A camera does not answer, or sends nothing any more. The message never holds its password."""


class OutputError(PasserbyError):
    """The result cannot be written."""


class OutputExists(OutputError):
    """A file already stands under the output's name."""


class OutputBusy(OutputError):
    """Another run is writing the same file."""


class DiskFull(OutputError):
    """There is no room left for the output."""


class StorageError(PasserbyError):
    """Object storage does not answer, or errs, after several tries. Later it may do better."""


class ClusterError(PasserbyError):
    """The machines that were to do the work cannot be reached, or no longer."""


class StoreError(PasserbyError):
    """The data folder, or the database in it, cannot be used."""


class FolderGone(StoreError):
    """The data folder is not the one that it was: most likely its disk is not mounted."""


class WeightsError(PasserbyError):
    """A model file is missing, cut, altered or refused."""


class DetectorError(PasserbyError):
    """A model gives a wrong answer to a known picture, or none."""


class PlanError(PasserbyError):
    """A plan cannot be read, or does not belong to the file."""


class ProofError(PasserbyError):
    """A verify report, the key to it, or a judged sample is not accepted; the message says why."""
