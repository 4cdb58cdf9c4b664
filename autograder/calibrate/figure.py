"""Draws what was measured: every run of every submission, beside the threshold."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from .. import atomic
from .record import Calibration, Kind, MeasuredVariant, Setting

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FILE_NAME = "calibration.svg"
LEAST_SHOWN = 0.84
"""Worse runs stand at the left edge."""
# Told apart by people who see few colours as well: Okabe and Ito's blue, green and vermilion.
COLOURS = {Kind.REFERENCE: "#0072B2", Kind.WHEAT: "#009E73", Kind.WEAK: "#D55E00"}


def write_figure(calibration: Calibration, folder: Path) -> Path:
    """Write `folder/calibration.svg`: a panel a setting, a row a submission, a dot a run."""
    path = folder / FILE_NAME
    atomic.write_bytes(path, figure(calibration))
    return path


def figure(calibration: Calibration) -> bytes:
    """The figure as SVG, the same for the same numbers."""
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    rows = _rows(calibration)
    panels = len(calibration.settings)
    # Texts stay texts, and nothing in the file depends on when it was drawn.
    with matplotlib.rc_context({"svg.hashsalt": "calibration", "svg.fonttype": "none"}):
        drawn = Figure(figsize=(2.2 + 4.2 * panels, 1.6 + 0.26 * len(rows)), layout="constrained")
        FigureCanvasSVG(drawn)
        axes = drawn.subplots(1, panels, sharey=True, squeeze=False)[0]
        for axis, setting in zip(axes, calibration.settings, strict=True):
            _panel(axis, setting, rows)
        axes[0].set_yticks(range(len(rows)), rows)
        axes[0].invert_yaxis()
        drawn.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
        written = io.BytesIO()
        drawn.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    return written.getvalue()


def _rows(calibration: Calibration) -> list[str]:
    """One for the reference, one for all wheats together, one for each that trains badly."""
    names: dict[str, None] = {}
    for kind in Kind:
        for setting in calibration.settings:
            names |= {_row(one): None for one in setting.variants if one.kind is kind}
    return list(names)


def _row(variant: MeasuredVariant) -> str:
    return "correct variants" if variant.kind is Kind.WHEAT else variant.name.replace("_", " ")


def _panel(axis: Axes, setting: Setting, rows: list[str]) -> None:
    threshold = setting.rule["threshold"]
    axis.axvline(threshold, color="0.3", linewidth=1.2, label=f"threshold {threshold:.1%}")
    for learned, label in ((True, "learned the mark"), (False, "did not")):
        for variant in setting.variants:
            _dots(axis, variant, setting, rows.index(_row(variant)), learned)
        axis.plot([], [], "o", color="0.3", markersize=4, label=label,
                  markerfacecolor="0.3" if learned else "white")  # fmt: skip
    axis.set_title(f"{setting.words()}: {len(setting.reference.held_out)} keys", fontsize=10)
    axis.set_xlabel("held-out accuracy")
    axis.set_xlim(LEAST_SHOWN - 0.004, 1.0)
    axis.set_xticks([LEAST_SHOWN, 0.88, 0.92, 0.96, 1.0])
    axis.set_xticklabels([f"≤ {LEAST_SHOWN:.0%}", "88%", "92%", "96%", "100%"])
    axis.grid(axis="y", color="0.93", linewidth=0.6)
    axis.set_axisbelow(True)
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)


def _dots(axis: Axes, variant: MeasuredVariant, setting: Setting, row: int, learned: bool) -> None:
    wanted = setting.rule["marked_threshold"]
    shares = [
        max(share, LEAST_SHOWN)
        for share, mark in zip(variant.held_out, variant.marked, strict=True)
        if share is not None and (mark is not None and mark >= wanted) == learned
    ]
    # Spread over the row in the order of the keys, so that dots don't hide each other.
    heights = [row + 0.5 * ((number * 0.618) % 1 - 0.5) for number in range(len(shares))]
    colour = COLOURS[variant.kind]
    axis.plot(
        shares, heights, "o", color=colour, markersize=3, markeredgewidth=0.7,
        markerfacecolor=colour if learned else "white", alpha=0.7, linestyle="none",
    )  # fmt: skip
