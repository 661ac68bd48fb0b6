"""What Home Assistant is told so that it shows the cameras by itself: a device for each, with its sensors.

As https://www.home-assistant.io/integrations/mqtt/ has device discovery: one retained message a device, to
`homeassistant/device/ID/config`, with the device (`dev`), where it comes from (`o`) and its entities (`cmps`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version

from passerby.config.counting_config import Counting
from passerby.core.kinds import ObjectClass

Entity = dict[str, object]
#: What a count is shown as.
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
#: Seconds after which a state that was not renewed is no longer shown: three minutes without a bin.
EXPIRE = 180


@dataclass(frozen=True, slots=True)
class Announcement:
    """One device: its id in the topic, and the message."""

    id: str
    payload: dict[str, object]


def announcements(prefix: str, site: str, cameras: Mapping[str, Counting]) -> list[Announcement]:
    """A device for each camera of a site. `prefix` and `site` are where its topics begin."""
    return [_device(f"{prefix}/{site}", site, camera, counting) for camera, counting in cameras.items()]


def _device(base: str, site: str, camera: str, counting: Counting) -> Announcement:
    id = re.sub(r"[^a-zA-Z0-9_-]", "_", f"passerby_{site}_{camera}")
    return Announcement(
        id,
        {
            "dev": {
                "ids": [id],
                "name": f"{site} {camera}",
                "mf": "passerby",
                "mdl": "Camera that cannot tell who you are",
                "sw": version("passerby"),
            },
            "o": {"name": "passerby", "sw": version("passerby")},
            "cmps": dict(_entities(id, f"{base}/{camera}", camera, counting)),
            "avty_t": f"{base}/status",
            "qos": 1,
        },
    )


def _entities(device: str, base: str, camera: str, counting: Counting) -> Iterator[tuple[str, Entity]]:
    state = f"{base}/state"
    for zone in counting.all_zones:
        for sort in zone.count:
            key = f"{zone.name}_{sort}"
            yield (
                key,
                {
                    "p": "sensor",
                    "uniq_id": f"{device}_{key}",
                    "name": f"{zone.name} {NAMES[sort]}",
                    "stat_t": state,
                    "val_tpl": f"{{{{ value_json.zones['{zone.name}']['{sort}'] }}}}",
                    "stat_cla": "measurement",
                    "exp_aft": EXPIRE,
                    "ic": ICONS[sort],
                },
            )
    for line in counting.lines:
        for sort in line.count:
            for way in ("forward", "back"):
                key = f"{line.name}_{sort}_{way}"
                yield (
                    key,
                    {
                        "p": "sensor",
                        "uniq_id": f"{device}_{key}",
                        "name": f"{line.name} {NAMES[sort]} {way}",
                        "stat_t": state,
                        "val_tpl": f"{{{{ value_json.lines['{line.name}']['{sort}']['{way}'] }}}}",
                        "stat_cla": "total_increasing",
                        "ic": ICONS[sort],
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
            " 'at': value_json.event.at} | tojson }}",
            "evt_typ": kinds,
        },
    )
