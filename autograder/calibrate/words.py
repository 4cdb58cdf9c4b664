"""Says on the terminal what a calibration found."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from rich.table import Table

from .chance import Chance, from_counts, keys_needed
from .record import Kind, MeasuredVariant, Setting, shares_of


def table_of(setting: Setting) -> Table:
    """A row for the reference, one for all wheats, one for each that trains badly."""
    table = Table(title=f"Held-out accuracy, {setting.words()}", title_justify="left")
    table.add_column("submission")
    for title in ("keys", "least", "mean", "most", "marked", "passes", "95 % interval"):
        table.add_column(title, justify="right", no_wrap=True)
    for name, variants in _rows(setting):
        shares = [share for one in variants for share in shares_of(one.held_out)]
        marks = [share for one in variants for share in shares_of(one.marked)]
        keys = sum(len(one.held_out) for one in variants)
        chance = variants[0].passes
        table.add_row(
            name,
            str(keys),
            *(_share(value) for value in (_least(shares), _mean(shares), _most(shares))),
            _share(_mean(marks)),
            f"{chance.estimate:.0%}" if len(variants) == 1 else _worst(variants),
            f"{chance.low:.0%}–{chance.high:.0%}" if len(variants) == 1 else "",
        )
    return table


def sentences(setting: Setting) -> Iterator[str]:
    """What follows for the rule of the course, the methods, and what can't be told."""
    found, rule, rate = setting.findings, setting.rule, setting.rate
    keys = len(setting.reference.held_out)
    yield (
        f"The reference lies {found.margin:.1f} standard deviations above the threshold of "
        f"{rule['threshold']:.1%}."
    )
    yield f"A run of it misses the threshold with a chance of {chance_words(found.fails_once)}."
    yield (
        f"A submission like it fails with a chance of {chance_words(found.fails)}: a run that "
        f"learned the mark and misses is repeated up to {rule['repetitions']} times."
    )
    judged = "below" if found.fails.high <= rate else "not shown to be below"
    yield f"The upper end of that interval is {judged} the wanted {rate:g}."
    yield (
        "Method: beyond what was seen a generalized Pareto tail (peaks over threshold, Coles 2001) "
        "that is never lighter than exponential, with intervals from the profile likelihood, put "
        "together by Bonferroni. What was counted: Clopper–Pearson."
    )
    shares = setting.reference.held_out
    missed = sum(share is None or share < rule["threshold"] for share in shares)
    counted = from_counts(missed, keys).high
    yield (
        f"By counts alone: {missed} of {keys} runs missed, so a run does with a chance below "
        f"{counted:.2g}, and all {rule['repetitions'] + 1} runs of a submission with one below "
        f"{counted ** (rule['repetitions'] + 1):.1g}. Without the model, and without repeating, "
        f"{rate:g} would take {keys_needed(rate):,} keys."
    )
    yield _recommended(setting)
    yield from _separation(setting)


def _recommended(setting: Setting) -> str:
    found, rate = setting.findings, setting.rate
    estimate = found.recommended_by_estimate
    by_estimate = "" if estimate is None else f"; by the estimate alone it would be {estimate:.1%}"
    if found.recommended is None:
        return (
            f"These keys show of no threshold that it fails at most {rate:g} of honest submissions"
            f"{by_estimate}. Measure more of them with --keys."
        )
    return (
        f"Recommended for {rate:g}: a threshold of at most {found.recommended:.1%}, by the upper "
        f"end of the interval{by_estimate}."
    )


def _separation(setting: Setting) -> Iterator[str]:
    """Does the rule tell honest from broken?"""
    weak = [one for one in setting.variants if one.kind is Kind.WEAK]
    passing = [one.name for one in weak if one.passes.estimate > 0]
    threshold = setting.rule["threshold"]
    low = [one for one in weak if all(share < threshold for share in shares_of(one.held_out))]
    unmarked = len(weak) - len(low) - len(passing)
    if weak:
        yield (
            f"Of {len(weak)} submissions that train badly, {len(low)} never reached the threshold, "
            f"{unmarked} more reached it and did not learn the mark, {len(passing)} passed."
        )
    if passing:
        yield (
            f"These pass, at least under some keys, so other parts must see them: "
            f"{', '.join(passing)}."
        )
    missed = [
        one.name for one in setting.variants if one.kind is Kind.WHEAT and one.passes.estimate < 1
    ]
    if missed:
        yield f"Correct, and does not always pass: {', '.join(missed)}."


def chance_words(chance: Chance) -> str:
    """ "3e-07 (95 % interval 1e-12 to 0.0001, tail)"."""
    method = {"counts": "by counts", "tail": "by the tail", "rule": "by the rule"}[chance.method]
    return (
        f"{chance.estimate:.1g} ({chance.confidence:.0%} interval {chance.low:.1g} to "
        f"{chance.high:.1g}, {method})"
    )


def _rows(setting: Setting) -> Iterator[tuple[str, list[MeasuredVariant]]]:
    wheats = [one for one in setting.variants if one.kind is Kind.WHEAT]
    for one in setting.variants:
        if one.kind is not Kind.WHEAT:
            yield one.name, [one]
        elif one is wheats[0]:
            yield f"{len(wheats)} correct variants", wheats


def _worst(variants: list[MeasuredVariant]) -> str:
    return f"{min(one.passes.estimate for one in variants):.0%}"


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:.2%}"


def _least(shares: list[float]) -> float | None:
    return min(shares, default=None)


def _mean(shares: list[float]) -> float | None:
    return statistics.fmean(shares) if shares else None


def _most(shares: list[float]) -> float | None:
    return max(shares, default=None)
