"""What it takes to meet a target → the sentence of the finding "reassure", and what weakens its numbers."""

import numpy as np

from sdmodel.analysis.levers.crossing import Bools
from sdmodel.analysis.levers.minimal_parts import Answer, Lines, Question
from sdmodel.analysis.levers.shares import Reach
from sdmodel.analysis.wording import joined, number, outcome_title, percent, quoted_title, share


def sentence_of(question: Question, answer: Answer) -> str:
    """The first of them in one sentence with what is asked, then the others, those alike together, and the cost."""
    told: dict[str, list[str]] = {}
    for place, who in enumerate(answer.asked):
        told.setdefault(_needs(question, answer, place), []).append(question.title(who))
    (first, *rest), (needs, *others) = ([joined(titles) for titles in told.values()], list(told))
    head = f"{question.target.title}, from {quoted_title(question.study, question.scenario)}: "
    sums = [f"{head}{first[:1].lower() if question.search.sides else first[:1]}{first[1:]}, {needs}."]
    sums += [f"{titles}: {one}." for titles, one in zip(rest, others, strict=True)]
    return " ".join(filter(None, [*sums, _costs(question, answer)]))


def _needs(question: Question, answer: Answer, place: int) -> str:
    """What one of them needs, in the base run and in the share of futures."""
    least, reach = float(answer.base[place].least[0]), answer.futures[place]
    said = "no intensity is enough" if not np.isfinite(least) else f"an intensity of {number(least)} is enough"
    said = "it is met without any" if least == 0 else said
    if question.futures < 2:
        return said
    reached = int(np.isfinite(reach.least).sum())
    if not np.isfinite(least) and not reached:
        return f"{said}, in the base run or in any of {question.futures:,} futures"
    best = round(reach.share.best()[0] * question.futures)
    own = best < reached or np.isfinite(reach.share.least(question.share)) or not reached
    some = f"; {share(reached, question.futures)} some intensity is" if own else ""
    return f"{said} in the base run{_in_share(question, least, reach)}{some}"


def _in_share(question: Question, least: float, reach: Reach) -> str:
    """What serves the share of futures, or how large a share can be served."""
    enough, part = reach.share.least(question.share), f"{100 * question.share:g} %"
    asked = f"in {part} of futures"
    if enough == 0:
        return f" and {asked}" if least == 0 else f", and none is needed {asked}"
    if np.isfinite(enough):
        return f", {'and' if np.isfinite(least) else 'but'} {number(enough)} {asked}"
    best, at = reach.share.best()
    if not best:
        return ""
    told = "without any" if at == 0 else f"with {number(at)}"
    return f"; {part} of {question.futures:,} futures are out of reach, at best {percent(best)} meet it ({told})"


def _costs(question: Question, answer: Answer) -> str:
    """What that of the first row costs: its least in the base run, and what serves futures, over these."""
    if not question.search.costs:
        return ""
    outcome, costs, served = question.study.outcomes[question.search.costs[0]], answer.costs, float(answer.served[0])
    parts = []
    if np.isfinite(answer.base[0].least[0]):
        before, after = float(costs.before[0]), float(costs.least[0, 0])
        parts.append(f"goes from {number(before)} to {number(after, outcome.unit)} with it in the base run")
    if question.futures > 1 and np.isfinite(served):
        low, median, high = map(float, costs.served[:, 0, 0])
        before = float(costs.along[1, 0, 0, 0])
        parts.append(
            f"with {number(served)} from {number(before)} to {number(median, outcome.unit)} in the median of futures "
            f"(5 to 95 %: {number(low)} to {number(high)})"
        )
    if question.futures < 2 and parts:
        parts = [parts[0].removesuffix(" in the base run")]
    if len(parts) == 1 and parts[0].startswith("with"):
        parts = [f"goes {parts[0]}"]
    return f"{outcome_title(outcome)} {'; '.join(parts)}." if parts else ""


def notes_of(question: Question, answer: Answer, lines: Lines | None) -> list[str]:
    """What is known to weaken the numbers: failures, more that is not better, what lies between steps."""
    notes = [f"{answer.failed:,} of {answer.runs:,} runs failed and count as not meeting the target."] * (
        answer.failed > 0
    )
    notes += [_wavering(question, answer, lines), _missed(question, answer), _steps(question, answer, lines)]
    if question.search.sides and question.search.levers:
        names = ", ".join(f'"{lever.name}"' for lever in question.search.levers)
        notes.append(f"What only both can do moves as far as the side that does less: {names}.")
    return [note for note in notes if note]


def _wavering(question: Question, answer: Answer, lines: Lines | None) -> str:
    """Where more is not always better: in which futures the target is met and then missed, and perhaps met again."""
    for reaches, among in ((answer.futures, question.futures), (answer.base, 1)):
        ceases, again = _any([one.ceases for one in reaches]), _any([one.stretches > 1 for one in reaches])
        if not ceases.any():
            continue
        where = "in the base run" if among == 1 else share(int(ceases.sum()), among)
        head = f"More is not always enough: {where} the target is met"
        if (again == ceases).all():
            return f"{head}, missed and met again as intensity rises."
        after = f"; {share(int(again.sum()), among)} it is then met again" if again.any() else ""
        return f"{head} and then missed as intensity rises{after}."
    places = {
        "By another limit": any(one.ceases.any() for one in (*answer.base_limits, *answer.future_limits)),
        "For a side, given what the other does,": lines is not None and any(lines.ceases),
    }
    rest = " more is not always enough: the target is met and then missed as intensity rises."
    return next((f"{place}{rest}" for place, ceases in places.items() if ceases), "")


def _any(rows: list[Bools]) -> Bools:
    return np.asarray(np.logical_or.reduce(rows))


def _missed(question: Question, answer: Answer) -> str:
    """Where runs at what is told meet the target in fewer futures than was reckoned: it was missed between steps."""
    told = []
    for who, reach, at, met in zip(answer.asked, answer.futures, answer.served, answer.met, strict=True):
        if np.isfinite(at) and met < float(reach.share.at(np.array(at))) - 1e-9:
            told.append(f"{question.title(who)}: at {number(float(at))} only {percent(float(met))} of futures meet it.")
    head = "Between the intensities that were tried the target is missed in some futures. "
    return f"{head}{' '.join(told)}" if told else ""


def _steps(question: Question, answer: Answer, lines: Lines | None) -> str:
    """How far apart the intensities are that were tried, and that what lies between them may be missed."""
    base, futures = map(number, answer.gaps)
    where = f"in steps of {base}"
    if question.futures > 1:
        pairs = "" if lines is None else f" ({number(float(lines.grid[1]))} for each side given the other)"
        where += f" in the base run and {futures} in futures{pairs}"
    return (
        f"Intensities are tried {where}, then each crossing is halved: a target that is met, or missed, only on less "
        "than a step may go unseen."
    )
