import pytest
from pydantic import ValidationError

from passerby.config.uplink import MqttSettings, UplinkSettings, WebhookSettings, topic_name
from passerby.config.uplink_destination import Priority


def test_names_become_parts_of_topics():
    assert ["Schule-am-Park", "a-b", "site", "x_1"] == [
        topic_name(n) for n in ("Schule am Park", "a/+#b", "///", "x_1")
    ]


def test_destinations_have_their_own_limits():
    hook = WebhookSettings(
        name="desk", url="https://h/x?y=1", secret="s" * 16, send=("events", "clips"), max_bytes_per_day="20MB"
    )
    found = UplinkSettings(mqtt=MqttSettings(host="h"), webhooks=(hook,)).destinations()
    assert {"mqtt", "webhook:desk"} == set(found)
    assert ((Priority.EVENTS, Priority.CLIPS), 20_000_000) == (
        found["webhook:desk"].send,
        found["webhook:desk"].max_bytes_per_day,
    )


def test_secrets_are_not_printed_and_can_be_left_out():
    settings = UplinkSettings(
        mqtt=MqttSettings(host="h", user="u", password="hunter2"),
        webhooks=(WebhookSettings(name="a", url="http://h", secret="s" * 20),),
    )
    assert "hunter2" not in repr(settings) + settings.model_dump_json()
    bare = UplinkSettings.model_validate_json(settings.without_secrets().model_dump_json())
    assert bare.mqtt.password is None
    assert "s" * 20 not in bare.webhooks[0].secret.get_secret_value()
    assert set(settings.destinations()) == set(bare.destinations())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: MqttSettings(host="h", password="p"), "no user"),
        (lambda: MqttSettings(host="h", prefix="a/#"), "prefix"),
        (lambda: WebhookSettings(name="a", url="ftp://h", secret="s" * 16), "https"),
        (lambda: WebhookSettings(name="a", url="http://h", secret="short"), "16 characters"),
        (
            lambda: UplinkSettings(webhooks=(WebhookSettings(name="a", url="http://h", secret="s" * 16),) * 2),
            "more than one webhook",
        ),
        (lambda: MqttSettings(host="h", send=()), "at least 1"),
    ],
)
def test_an_invalid_configuration_is_refused(make, message):
    with pytest.raises(ValidationError, match=message):
        make()
