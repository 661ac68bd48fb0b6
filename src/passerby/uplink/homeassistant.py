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


def discovery_messages(prefix: str, site: str, cameras: Mapping[str, CountingSettings]) -> list[DiscoveryMessage]:
    """A device for each camera of a site. `prefix` and `site` are the beginning of its topics."""
    return [_device(f"{prefix}/{site}", site, camera, counting) for camera, counting in cameras.items()]


def _device(base: str, site: str, camera: str, counting: CountingSettings) -> DiscoveryMessage:
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
            "cmps": dict(_entities(id, f"{base}/{camera}", camera, counting)),
            "avty_t": f"{base}/status",
            "qos": 1,
        },
    )


def _entities(device: str, base: str, camera: str, counting: CountingSettings) -> Iterator[tuple[str, Entity]]:
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
