"""What is so at each camera now, as MQTT publishes it: connected or not, movement, and who is where."""

from __future__ import annotations

from passerby.documents.status import CameraHealth, CameraState


def presence(camera: CameraHealth) -> dict[str, object]:
    """As JSON. `zones`: is anybody or anything that is counted in it? null for everything that is not known."""
    connected = camera.state is CameraState.LIVE
    if not connected or camera.occupancy is None:
        return {"connected": connected, "motion": None, "zones": dict.fromkeys(camera.occupancy or ())}
    zones = {zone: count > 0 for zone, count in camera.occupancy.items()}
    return {"connected": True, "motion": any(zones.values()) or camera.unseen_now > 0, "zones": zones}
