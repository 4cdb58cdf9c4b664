"""The settings of the lines."""

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """What the handout quotes and the checks use."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    features: int = Field(ge=1, le=100, description="a number of features", examples=["3"])
    steps: int = Field(ge=1, le=10_000, description="a number of steps", examples=["200"])
    learning_rate: float = Field(gt=0, lt=1, description="a rate below 1", examples=["0.1"])
