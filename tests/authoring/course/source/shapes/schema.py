"""The settings of the shapes."""

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """A width in metres and how many boxes there are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    width: float
    count: int
