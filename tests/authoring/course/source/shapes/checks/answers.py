"""What only the instructor knows."""

TINY = 3.141592653589793e-18
