"""How long Sobol' indices of the flagship take: 20 inputs, 5 outcomes and 26 years, simulation and bootstrap included.

    python -m benchmarks.sobol [--n 4096] [--screen 20] [--second-order] [--json]

Two ways to have 20 inputs: the first 20 uncertainties, all else at the model's own numbers; and, of all 123, the 20
that Morris screening finds the largest, the others varying as one group more. The aim is 30 seconds on 2 cores.
"""

import argparse
import json
import os
import time
from pathlib import Path
from typing import Any

from sdmodel import pipeline
from sdmodel.pipeline.sensitivity.sobol import Ask, sobol

FLAGSHIP = Path(__file__).resolve().parents[1] / "models" / "technology_security_dilemma.toml"
AIM = 30.0
OUTCOMES = ("mean_loss", "crisis_probability_2045", "mean_suspicion_2045", "us_peak_loss", "capability_gap_2045")
TRAJECTORY = "crisis probability"


def measured(question: pipeline.Question, ask: Ask) -> dict[str, Any]:
    """Seconds of one analysis and what it found; the kernel has been compiled before."""
    begin = time.perf_counter()
    finding = sobol(question, ask)
    seconds = time.perf_counter() - begin
    table = finding.table
    return {
        "runs": int(table.attrs["runs"]),
        "inputs": table.sizes["input"],
        "years": table.sizes["time"],
        "seconds": round(seconds, 2),
        "widest interval": round(float(table.attrs["widest"]), 4),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=4096, help="blocks, a power of two")
    parser.add_argument("--screen", type=int, default=20, help="inputs that are told one by one")
    parser.add_argument("--second-order", action="store_true", help="pairs of inputs, too")
    parser.add_argument("--json", action="store_true", help="print JSON")
    asked = parser.parse_args()
    question = pipeline.load(FLAGSHIP)
    first = tuple(list(question.study.uncertainties)[: asked.screen])
    common: dict[str, Any] = {"n": asked.n, "outcomes": OUTCOMES, "trajectories": (TRAJECTORY,)}
    sobol(question, Ask(**{**common, "n": 8}, only=first[:1]))
    found = {
        f"{asked.screen} inputs alone": measured(question, Ask(**common, only=first, second_order=asked.second_order)),
        f"screened from {len(question.study.uncertainties)}": measured(
            question, Ask(**common, screen=asked.screen, second_order=asked.second_order)
        ),
    }
    if asked.json:
        print(json.dumps({"cores": os.cpu_count(), "aim": AIM, "found": found}, indent=2))
        return
    for name, one in found.items():
        print(f"{name}: " + ", ".join(f"{key} {value:,}" for key, value in one.items()))
    print(f"{os.cpu_count()} cores; the aim is {AIM:g} s.")


if __name__ == "__main__":
    main()
