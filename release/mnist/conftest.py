"""Makes `pytest` in this folder a self-check."""

pytest_plugins = ["selfcheck.plugin"]
