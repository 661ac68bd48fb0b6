"""Answers to other machines: messages in them name files, and not the folders of this machine."""

from __future__ import annotations

from fastapi.responses import JSONResponse

from passerby.review.page_text import without_folders

#: Fields with texts of the program, as opposed to those that people have typed.
_TEXTS = {"message", "detail", "problem", "description"}


class PathlessResponse(JSONResponse):
    """JSON whose texts of the program are without folders."""

    def render(self, content: object) -> bytes:
        return super().render(_pathless(content))


def _pathless(value: object, name: str | None = None) -> object:
    if isinstance(value, dict):
        return {key: _pathless(inner, key) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_pathless(inner, name) for inner in value]
    return without_folders(value) if isinstance(value, str) and name in _TEXTS else value
