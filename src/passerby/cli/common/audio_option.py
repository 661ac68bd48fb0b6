"""The value of --audio, also by the name that one of them had before."""

from __future__ import annotations

import typer

from passerby.cli.common.terminal import echo
from passerby.config.settings import OLD_UNNATURAL_VOICE, Audio

AUDIO_METAVAR = f"[{'|'.join(Audio)}]"
OLD_NAME_NOTE = (
    f"NOTE: --audio {OLD_UNNATURAL_VOICE} is called {Audio.UNNATURAL_VOICE} now, since it hides nobody: it can be "
    f"shifted back. Where a voice must not be recognised, use --audio {Audio.REMOVE_VOICES}."
)


def parse_audio(value: str) -> Audio:
    """Raises BadParameter for what is none."""
    if value == OLD_UNNATURAL_VOICE:
        echo(OLD_NAME_NOTE, err=True)
    try:
        return Audio(value)
    except ValueError:
        raise typer.BadParameter(f"{value} is not one of {', '.join(Audio)}.") from None
