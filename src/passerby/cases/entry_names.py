"""The names of a new file's plan and released copy: no other file of the case has or had them."""

from __future__ import annotations

from itertools import chain, count
from pathlib import Path, PurePosixPath

from passerby.cases.plan_owner import is_plan_of
from passerby.documents import file_names
from passerby.documents.case_file import RELEASE_FOLDER, CaseEntry, CaseFile

#: Folder of the plans of files that lie outside of the case's folder.
PLANS_FOLDER = "plans"


class EntryNames:
    """Names for files that are added to a case in `folder`."""

    def __init__(self, folder: Path, case: CaseFile) -> None:
        self._folder, self._removed = folder, set(case.removed)
        self._plans = {entry.plan for entry in case.files}
        # Whoever unpacks the release may have a file system that does not tell upper from lower case.
        self._outputs = {entry.output.lower() for entry in case.files}

    def entry(self, source: str, output_name: str) -> CaseEntry:
        """The entry of a new file. A photo and a video of one moment differ in their suffix only, and files from
        several folders may have the same name. A plan that lies there is kept, when it is that of this file."""
        path = PurePosixPath(source)
        made = CaseEntry(source=source, plan=self._plan(path), output=self._output(path, PurePosixPath(output_name)))
        self._plans.add(made.plan)
        self._outputs.add(made.output.lower())
        return made

    def _plan(self, source: PurePosixPath) -> str:
        elsewhere = source.is_absolute()
        folder = PurePosixPath(PLANS_FOLDER) if elsewhere else source.parent
        stems = chain((source.stem, source.name), (f"{source.stem}-{number}" for number in count(2)))
        if (self._folder / _plan_name(folder, source.name)).exists():  # of a run that saw both files of such a pair
            stems = chain((source.name,), stems)
        # What the case itself has made, it may have made for a file that was removed since.
        whole = elsewhere or source.as_posix() in self._removed
        return next(
            name
            for name in (_plan_name(folder, stem) for stem in stems)
            if name not in self._plans and self._may_have(self._folder / name, self._folder / source, whole=whole)
        )

    def _may_have(self, plan: Path, source: Path, *, whole: bool) -> bool:
        """May a file have this plan: is there none of that name yet, or is it its own?"""
        return not plan.exists() or is_plan_of(plan, source, whole=whole)

    def _output(self, source: PurePosixPath, output: PurePosixPath) -> str:
        parts = () if source.is_absolute() else map(file_names.portable_name, source.parent.parts)
        folder = PurePosixPath(*parts)
        names = (
            (folder / _output_name(output, number)).as_posix()
            for number in chain(("",), (f"-{number}" for number in count(2)))
        )
        # A copy that lies there is that of a file that was removed.
        release = self._folder / RELEASE_FOLDER
        return next(name for name in names if name.lower() not in self._outputs and not (release / name).exists())


def _plan_name(folder: PurePosixPath, stem: str) -> str:
    return (folder / file_names.shortened(f"{stem}{file_names.PLAN_SUFFIX}", ".plan")).as_posix()


def _output_name(output: PurePosixPath, number: str) -> str:
    mark = file_names.REDACTED_MARK
    name = file_names.portable_name(f"{output.stem}{number}{mark}{output.suffix}")
    return file_names.shortened(name, mark)
