"""Every error that passerby raises on purpose, as one tree.

    PasserbyError
    ├── UsageError             an invalid request: options, settings, names       (exit code 2)
    ├── SourceError            a file or camera that cannot be read
    │   ├── UnsupportedSource  not a file format that passerby redacts
    │   ├── DamagedSource      decoding failed before the end
    │   ├── SourceChanged      not the file that was analysed
    │   └── CameraLost         a camera that does not answer, or no longer
    ├── Cancelled              the program that uses the library asked to stop
    ├── OutputError            the output cannot be written
    │   ├── OutputExists       it exists, and --force was not given
    │   ├── OutputBusy         another run is writing it
    │   └── DiskFull
    ├── StorageError           object storage does not answer, or fails: a later try may succeed
    ├── ClusterError           a cluster that cannot be reached, or is lost
    ├── StoreError             the data folder or its database cannot be used
    │   └── DataFolderMissing  it is not the folder it was: its disk is not mounted
    ├── WeightsError           a model file is missing, truncated, altered or refused
    ├── DetectorError          a model gives a wrong result, or none
    ├── PlanError              a plan that cannot be read, or does not fit the file
    ├── CaseError              a case that cannot be made, read or changed
    └── VerificationError      a verification report, its key or its sample is not accepted

Messages are for the person at the terminal: what happened, then what to do next. Errors of libraries
(FFmpeg, the inference runtime, the operating system) are translated in the package that calls them.
"""

from __future__ import annotations


class PasserbyError(Exception):
    """An error that a user can act on. `exit_code` is the exit code of the program."""

    exit_code = 1


class UsageError(PasserbyError):
    """An invalid request."""

    exit_code = 2


class SourceError(PasserbyError):
    """A file or camera that cannot be read."""


class UnsupportedSource(SourceError):
    """Not a file format that passerby redacts."""


class DamagedSource(SourceError):
    """Decoding failed before the end."""


class SourceChanged(SourceError):
    """The source is not, or no longer, the file that was analysed."""


class Cancelled(PasserbyError):
    """The program that uses this library has asked to stop. Nothing was written."""


class CameraLost(SourceError):
    """A camera does not answer, or no longer sends. The message never contains its password."""


class OutputError(PasserbyError):
    """The output cannot be written."""


class OutputExists(OutputError):
    """A file of the same name exists."""


class OutputBusy(OutputError):
    """Another run is writing the same file."""


class DiskFull(OutputError):
    """No space is left for the output."""


class StorageError(PasserbyError):
    """Object storage does not answer, or fails, after several tries. A later try may succeed."""


class ClusterError(PasserbyError):
    """The cluster cannot be reached, or no longer."""


class StoreError(PasserbyError):
    """The data folder, or the database in it, cannot be used."""


class DataFolderMissing(StoreError):
    """The data folder is not the one it was: most likely its disk is not mounted."""


class WeightsError(PasserbyError):
    """A model file is missing, truncated, altered or refused."""


class DetectorError(PasserbyError):
    """A model fails its known-answer test, or gives no result."""


class PlanError(PasserbyError):
    """A plan cannot be read, or does not belong to the file."""


class CaseError(PasserbyError):
    """A case cannot be made, read or changed."""


class VerificationError(PasserbyError):
    """A verification report, its key, or a reviewed sample is not accepted; the message says why."""
