"""Fills the templates of what a package runs; shell is no HTML, so nothing in it is escaped."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined


def rendered(template: str, **values: object) -> str:
    """The text that `templates/<template>` makes of `values`."""
    environment = Environment(
        loader=PackageLoader("autograder.packaging"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(template).render(**values)
