"""So that `python -m autograder` works where the `autograder` command is not on the path."""

from autograder.cli import app

if __name__ == "__main__":
    app(prog_name="autograder")
