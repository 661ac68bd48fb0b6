"""Runs inside Pyodide: what Home Assistant's MQTT integration makes of /job/told.json, into /job/judged.json.

Its own functions expand the abbreviations, check the device and each entity, and fill in the templates. What they
import on the way and is not there (networking, cryptography) is stood in for by things that do nothing.
"""

import asyncio
import importlib.abc
import importlib.machinery
import json
import logging
import sys
import threading
import types


class Nothing(type):
    """A class that can be used in any way, to no effect."""

    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return nothing(name)

    def __getitem__(cls, _):
        return cls

    def __or__(cls, _):
        return cls

    __ror__ = __or__

    def __iter__(cls):
        return iter(())


class Idle(metaclass=Nothing):
    def __init__(self, *_, **__):
        pass

    def __init_subclass__(cls, **_):
        pass

    def __call__(self, *given, **_):
        return given[0] if len(given) == 1 and callable(given[0]) else Idle()

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Idle()

    def __getitem__(self, _):
        return Idle()

    def __iter__(self):
        return iter(())


def nothing(name):
    if name.endswith(("Error", "Exception")):
        return type(name, (Exception,), {})
    return Nothing(name, (Idle,), {})


class Cache(dict):
    def __init__(self, size):
        super().__init__()


#: Of what is stood in for, what is used after all.
USED = {
    "httpx2": {"__version__": "0"},
    "lru": {"LRU": Cache},
    "orjson": {
        "JSONDecodeError": json.JSONDecodeError,
        "loads": json.loads,
        "dumps": lambda value, *_, **__: json.dumps(value).encode(),
        **{f"OPT_{name}": 0 for name in ("NON_STR_KEYS", "INDENT_2", "SORT_KEYS", "APPEND_NEWLINE")},
        **{f"OPT_PASSTHROUGH_{name}": 0 for name in ("DATACLASS", "DATETIME")},
    },
}


class StandIns(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Asked last. Never for what is to judge."""

    judges = ("homeassistant", "probatio", "jinja2", "yaml", "voluptuous")

    def find_spec(self, name, path, target=None):
        top = name.partition(".")[0]
        integration = name.startswith("homeassistant.components.")
        if (top in self.judges and not integration and name != "yaml._yaml") or name.startswith(
            "homeassistant.components.mqtt"
        ):
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        module = types.ModuleType(spec.name)
        module.__path__ = []

        def attribute(name):
            if name.startswith("__"):
                raise AttributeError(name)
            return nothing(name)

        module.__getattr__ = attribute
        return module

    def exec_module(self, module):
        module.__dict__.update(USED.get(module.__name__, {}))


sys.meta_path.append(StandIns())

from homeassistant.components.mqtt import binary_sensor, discovery, event, image, sensor  # noqa: E402
from homeassistant.components.mqtt.const import CONF_COMPONENTS  # noqa: E402
from homeassistant.components.mqtt.models import MqttValueTemplate  # noqa: E402
from homeassistant.core import HomeAssistant  # noqa: E402

PLATFORMS = {"binary_sensor": binary_sensor, "event": event, "image": image, "sensor": sensor}
PREFIX = "homeassistant/"


def judge(home, topic, payload, messages):
    """(what each entity shows, None) or (None, why it is not taken)."""
    where = discovery.TOPIC_MATCHER.fullmatch(topic.removeprefix(PREFIX))
    if where is None or where["component"] != "device":
        return None, "no topic of a device"
    warned = []
    discovery._LOGGER.warning = lambda text, *parts: warned.append(text % parts)
    device = discovery._parse_device_payload(home, json.dumps(payload), topic, where["object_id"], where["node_id"])
    if not device:
        return None, warned[0]
    shown = {}
    for name, config in device[CONF_COMPONENTS].items():
        entity = discovery.MQTTDiscoveryPayload(config)
        platform = PLATFORMS[entity.pop("platform")]
        discovery._merge_common_device_options(entity, device)
        entity |= {"device": device["device"], "origin": device["origin"]}
        try:
            taken = platform.DISCOVERY_SCHEMA(entity)
        except discovery.probatio.Invalid as error:
            return None, f"{name}: {error}"
        if left_out := sorted(set(entity) - set(taken)):
            return None, f"{name}: it takes no notice of {left_out}"
        if "image_topic" in taken:
            shown[name] = taken["image_topic"]
            continue
        template = MqttValueTemplate(taken["value_template"])
        message = messages.get(taken["state_topic"])
        shown[name] = None if message is None else template.async_render_with_possible_json_value(message)
    return shown, None


async def main():
    asyncio.get_running_loop()._thread_id = threading.get_ident()
    logging.disable(logging.CRITICAL)
    home = HomeAssistant("/config")
    with open("/job/told.json") as file:
        told = json.load(file)
    found = [judge(home, topic, payload, told["messages"]) for topic, payload in told["devices"]]
    with open("/job/judged.json", "w") as file:
        json.dump(found, file)
