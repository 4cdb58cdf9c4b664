"""Brings back numbers from the student's shapes."""

# %% part="areas"


def rectangle(student, width, height):
    """Square metres."""
    return student.areas.rectangle_area(width, height)


### BEGIN HIDDEN TESTS
def tiny_circle(student):
    """Square metres of a circle that is hardly there."""
    return student.areas.circle_area(1e-9)


### END HIDDEN TESTS

# %% part="boxes"


def box_volume(student, sides):
    """Cubic metres."""
    return student.boxes.Box(*sides).volume()


def stack_volume(student, sides, count):
    """Cubic metres of `count` boxes."""
    return student.boxes.Stack([student.boxes.Box(*sides)] * count).volume()


# %% part="together"


### BEGIN HIDDEN TESTS
def floor(student, sides):
    """The area under a box, and its volume."""
    first, second, _ = sides
    return [student.areas.rectangle_area(first, second), student.boxes.Box(*sides).volume()]


### END HIDDEN TESTS
