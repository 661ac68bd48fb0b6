"""Builds the page of `passerby review` before it goes into a wheel, where it is not there already and npm is."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PageHook(BuildHookInterface[Any]):
    """A wheel without the page is whole but for `passerby review`, which then says what to do."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        if version == "editable" or (root / "src/passerby/server/static/index.html").exists():
            return
        if shutil.which("npm") is None:
            self.app.display_warning("npm is not installed: the page of passerby review is left out")
            return
        for command in (["npm", "ci", "--no-audit", "--no-fund"], ["npm", "run", "build"]):
            if subprocess.run(command, cwd=root / "web", check=False).returncode:
                self.app.display_warning(
                    f"{' '.join(command)} failed, most likely without its registry: the page of passerby review is "
                    "left out. An sdist of a release brings it along, built"
                )
                return
