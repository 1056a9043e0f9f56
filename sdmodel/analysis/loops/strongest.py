"""Link scores over time → the feedback loops that are strong at some time, where there are too many to list them all.

From each stock the search follows the strongest links first, and gives up a way where it reaches a variable with less
than the best score with which that was reached before (Eberlein and Schoenberg 2020, "Finding the Loops that Matter",
arXiv 2006.08425, appendix I). The best scores are forgotten from one stock to the next, so that more loops are found.
It is a heuristic: a loop that is strong as a whole and weak on the way may be missed.
"""

from collections.abc import Collection, Iterator, Mapping

import numpy as np

from sdmodel.model.cycles import Path, same_loop
from sdmodel.model.link_scores import Link

_MOST_STEPS = 20_000  # links followed from one stock at one time
Ways = Mapping[str, list[tuple[str, float]]]


def strongest(scores: Mapping[Link, np.ndarray], stocks: Collection[str]) -> dict[Path, None]:
    """Loops through one of `stocks`, each once, begun as `same_loop` has it.

    `scores` has the scores of all links [moment]: times of one run, or of several.
    """
    links, sizes = list(scores), np.abs(np.stack(list(scores.values()))) if scores else np.zeros((0, 0))
    found: dict[Path, None] = {}
    for moment in sizes.T:
        ways: dict[str, list[tuple[str, float]]] = {}
        for place in np.argsort(-moment, kind="stable"):
            if moment[place] > 0:
                cause, effect = links[place]
                ways.setdefault(cause, []).append((effect, float(moment[place])))
        for stock in stocks:
            found |= dict.fromkeys(map(same_loop, _from(stock, ways)))
    return found


def _from(home: str, ways: Ways) -> Iterator[Path]:
    """The loops through `home` that the search comes upon."""
    best, on_path, path = {home: 1.0}, {home}, [home]
    pending = [iter(ways.get(home, ()))]
    reached = [1.0]
    for _ in range(_MOST_STEPS):
        if not pending:
            return
        step = next(pending[-1], None)
        if step is None:
            pending.pop()
            reached.pop()
            on_path.discard(path.pop())
            continue
        name, score = step[0], reached[-1] * step[1]
        if name == home:
            yield tuple(path)
        elif name not in on_path and score >= best.get(name, 0.0):
            best[name] = score
            on_path.add(name)
            path.append(name)
            reached.append(score)
            pending.append(iter(ways.get(name, ())))
