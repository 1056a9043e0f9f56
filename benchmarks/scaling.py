"""How seconds grow with a model: python -m benchmarks.scaling [FILE …] [--sizes 100 300 …] [--arrays] [--profile].

Synthetic models (`synthetic`) or given files; for each the CPU-seconds of every stage from file to machine code, and of
running it. Between two sizes the exponent is shown: 1 is linear, and what grows faster than that by more than 0.2 is
told. PySD's own parser stands beside ours (--no-pysd leaves it out).

A sweep of few members is mostly Python around the kernel: inputs, labels, finding the compiled program. So the seconds
of as many members more stand beside it, which are the kernel's. These grow a little faster than a model while its
working memory (64 bytes a value that is stored) and the code of a step (about 35 bytes an equation) outgrow the caches
of the processor one after the other. Tried against it, none of them worth its price: longer or shorter parts, wider
groups, each part for several groups in turn, slots used again by later values.
"""

import argparse
import cProfile
import gc
import math
import os
import pstats
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from benchmarks.rounds import machine
from benchmarks.synthetic import equations, vensim
from sdmodel.engine import compiled as engine
from sdmodel.engine.native import compiled, host
from sdmodel.model.model import Auxiliary, Model, Stock
from sdmodel.printers.llvm import kernel, suitable_width
from sdmodel.printers.program import program
from sdmodel.read import read

SIZES = (100, 300, 1_000, 3_000, 10_000)
MEMBERS = 64
TURNS = 5
TOO_FAST = 0.002  # seconds below which an exponent means nothing
STEEP = 1.2
ALIKE = 0.2  # of the logarithm of sizes
Stages = dict[str, float]


class Clock:
    """Collects the CPU-seconds of named stages, the least of `turns`; with `profile` each is profiled, too."""

    def __init__(self, profile: bool) -> None:
        self.took: Stages = {}
        self.profile = cProfile.Profile() if profile else None

    def __call__(self, stage: str, work: Callable[[], Any], turns: int = 1) -> Any:
        is_ours = self.profile is not None and not stage.startswith("PySD")
        for _ in range(turns):
            result = None
            gc.collect()  # what earlier stages left behind is on nobody's clock
            begun = time.process_time()
            result = self.profile.runcall(work) if self.profile and is_ours else work()
            self.took[stage] = min(self.took.get(stage, math.inf), time.process_time() - begun)
        return result


@contextmanager
def empty_cache() -> Iterator[None]:
    """Nothing that was kept is found, and nothing is kept for later."""
    before = os.environ.get("SDMODEL_CACHE")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SDMODEL_CACHE"] = folder
        try:
            yield
        finally:
            if before is None:
                del os.environ["SDMODEL_CACHE"]
            else:
                os.environ["SDMODEL_CACHE"] = before


def stages(path: Path, pysd: bool, clock: Clock) -> tuple[Model, Stages]:
    """The model of a file, and CPU-seconds of each stage; compiled for all variables, run for its stocks."""
    if pysd and path.suffix == ".mdl":
        clock("PySD's parser", lambda: pysd_parsed(path))
    with empty_cache():
        model = clock("read", lambda: read(path))
        clock("read from cache", lambda: read(path), TURNS)
        everything = tuple(v.name for v in model.visible() if isinstance(v, Auxiliary | Stock))
        plan = clock("order", lambda: program(model, everything), 2)
        here = host()
        width, wide = suitable_width(plan), here.wide_permute
        text = clock("print", lambda: kernel(plan, width=width, wide_permute=wide), 2).text
        clock("LLVM", lambda: compiled(text))
        run(model, clock)
    clock.took["variables"] = len(model.variables)
    return model, clock.took


def run(model: Model, clock: Clock) -> None:
    """A sweep that keeps the stocks at the first time and the last, compiled beforehand; then twice as large a one."""
    stocks = [stock.name for stock in model.of(Stock) if not stock.hidden]
    times = {name: model.constants[name] for name in ("INITIAL TIME", "FINAL TIME")}
    name = next(name for name in model.constants if name not in times and "TIME" not in name and name != "SAVEPER")
    every = times["FINAL TIME"] - times["INITIAL TIME"]

    def swept(members: int) -> xr.Dataset:
        drawn = xr.Dataset({name: ("experiment", model.constants[name] * np.linspace(0.9, 1.1, members))})
        return engine.simulate(model, drawn, save=stocks, every=every, threads=1)

    swept(MEMBERS)
    clock(f"run {MEMBERS} members", lambda: swept(MEMBERS), TURNS)
    clock("twice", lambda: swept(2 * MEMBERS), TURNS)
    more = clock.took.pop("twice") - clock.took[f"run {MEMBERS} members"]
    clock.took[f"{MEMBERS} members more"] = max(0.0, more)  # of a tiny model less than the clock can tell


def pysd_parsed(path: Path) -> Any:
    """PySD's AbstractModel, by its own parser alone."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pysd.translators.vensim.vensim_file import VensimFile

        file = VensimFile(path)
        file.parse()
        return file.get_abstract_model()


def exponent(sizes: tuple[float, float], seconds: tuple[float, float]) -> float | None:
    """p of seconds ~ size^p between two models; None when it was too fast to tell, or they are alike in size."""
    growth = math.log(sizes[1] / sizes[0])
    if min(seconds) < TOO_FAST or abs(growth) < ALIKE:
        return None
    return math.log(seconds[1] / seconds[0]) / growth


def show(found: dict[str, Stages]) -> None:
    """One row a stage, one column a model; exponents of the number of variables between columns in brackets."""
    names = [stage for stage in next(iter(found.values())) if stage != "variables"]
    print(f"\n{'CPU-seconds':18}" + "".join(f"{name:>18}" for name in found))
    print(f"{'variables':18}" + "".join(f"{int(one['variables']):>18,}" for one in found.values()))
    steep = []
    for name in names:
        cells, columns = [], list(found.items())
        for place, (label, one) in enumerate(columns):
            seconds, power = one.get(name, math.nan), None
            if place:
                last = columns[place - 1][1]
                power = exponent((last["variables"], one["variables"]), (last.get(name, math.nan), seconds))
            cells.append(f"{seconds:.3f}" + (f" ({power:.2f})" if power is not None else ""))
            if power is not None and power > STEEP:
                steep.append(f"{name} up to {label}: {power:.2f}")
        print(f"{name:18}" + "".join(f"{cell:>18}" for cell in cells))
    print("steeper than linear: " + ("; ".join(steep) or "nothing"))


def hot_spots(profile: cProfile.Profile, most: int = 15) -> None:
    """The functions of sdmodel in which most CPU time was spent: by itself, and with all that they call."""
    rows = [
        (own, total, calls, f"{Path(file).parent.name}/{Path(file).name}:{line} {function}")
        for (file, line, function), (_, calls, own, total, _) in pstats.Stats(profile).stats.items()  # type: ignore[attr-defined]
    ]
    print(f"\n{'alone':>8}{'with calls':>12}{'calls':>12}")
    for own, total, calls, name in sorted(rows, reverse=True)[:most]:
        print(f"{own:8.2f}{total:12.2f}{calls:12,}  {name}")


def models(given: argparse.Namespace, folder: str) -> Iterator[tuple[str, Path]]:
    """Label and path of each model to measure."""
    for path in given.files:
        yield path.stem[:16], path
    for size in () if given.files and not given.sizes else given.sizes or SIZES:
        path = Path(folder) / f"synthetic_{size}.mdl"
        path.write_text(vensim(equations(size, arrays=given.arrays)), encoding="utf-8")
        yield f"{size:,} equations", path


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    words.add_argument("files", nargs="*", type=Path, help="model files instead of synthetic models")
    words.add_argument("--sizes", nargs="+", type=int, help=f"numbers of equations (default {SIZES})")
    words.add_argument("--arrays", action="store_true", help="synthetic models with subscripts and a macro")
    words.add_argument("--no-pysd", action="store_true", help="leave out PySD's parser")
    words.add_argument(
        "--profile", action="store_true", help="print where the time goes; the profile costs time itself"
    )
    given = words.parse_args()
    print("  ".join(f"{name} {value}" for name, value in machine().items()))
    found: dict[str, Stages] = {}
    with tempfile.TemporaryDirectory() as folder:
        first = Path(folder) / "first.mdl"
        first.write_text(vensim(equations(20)), encoding="utf-8")
        stages(first, not given.no_pysd, Clock(False))  # imports stand on nobody's clock
        for label, path in models(given, folder):
            clock = Clock(given.profile)
            _, found[label] = stages(path, not given.no_pysd, clock)
            print(f"{label} …", file=sys.stderr)
            if clock.profile:
                print(f"\n{label}")
                hot_spots(clock.profile)
    show(found)


if __name__ == "__main__":
    main()
