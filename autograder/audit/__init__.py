"""Grades the grader: bugs that a student could write, one at a time, and what the checks miss."""
