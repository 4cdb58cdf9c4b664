"""Says in words what a figure shows, for whoever can't see it: readers of pages, text, Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from ..grading.figures import Confusion, Curves, Figure, Gallery, Images, Order, Values

SHOWN_PLACES = 8
SHOWN_MISTAKES = 3


def words_of_figure(figure: Figure) -> str:
    """A few sentences with what there is to see."""
    match figure:
        case Images():
            return _images(figure)
        case Order():
            return _order(figure)
        case Curves():
            return _curves(figure)
        case Confusion():
            return _confusion(figure)
        case Gallery():
            said = (f"{one.label} taken for {one.said}" for one in figure.mistakes)
            return f"{'; '.join(said)}." if figure.mistakes else "No mistakes among these."


def range_of(values: Values) -> str:
    """ "from -0.42 to 2.82", or what it is where it has no values."""
    if values.lowest is None or values.highest is None:
        return values.words
    return f"from {values.lowest:.4g} to {values.highest:.4g}"


def commonest_mistakes(figure: Confusion) -> list[tuple[str, str, int]]:
    """What was taken for what, and how often, the commonest first."""
    wrong = [
        (name, said, count)
        for name, row in zip(figure.names, figure.counts, strict=True)
        for said, count in zip(figure.names, row, strict=True)
        if name != said and count
    ]
    return sorted(wrong, key=lambda one: -one[2])[:SHOWN_MISTAKES]


def remarks_on(figure: Order) -> list[str]:
    """What is odd about the order, a sentence each."""
    remarks = []
    before: dict[tuple[int, ...], str] = {}
    for one in figure.sequences:
        if one.places in before:
            remarks.append(f"{one.name} has the same order as {before[one.places]}.")
        elif list(one.places) == sorted(one.places):
            remarks.append(f"{one.name} keeps the order that the samples had before.")
        before.setdefault(one.places, one.name)
    return remarks


def _images(figure: Images) -> str:
    said = f"Found: values {range_of(figure.found)}."
    if figure.expected is not None:
        said += f" Expected: values {range_of(figure.expected)}."
    return said


def _order(figure: Order) -> str:
    rows = [f"{one.name}: {_first(one.places)}." for one in figure.sequences]
    return " ".join([*rows, *remarks_on(figure)])


def _first(places: Sequence[int]) -> str:
    more = ", …" if len(places) > SHOWN_PLACES else ""
    return ", ".join(map(str, places[:SHOWN_PLACES])) + more if places else "nothing"


def _curves(figure: Curves) -> str:
    rows = []
    for one in figure.curves:
        values = ", ".join("–" if value is None else f"{value:.4g}" for value in one.values)
        row = f"{one.name}: {values}"
        if one.low and one.high:
            bands = zip(one.low, one.high, strict=False)
            row += f" (the reference: {', '.join(f'{low:.4g}–{high:.4g}' for low, high in bands)})"
        rows.append(f"{row}.")
    return f"{figure.y} by {figure.x}. " + " ".join(rows)


def _confusion(figure: Confusion) -> str:
    total = sum(map(sum, figure.counts))
    right = sum(row[place] for place, row in enumerate(figure.counts))
    said = f"{right:,} of {total:,} right."
    worst = commonest_mistakes(figure)
    if worst:
        said += " Most often: " + "; ".join(
            f"{name} taken for {taken}, {count} times" for name, taken, count in worst
        )
        said += "."
    return said
