"""What Home Assistant takes as device discovery, written down from its documentation
(https://www.home-assistant.io/integrations/mqtt/, sensor.mqtt and event.mqtt), with the abbreviations it lists."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Topic = Annotated[str, Field(pattern=r"^[^#+\x00]{1,200}$")]
Text = Annotated[str, Field(min_length=1)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Device(Strict):
    """At least one identifier is needed; the rest may be left out."""

    ids: list[Text] = Field(min_length=1)
    name: Text | None = None
    mf: Text | None = None
    mdl: Text | None = None
    sw: Text | None = None


class Origin(Strict):
    """The name is needed."""

    name: Text
    sw: Text | None = None
    url: Text | None = None


class Sensor(Strict):
    p: Literal["sensor"]
    uniq_id: Text
    name: Text
    stat_t: Topic
    val_tpl: Annotated[str, Field(pattern=r"^\{\{.*\}\}$")]
    stat_cla: Literal["measurement", "total", "total_increasing"]
    exp_aft: int | None = Field(default=None, gt=0)
    ic: Annotated[str, Field(pattern=r"^mdi:[a-z-]+$")]


class EventEntity(Strict):
    p: Literal["event"]
    uniq_id: Text
    name: Text
    stat_t: Topic
    val_tpl: Annotated[str, Field(pattern=r"^\{\{.*\}\}$")]
    evt_typ: list[Text] = Field(min_length=1)


class BinarySensor(Strict):
    p: Literal["binary_sensor"]
    uniq_id: Text
    name: Text
    stat_t: Topic
    val_tpl: Annotated[str, Field(pattern=r"^\{\{.*\}\}$")]
    dev_cla: Literal["connectivity", "motion", "occupancy"]
    ent_cat: Literal["diagnostic"] | None = None


class Image(Strict):
    p: Literal["image"]
    uniq_id: Text
    name: Text
    img_t: Topic
    cont_type: Literal["image/jpeg"]


Entity = Annotated[Sensor | BinarySensor | Image | EventEntity, Field(discriminator="p")]


class Discovery(Strict):
    """One device. `dev`, `o` and `cmps` are needed; every entity needs `p` and, in a device, `uniq_id`."""

    dev: Device
    o: Origin
    cmps: dict[Text, Entity] = Field(min_length=1)
    avty_t: Topic
    qos: Literal[0, 1, 2]


def accepted(payload):
    """Raises when Home Assistant would not take it; ids must not come twice."""
    found = Discovery.model_validate(payload)
    ids = [entity.uniq_id for entity in found.cmps.values()]
    assert len(ids) == len(set(ids))
    return found
