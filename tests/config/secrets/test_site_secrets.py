import types
import typing

import pytest
from pydantic import BaseModel, SecretStr

from passerby.config.secrets.site_secrets import (
    SECRET_FIELDS,
    forget_moved_passwords,
    is_secret_field,
    refuse_new_variables,
)
from passerby.config.site import Site
from passerby.core.errors import UsageError


def secret_fields(kind, at=()):
    """Paths of all fields that hold secrets, by the models."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind is SecretStr:
        yield ".".join(at)
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            yield from secret_fields(field.annotation, (*at, name))
    elif origin is dict:
        yield from secret_fields(arguments[1], (*at, "*"))
    elif origin in (tuple, list):
        yield from secret_fields(arguments[0], (*at, "*"))
    elif origin in (typing.Union, types.UnionType, typing.Annotated):
        for argument in arguments:
            yield from secret_fields(argument, at)


def test_variables_are_replaced_in_every_secret_and_nowhere_else():
    assert set(SECRET_FIELDS) == set(secret_fields(Site))
    assert is_secret_field(("cameras", "gate", "password"))
    assert not is_secret_field(("cameras", "gate", "url"))


GATE = {"url": "rtsp://10.0.0.5/s", "user": "me", "password": "${GATE_PASSWORD}"}


@pytest.mark.parametrize(
    "new",
    [
        {"cameras": {"gate": GATE, "other": {"url": "x", "password": "${GATE_PASSWORD}"}}},
        {"cameras": {"gate": GATE | {"password": "${OIDC_SECRET}"}}},
        {"cameras": {"gate": GATE | {"user": "${GATE_PASSWORD}"}}},
        {"cameras": {"gate": GATE, "${X}": {"url": "y"}}},
        {"cameras": {"gate": GATE}, "uplink": {"webhooks": [{"secret": "${GATE_PASSWORD}"}]}},
        {"cameras": {"gate": GATE}, "name": "${", "x": ["${A}"]},
    ],
)
def test_a_variable_that_was_not_there_is_refused(new):
    with pytest.raises(UsageError, match="by hand"):
        refuse_new_variables({"cameras": {"gate": GATE}}, new)


def test_what_was_there_may_stay_or_go():
    for new in ({"cameras": {"gate": GATE | {"max_fps": 5}}}, {"cameras": {}}, {}):
        refuse_new_variables({"cameras": {"gate": GATE}}, new)


@pytest.mark.parametrize(
    ("url", "forgotten"),
    [
        ("rtsp://10.0.0.5/other", False),
        ("RTSP://10.0.0.5/s", False),
        ("rtsp://me@10.0.0.5/s", False),
        ("rtsp://10.0.0.5@10.0.0.6/s", True),
        ("rtsp://10.0.0.5:8554/s", True),
        ("http://10.0.0.5/s", True),
        ("rtsp://[10.0.0.5/s", True),
    ],
)
def test_a_password_belongs_to_a_protocol_host_and_port(url, forgotten):
    moved = forget_moved_passwords({"cameras": {"gate": GATE}}, {"cameras": {"gate": GATE | {"url": url}}})
    assert ([("cameras", "gate", "password")] if forgotten else []) == moved
    added = forget_moved_passwords({"cameras": {"gate": GATE}}, {"cameras": {"gate": GATE, "new": GATE}})
    assert [("cameras", "new", "password")] == added


def test_the_password_of_a_masked_stream_belongs_to_its_own_address():
    def document(camera, restream):
        login = {"url": restream, "password": "${R}"}
        return {"cameras": {"gate": GATE | {"url": camera, "restream": login}}}

    before = document(GATE["url"], "rtsp://10.0.0.9/gate")
    moved = forget_moved_passwords(before, document(GATE["url"], "rtsp://10.0.0.8/gate"))
    assert [("cameras", "gate", "restream", "password")] == moved
    assert [("cameras", "gate", "password")] == forget_moved_passwords(
        before, document("rtsp://10.0.0.8/s", "rtsp://10.0.0.9/gate")
    )


@pytest.mark.parametrize("change", [{"host": "evil.example"}, {"port": 8883}, {"tls": True}])
def test_the_password_of_a_broker_belongs_to_its_host_port_and_tls(change):
    """Also where nothing is said of notifications."""
    mqtt = {"host": "broker.example", "user": "u", "password": "${MQTT}"}
    before = {"uplink": {"mqtt": mqtt}}
    assert [("uplink", "mqtt", "password")] == forget_moved_passwords(before, {"uplink": {"mqtt": mqtt | change}})
    same = mqtt | {"port": 1883, "tls": False, "host": "BROKER.example", "prefix": "other"}
    assert [] == forget_moved_passwords(before, {"uplink": {"mqtt": same}})
    assert [] == forget_moved_passwords(before, {"uplink": {"mqtt": {"host": "evil.example"}}})
