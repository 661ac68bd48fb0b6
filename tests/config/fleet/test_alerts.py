"""`alerts` in fleet.toml."""

import pytest

from passerby.config.fleet.settings import load_fleet
from passerby.core.errors import UsageError

MAIL = 'mail = {host = "mail.example.org", sender = "a@example.org", to = ["b@example.org"]}'


def test_a_channel_has_kinds_and_hours(tmp_path):
    hours = 'hours = [{days = ["mon", "tue"], start = "07:00", end = "19:00"}]'
    (tmp_path / "fleet.toml").write_text(f'[[alerts]]\nname = "office"\nkinds = ["silent"]\n{hours}\n{MAIL}\n')
    [channel] = load_fleet(tmp_path).alerts
    assert (("silent",), 7, 587) == (channel.kinds, channel.hours[0].start.hour, channel.mail.port)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('name = "office"', "exactly one of mail"),
        (f'name = "office"\nmqtt = true\n{MAIL}', "exactly one of mail"),
        ('name = "office"\nwebhook = "file:///x"', "webhook"),
        ('name = "office"\nmqtt = true\nkinds = ["faces"]', "kinds"),
    ],
)
def test_what_is_wrong_is_told(tmp_path, text, says):
    (tmp_path / "fleet.toml").write_text(f"[[alerts]]\n{text}\n")
    with pytest.raises(UsageError, match=says):
        load_fleet(tmp_path)


def test_names_are_given_once(tmp_path):
    (tmp_path / "fleet.toml").write_text('[[alerts]]\nname = "a"\nmqtt = true\n' * 2)
    with pytest.raises(UsageError, match="same name"):
        load_fleet(tmp_path)
