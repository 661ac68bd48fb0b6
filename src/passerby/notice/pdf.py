"""Renders a document as PDF: tagged for screen readers (PDF/UA-1) and suitable for archiving (PDF/A-2a).

Typst does the typesetting. It is a single wheel with fonts and without system libraries; texts are passed as data, so
nothing in a site's file can be interpreted as Typst code.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from importlib.resources import files
from typing import Literal

from passerby.core.errors import OutputError
from passerby.notice.document import Document

PDF_STANDARDS: list[Literal["a-2a", "ua-1"]] = ["a-2a", "ua-1"]


def render_pdf(document: Document, answer: str, author: str) -> bytes:
    """The document as PDF. `answer` is the label above open questions. Raises OutputError."""
    blocks = [{"kind": type(block).__name__.lower()} | asdict(block) for block in document.blocks]
    data = {
        "language": document.language.value,
        "title": document.title,
        "kicker": document.kicker,
        "answer": answer,
        "author": author,
        "blocks": blocks,
    }
    return compile_template("document.typ", {"document": data})


def compile_template(template: str, inputs: Mapping[str, object]) -> bytes:
    """Compile a template of this package with its data. Raises OutputError."""
    import typst  # slow to import, and the page does not need it

    source = files("passerby.notice").joinpath(template).read_bytes()
    try:
        content = typst.compile(
            source,
            format="pdf",
            sys_inputs={name: json.dumps(value) for name, value in inputs.items()},
            pdf_standards=[*PDF_STANDARDS],
        )
    except (typst.TypstError, RuntimeError) as error:
        raise OutputError(f"The PDF could not be created: {error}. The HTML files have the same content.") from error
    return content
