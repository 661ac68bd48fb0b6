"""What every value that is read or written as JSON is made from."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class FrozenModel(BaseModel):
    """A value: it cannot be changed, and a field it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")
