"""The verdicts: what each choice did, in words, numbers and a forest plot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bogam.evaluate.findings import Verdict
from bogam.page.blocks import Block, Folded, Heading, Paragraph, Statement, Tone
from bogam.page.document import Section
from bogam.page.figure import NARROW_INCHES, WIDE_INCHES, Figure
from bogam.page.palette import Theme
from bogam.page.table import Column, Table
from bogam.page.text import clean, interval, number, p_value, signed
from bogam.study.report.metric_names import metric_name
from bogam.study.results import StudyResult

TONES: dict[str, Tone] = {"helped": "good", "hurt": "bad", "no difference": "same", "not shown": "open",
                          "no verdict": "note"}
_MEANING = ("No difference: the whole interval lies inside the margin. Helped or hurt: p after Holm's correction for "
            "the number of contrasts is below alpha. Not shown: neither, so the study can say neither. No verdict: the "
            "study lacks what a verdict needs. Intervals are those of each contrast alone, not corrected.")


def verdict_section(result: StudyResult, verdicts: Sequence[Verdict], primary: str, trained: bool) -> Section:
    """Return the chapter of verdicts; says plainly where there is nothing to judge."""
    blocks: list[Block] = []
    main = [v for v in verdicts if v.metric == primary]
    others = [v for v in verdicts if v.metric != primary]
    if not trained:
        blocks.append(Paragraph("No run finished, so there is nothing to judge. The errors are listed under “Runs”."))
    elif not result.axes:
        blocks.append(Paragraph("This study has one cell and no axis: nothing was compared, so it gives no verdict on "
                                "any choice. To compare, add `axes` to the recipe, for example "
                                "axes: {augment: [none, geometric]}."))
    elif not main:
        blocks.append(Paragraph(f"No verdict on {metric_name(primary).title} could be made from the finished runs."))
    for verdict in main:
        blocks.append(_statement(verdict))
    shown = [v for v in main if v.effect is not None]
    if shown:
        blocks.append(forest(shown, primary, margin(result, primary), percent(result)))
    if main:
        blocks.append(_table(main, "verdicts", primary, percent(result)))
        blocks.append(Paragraph(_MEANING, small=True))
    effects = [v for v in main if v.simple]
    if effects:
        blocks.append(Heading("The same contrast at each combination of the other choices"))
        blocks.append(Paragraph("A verdict is an average. It can hide that a choice helps in one setting and hurts in "
                                "another; these are its parts."))
        blocks.append(_simple_table(effects, percent(result)))
    if others:
        by_metric = list(dict.fromkeys(v.metric for v in others))
        blocks.append(Folded("Verdicts on other metrics", [
            _table([v for v in others if v.metric == m], f"verdicts_{m}", m, percent(result)) for m in by_metric]))
    return Section("verdicts", "Verdicts", blocks)


def margin(result: StudyResult, metric: str) -> float | None:
    """Return the margin of "no difference" in the unit of the verdicts, or None where the recipe names none."""
    value = (result.recipe.get("report") or {}).get("margin")
    if not isinstance(value, int | float):
        return None
    return float(value) * 100 if metric_name(metric).unit == "points" else float(value)


def percent(result: StudyResult) -> str:
    """Return the level of the verdicts' intervals, such as "95 %": 1 less the recipe's alpha."""
    alpha = (result.recipe.get("report") or {}).get("alpha", 0.05)
    return f"{100 * (1 - float(alpha)):g} %"


def contrast_words(verdict: Verdict) -> str:
    """Return "augment: geometric instead of none"."""
    return clean(f"{verdict.factor}: {verdict.level} instead of {verdict.control}")


def numbers_words(verdict: Verdict) -> str:
    """Return "+3.1 points (1.2 to 5.0)", or "not measured"."""
    if verdict.effect is None:
        return "not measured"
    return f"{signed(verdict.effect)} {metric_name(verdict.metric).unit} ({interval(verdict.low, verdict.high, 1)})"


def _statement(verdict: Verdict) -> Statement:
    words = verdict.words or f"{contrast_words(verdict)}: {numbers_words(verdict)}, {verdict.outcome}."
    small = list(verdict.cautions)
    if verdict.interaction is not None:
        unit = metric_name(verdict.metric).unit
        tested = ("" if verdict.interaction_p is None
                  else f"; test of the interaction: p\u00a0{_equals(verdict.interaction_p)}")
        small.append(f"Over the other choices this effect varies by up to {number(verdict.interaction, 1)} {unit}"
                     f"{tested}.")
    return Statement(TONES[verdict.outcome], verdict.outcome, words, small)


def _equals(p: float) -> str:
    text = p_value(p)
    return text if text.startswith("<") else f"=\u00a0{text}"


def _table(verdicts: Sequence[Verdict], name: str, metric: str, level: str) -> Table:
    words = metric_name(metric)
    rows = [{"factor": v.factor, "level": v.level, "control": v.control, "effect": (v.effect, v.low, v.high),
             "p_holm": v.p_holm, "detectable": v.detectable, "outcome": v.outcome} for v in verdicts]
    columns = [Column("factor", "Choice"), Column("level", "Level"), Column("control", "Control"),
               Column("effect", f"Difference, {words.unit}", "contrast", 1), Column("p_holm", "p (Holm)", "p"),
               Column("detectable", "Smallest detectable", "number", 1), Column("outcome", "Verdict")]
    notes = list(dict.fromkeys(f"Interval: {v.method.rstrip('.')}." for v in verdicts if v.method))
    return Table(name, f"Differences in {words.title} (level minus control, {words.unit}), {level} interval",
                 columns, rows, headings=2, notes=notes, layout="stack")


def _simple_table(verdicts: Sequence[Verdict], level: str) -> Table:
    metric = metric_name(verdicts[0].metric)
    rows = [{"contrast": f"{v.factor}: {v.level} vs {v.control}",
             "at": ", ".join(f"{axis}: {label}" for axis, label in part.at.items()) or "all",
             "effect": (part.effect, part.low, part.high)} for v in verdicts for part in v.simple]
    return Table("simple_effects", f"Simple effects on {metric.title}, {metric.unit}, {level} interval",
                 [Column("contrast", "Contrast"), Column("at", "At"),
                  Column("effect", f"Difference, {metric.unit}", "contrast", 1)], rows, headings=2, layout="stack",
                 show=40)


def forest(verdicts: Sequence[Verdict], metric: str, band: float | None, level: str) -> Figure:
    """Return the forest plot: one line per contrast, the control at 0, the margin of "no difference" as a band."""
    words = metric_name(metric)
    alt = "Forest plot. " + " ".join(f"{contrast_words(v)}: {numbers_words(v)}, {v.outcome}." for v in verdicts)
    caption = (f"Difference in {words.title} of each level to its control, averaged over the other choices, with its "
               f"{level} interval. The vertical line is the control"
               + (f"; the grey band is the margin of ±{number(band, 1)} {words.unit} inside which a difference does "
                  "not matter" if band else "") + ". Filled circle: helped or hurt; square: no difference; hollow "
               "circle: not shown; cross: no verdict.")

    def draw(canvas: Any, theme: Theme, narrow: bool) -> None:
        count = len(verdicts)
        canvas.set_size_inches(NARROW_INCHES if narrow else WIDE_INCHES, (0.62 if narrow else 0.42) * count + 0.9)
        axes = canvas.subplots()
        if band:
            axes.axvspan(-band, band, color=theme.band, zorder=0, linewidth=0)
        axes.axvline(0, color=theme.ink, linewidth=1)
        for place, verdict in enumerate(verdicts):
            _forest_line(axes, theme, verdict, count - 1 - place, narrow)
        axes.set_ylim(-0.6, count - 0.2 if narrow else count - 0.4)
        axes.grid(axis="y", visible=False)
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        places = range(count - 1, -1, -1)
        if narrow:
            axes.set_yticks([])
        else:
            axes.set_yticks(list(places), [_short(f"{clean(v.factor)}: {clean(v.level)}\nvs {clean(v.control)}")
                                           for v in verdicts])
            right = axes.secondary_yaxis("right")
            right.set_yticks(list(places), [f"{signed(v.effect)} ({interval(v.low, v.high, 1)})\n{v.outcome}"
                                            for v in verdicts])
            right.tick_params(length=0)
            right.spines["right"].set_visible(False)
        axes.set_xlabel(f"{words.unit} of {words.title}, level minus control\n"
                        f"({'right' if words.higher else 'left'} of the line is better)")
        low, high = axes.get_xlim()
        axes.set_xlim(min(low, -0.5), max(high, 0.5))

    return Figure("forest", caption, alt, draw)


def _short(text: str, most: int = 34) -> str:
    return "\n".join(line if len(line) <= most else line[:most - 1] + "…" for line in text.split("\n"))


def _forest_line(axes: Any, theme: Theme, verdict: Verdict, place: int, narrow: bool) -> None:
    better = metric_name(verdict.metric).higher == ((verdict.effect or 0) > 0)
    color = {"helped": theme.blue, "hurt": theme.orange}.get(verdict.outcome, theme.muted)
    if verdict.outcome in ("helped", "hurt"):
        color = theme.blue if better else theme.orange
    marker = {"no difference": "s", "no verdict": "x"}.get(verdict.outcome, "o")
    fill = theme.surface if verdict.outcome == "not shown" else color
    if verdict.low is not None and verdict.high is not None:
        axes.plot([verdict.low, verdict.high], [place, place], color=color, linewidth=1.8, solid_capstyle="butt")
    axes.plot([verdict.effect], [place], marker=marker, color=color, markerfacecolor=fill, markersize=7,
              markeredgewidth=1.6, linestyle="none")
    if narrow:
        text = _short(f"{clean(verdict.factor)}: {clean(verdict.level)} vs {clean(verdict.control)}", 30)
        axes.annotate(f"{text}   {signed(verdict.effect)}", (0, place), xycoords=("axes fraction", "data"),
                      xytext=(0, 9), textcoords="offset points", fontsize="small", color=theme.ink)
