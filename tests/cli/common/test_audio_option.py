"""--audio by its names, and by the one that was dropped."""

import pytest
import typer

from passerby.cli.common.audio_option import AUDIO_METAVAR, OLD_NAME_NOTE, parse_audio
from passerby.config.settings import Audio, Settings
from passerby.documents.redaction_log import LogAction


@pytest.mark.parametrize("audio", list(Audio))
def test_every_value_is_taken_and_shown(audio, capsys):
    assert audio is parse_audio(audio.value)
    assert "" == capsys.readouterr().err
    assert audio.value in AUDIO_METAVAR


def test_the_old_name_is_read_with_a_notice_that_recommends_another(capsys):
    assert Audio.UNNATURAL_VOICE is parse_audio("disguise")
    assert OLD_NAME_NOTE.split()[1] in capsys.readouterr().err
    assert "remove-voices" in OLD_NAME_NOTE


def test_what_is_none_is_refused_with_the_values():
    with pytest.raises(typer.BadParameter, match="remove-voices"):
        parse_audio("loud")


def test_documents_of_earlier_versions_are_read():
    assert Audio.UNNATURAL_VOICE is Settings.model_validate_json('{"audio": "disguise"}').audio
    assert LogAction.VOICES_ALTERED is LogAction("voices_disguised")
