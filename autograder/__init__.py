"""The kit's package: from one instructor's source to a released assignment and a graded class."""

__version__ = "0.1.0"
