"""Canary in the probes of another part: see the cell of `greet`."""

# %% part="double"


def doubled(student, numbers):
    return [student.double.double(number) for number in numbers]


### BEGIN HIDDEN TESTS
def doubled_once(student, number):
    """One number, canary-in-a-hidden-probe."""
    return student.double.double(number)


### END HIDDEN TESTS


# %% part="greet"

SECRET = "canary-in-the-probes-of-greet"


def greeting(student, name):
    return student.greet.greet(name)


# %% part="total"
import torch


def added(student, numbers):
    return student.total.total(torch.as_tensor(numbers))
