"""Puts together what the runs of all variants say about the accuracy rule."""

from __future__ import annotations

import datetime
import platform
import statistics
from collections.abc import Mapping, Sequence

from .. import __version__
from ..course import Accuracy, Assignment
from ..grading.digests import versions
from .record import Findings, Kind, MeasuredVariant, Setting, rule_numbers
from .rule import fail_by_tail, fail_once, highest_threshold, pass_by_counts
from .runs import Runs
from .variants import Variant

FEWEST = 2
STEP = 0.001


class TooFew(Exception):
    """The reference trained too seldom to say anything; the message says how often."""


def setting_of(
    assignment: Assignment,
    data: str,
    device: str,
    runs: Mapping[str, Runs],
    variants: Sequence[Variant],
    rate: float,
) -> Setting:
    """What goes into the calibration file; `runs` are by the names of `variants`. TooFew."""
    rule = assignment.accuracy
    assert rule is not None
    reference = next(one for one in variants if one.kind is Kind.REFERENCE)
    measured = [
        MeasuredVariant(
            name=variant.name,
            kind=variant.kind,
            why=variant.why,
            held_out=tuple(run.held_out for run in runs[variant.name].measured),
            marked=tuple(run.marked for run in runs[variant.name].measured),
            passes=pass_by_counts(runs[variant.name], rule),
        )
        for variant in variants
        if variant.name in runs
    ]
    return Setting(
        data=data,
        device=device,
        settings=assignment.settings.model_dump(mode="json"),
        rule=rule_numbers(rule),
        rate=rate,
        measured=datetime.date.today().isoformat(),
        environment=environment(),
        variants=tuple(measured),
        findings=findings_of(runs.get(reference.name, Runs(())), rule, rate),
    )


def findings_of(runs: Runs, rule: Accuracy, rate: float) -> Findings:
    """What the reference's runs say about the rule; TooFew where there are none to speak of."""
    if len(runs.shares) < FEWEST:
        raise TooFew(
            f"the reference: expected at least {FEWEST} runs that trained to the end, found "
            f"{len(runs.shares)} of {len(runs)}; "
            + (runs.measured[0].said if runs.measured else "give it more --keys")
        )
    spread = statistics.stdev(runs.shares)
    above = statistics.fmean(runs.shares) - rule.threshold
    count = round(1 / STEP)
    candidates = [number / count for number in range(count // 100, count)]
    return Findings(
        fails_once=fail_once(runs, rule),
        fails=fail_by_tail(runs, rule),
        margin=above / spread if spread else 0.0,
        recommended=highest_threshold(runs, rule, rate, cautious=True, candidates=candidates),
        recommended_by_estimate=highest_threshold(
            runs, rule, rate, cautious=False, candidates=candidates
        ),
    )


def environment() -> dict[str, str]:
    """What the runs were computed with: versions and the kind of machine, never which one."""
    import torch

    found = {
        "kit": __version__,
        "versions": versions(),
        "system": platform.system(),
        "machine": platform.machine(),
        "vector instructions": torch.backends.cpu.get_cpu_capability(),
    }
    if torch.cuda.is_available():
        found["gpu"] = torch.cuda.get_device_name(0)
    return found
