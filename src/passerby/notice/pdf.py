"""PDF for paper and for the file: tagged, so that a screen reader can read it (PDF/UA-1), and made to last (PDF/A-2a).

Typst sets it. It is one wheel, fonts included, without libraries of the system; texts go in as data, so nothing in a
site's file can be taken for its commands.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from importlib.resources import files
from typing import Literal

from passerby.core.errors import OutputError
from passerby.notice.document import Document

STANDARDS: list[Literal["a-2a", "ua-1"]] = ["a-2a", "ua-1"]


def pdf(document: Document, answer: str, author: str) -> bytes:
    """A document. `answer` stands above what a person is to fill in. Raises OutputError."""
    blocks = [{"kind": type(block).__name__.lower()} | asdict(block) for block in document.blocks]
    given = {
        "language": document.language.value,
        "title": document.title,
        "kicker": document.kicker,
        "answer": answer,
        "author": author,
        "blocks": blocks,
    }
    return typeset("document.typ", {"document": given})


def typeset(template: str, inputs: Mapping[str, object]) -> bytes:
    """One of our templates with its data. Raises OutputError."""
    import typst  # takes its time to load, and the page does not need it

    source = files("passerby.notice").joinpath(template).read_bytes()
    try:
        made = typst.compile(
            source,
            format="pdf",
            sys_inputs={name: json.dumps(value) for name, value in inputs.items()},
            pdf_standards=[*STANDARDS],
        )
    except (typst.TypstError, RuntimeError) as error:
        raise OutputError(f"No PDF could be made: {error}. The HTML files say the same.") from error
    return made
