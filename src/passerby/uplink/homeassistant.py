"""MQTT discovery for Home Assistant: a device for each camera, with its sensors.

As https://www.home-assistant.io/integrations/mqtt/ has device discovery: one retained message a device, to
`homeassistant/device/ID/config`, with the device (`dev`), where it comes from (`o`) and its entities (`cmps`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from passerby.config.counting_config import CountingSettings
from passerby.core.kinds import ObjectClass
from passerby.core.version import __version__

Entity = dict[str, object]
#: Icon and name of a count, by object class.
ICONS = {
    ObjectClass.PERSON: "mdi:account",
    ObjectClass.BICYCLE: "mdi:bicycle",
    ObjectClass.MOTORCYCLE: "mdi:motorbike",
    ObjectClass.CAR: "mdi:car",
    ObjectClass.BUS: "mdi:bus",
    ObjectClass.TRUCK: "mdi:truck",
}
NAMES = {
    ObjectClass.PERSON: "people",
    ObjectClass.BICYCLE: "bicycles",
    ObjectClass.MOTORCYCLE: "motorcycles",
    ObjectClass.CAR: "cars",
    ObjectClass.BUS: "buses",
    ObjectClass.TRUCK: "trucks",
}
#: Seconds after which Home Assistant shows a state as unavailable: three minutes without a bin.
EXPIRE_AFTER_S = 180


@dataclass(frozen=True, slots=True)
class DiscoveryMessage:
    """One device: its id in the topic, and the message."""

    id: str
    payload: dict[str, object]


def discovery_messages(
    prefix: str, site: str, cameras: Mapping[str, CountingSettings], *, pictures: bool = False
) -> list[DiscoveryMessage]:
    """A device for each camera of a site. `prefix` and `site` are the beginning of its topics; `pictures`: masked ones
    are published, too."""
    return [_device(f"{prefix}/{site}", site, camera, counting, pictures) for camera, counting in cameras.items()]


def entities_left_out(before: Mapping[str, object], now: Mapping[str, object]) -> dict[str, object]:
    """The message `now`, with what was in `before` and is no more as Home Assistant wants it: its kind alone."""
    old, new = before["cmps"], now["cmps"]
    assert isinstance(old, dict)
    assert isinstance(new, dict)
    return {**now, "cmps": {**new, **{key: {"p": entity["p"]} for key, entity in old.items() if key not in new}}}


def _device(base: str, site: str, camera: str, counting: CountingSettings, pictures: bool) -> DiscoveryMessage:
    id = re.sub(r"[^a-zA-Z0-9_-]", "_", f"passerby_{site}_{camera}")
    return DiscoveryMessage(
        id,
        {
            "dev": {
                "ids": [id],
                "name": f"{site} {camera}",
                "mf": "passerby",
                "mdl": "Anonymising camera",
                "sw": __version__,
            },
            "o": {"name": "passerby", "sw": __version__},
            "cmps": {
                **dict(_present(id, f"{base}/{camera}", counting, pictures)),
                **dict(_entities(id, f"{base}/{camera}", counting)),
            },
            "avty_t": f"{base}/status",
            "qos": 1,
        },
    )


def _present(device: str, base: str, counting: CountingSettings, pictures: bool) -> Iterator[tuple[str, Entity]]:
    """What is so now: whether the camera is connected, something moves, somebody is in a zone; the newest picture."""
    states = [("connection", "connectivity", "value_json.connected"), ("motion", "motion", "value_json.motion")]
    states += [
        (f"{zone.name}_occupancy", "occupancy", f"value_json.zones['{zone.name}']") for zone in counting.all_zones
    ]
    for key, device_class, value in states:
        entity: Entity = {
            "p": "binary_sensor",
            "uniq_id": f"{device}_{key}",
            "name": key.replace("_", " "),
            "stat_t": f"{base}/now",
            # "None" is shown as unknown: while the camera is lost, nobody knows who is where.
            "val_tpl": f"{{{{ None if {value} is none else 'ON' if {value} else 'OFF' }}}}",
            "dev_cla": device_class,
        }
        yield key, entity | ({"ent_cat": "diagnostic"} if key == "connection" else {})
    if pictures:
        yield (
            "latest_picture",
            {
                "p": "image",
                "uniq_id": f"{device}_latest_picture",
                "name": "picture",
                "img_t": f"{base}/picture",
                "cont_type": "image/jpeg",
            },
        )


def _entities(device: str, base: str, counting: CountingSettings) -> Iterator[tuple[str, Entity]]:
    state = f"{base}/state"
    for zone in counting.all_zones:
        for object_class in zone.count:
            key = f"{zone.name}_{object_class}"
            yield (
                key,
                {
                    "p": "sensor",
                    "uniq_id": f"{device}_{key}",
                    "name": f"{zone.name} {NAMES[object_class]}",
                    "stat_t": state,
                    "val_tpl": f"{{{{ value_json.zones['{zone.name}']['{object_class}'] }}}}",
                    "stat_cla": "measurement",
                    "exp_aft": EXPIRE_AFTER_S,
                    "ic": ICONS[object_class],
                },
            )
    for line in counting.lines:
        for object_class in line.count:
            for direction in ("forward", "backward"):
                key = f"{line.name}_{object_class}_{direction}"
                yield (
                    key,
                    {
                        "p": "sensor",
                        "uniq_id": f"{device}_{key}",
                        "name": f"{line.name} {NAMES[object_class]} {direction}",
                        "stat_t": state,
                        "val_tpl": f"{{{{ value_json.lines['{line.name}']['{object_class}']['{direction}'] }}}}",
                        "stat_cla": "total_increasing",
                        "ic": ICONS[object_class],
                    },
                )
    kinds = sorted({rule.kind.value for rule in counting.all_rules})
    yield (
        "event",
        {
            "p": "event",
            "uniq_id": f"{device}_event",
            "name": "event",
            "stat_t": f"{base}/event",
            "val_tpl": "{{ {'event_type': value_json.event.kind, 'rule': value_json.event.rule,"
            " 'time': value_json.event.time} | tojson }}",
            "evt_typ": kinds,
        },
    )
