"""Says which settings this assignment has, so that a wrong one in course.yaml is found at once."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

MNIST_TRAINING_IMAGES = 60_000


class Settings(BaseModel):
    """The numbers that the handout quotes, the stubs are written for and the checks use."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mean: Annotated[
        float,
        Field(ge=0, le=1, description="a pixel mean between 0 and 1", examples=["0.1307"]),
    ]
    std: Annotated[
        float,
        Field(ge=0.1, le=10, description="a pixel deviation from 0.1 to 10", examples=["0.3081"]),
    ]
    train_size: Annotated[
        int,
        Field(gt=0, description="a whole number of training images", examples=["50000"]),
    ]
    val_size: Annotated[
        int,
        Field(gt=0, description="a whole number of validation images", examples=["10000"]),
    ]
    batch_size: Annotated[
        int,
        Field(gt=0, le=60_000, description="a whole number of images above 0", examples=["64"]),
    ]
    eval_batch_size: Annotated[
        int,
        Field(gt=0, le=60_000, description="a whole number of images above 0", examples=["1000"]),
    ]
    hidden: Annotated[
        int,
        Field(gt=0, le=10_000, description="a whole number of hidden units", examples=["128"]),
    ]
    num_classes: Annotated[
        int,
        Field(ge=10, le=10, description="10, as MNIST has ten digits", examples=["10"]),
    ]
    epochs: Annotated[
        int,
        Field(gt=0, le=100, description="a whole number of epochs from 1 to 100", examples=["2"]),
    ]
    learning_rate: Annotated[
        float,
        Field(gt=0, lt=1, description="a number between 0 and 1", examples=["0.001"]),
    ]
    seed: Annotated[
        int,
        Field(ge=0, lt=2**32, description="a whole number from 0 to 2^32 - 1", examples=["0"]),
    ]

    @model_validator(mode="after")
    def _split_is_the_whole_training_set(self) -> Self:
        total = self.train_size + self.val_size
        if total != MNIST_TRAINING_IMAGES:
            raise ValueError(
                f"expected train_size + val_size = {MNIST_TRAINING_IMAGES} images, found {total}; "
                "change one of the two"
            )
        return self
