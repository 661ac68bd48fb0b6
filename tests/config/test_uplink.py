import pytest
from pydantic import ValidationError

from passerby.config.uplink import Mqtt, Priority, UplinkSettings, Webhook, topic_name


def test_names_become_parts_of_topics():
    assert ["Schule-am-Park", "a-b", "site", "x_1"] == [
        topic_name(n) for n in ("Schule am Park", "a/+#b", "///", "x_1")
    ]


def test_destinations_say_what_they_take():
    hook = Webhook(name="desk", url="https://h/x?y=1", secret="s" * 16, send=("events", "clips"), bytes_a_day="20MB")
    found = UplinkSettings(mqtt=Mqtt(host="h"), webhooks=(hook,)).destinations()
    assert {"mqtt", "webhook:desk"} == set(found)
    assert ((Priority.EVENTS, Priority.CLIPS), 20_000_000) == (
        found["webhook:desk"].send,
        found["webhook:desk"].bytes_a_day,
    )


def test_secrets_are_not_printed_and_can_be_left_out():
    settings = UplinkSettings(
        mqtt=Mqtt(host="h", user="u", password="hunter2"),
        webhooks=(Webhook(name="a", url="http://h", secret="s" * 20),),
    )
    assert "hunter2" not in repr(settings) + settings.model_dump_json()
    bare = UplinkSettings.model_validate_json(settings.without_secrets().model_dump_json())
    assert bare.mqtt.password is None
    assert "s" * 20 not in bare.webhooks[0].secret.get_secret_value()
    assert set(settings.destinations()) == set(bare.destinations())


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Mqtt(host="h", password="p"), "no user"),
        (lambda: Mqtt(host="h", prefix="a/#"), "prefix"),
        (lambda: Webhook(name="a", url="ftp://h", secret="s" * 16), "https"),
        (lambda: Webhook(name="a", url="http://h", secret="short"), "16 characters"),
        (
            lambda: UplinkSettings(webhooks=(Webhook(name="a", url="http://h", secret="s" * 16),) * 2),
            "more than one webhook",
        ),
        (lambda: Mqtt(host="h", send=()), "at least 1"),
    ],
)
def test_what_makes_no_sense_is_refused_and_said(make, said):
    with pytest.raises(ValidationError, match=said):
        make()
