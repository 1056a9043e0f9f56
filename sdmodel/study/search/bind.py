"""What a study says of targets, searches and moves, and a Model → the same in the model's own names, checked."""

from collections.abc import Mapping
from dataclasses import replace

from sdmodel.model.model import Model
from sdmodel.model.names import key
from sdmodel.study.checks.bind import BoundSettings
from sdmodel.study.places import Location, Problem
from sdmodel.study.search.spec import Lever, Move, Options, Search, Searches, Timing, Waiting
from sdmodel.study.spec import Study
from sdmodel.study.terms import Schedule, Setting
from sdmodel.study.within import Horizon


def bound_searches(
    study: Study, model: Model, horizon: Horizon, problems: list[Problem], settings: BoundSettings
) -> Searches:
    """The searches of `study`, bound; what does not fit is added to `problems`."""
    binder = _Binder(study, model, horizon, problems, settings)
    asked = study.searches
    return replace(
        asked,
        search={name: binder.search(one) for name, one in asked.search.items()},
        timing={name: binder.timing(one) for name, one in asked.timing.items()},
        waiting={name: binder.waiting(one) for name, one in asked.waiting.items()},
    )


class _Binder:
    """Binds one table after the other."""

    def __init__(
        self, study: Study, model: Model, horizon: Horizon, problems: list[Problem], settings: BoundSettings
    ) -> None:
        self.study, self.model, self.horizon = study, model, horizon
        self.problems, self.settings = problems, settings

    def search(self, search: Search) -> Search:
        place = ("search", search.name)
        ramps = search.begin is not None
        sides = tuple(
            replace(side, levers=self.levers(side.levers, (*place, "sides", side.name, "levers"), ramps))
            for side in search.sides
        )
        bound = replace(search, sides=sides, levers=self.levers(search.levers, (*place, "levers"), ramps))
        if search.begin is not None and (words := self.horizon.outside(search.begin)):
            self.problems.append(((*place, "from"), f"{search.begin:g}: {words}"))
        for scenario in search.scenarios:
            self.still(bound.every_lever, scenario, place)
        return bound

    def timing(self, timing: Timing) -> Timing:
        place = ("timing", timing.name)
        for year in timing.starts:
            if words := self.horizon.outside(year):
                self.problems.append(((*place, "starts"), f"{year:g}: {words}"))
        first, second = (self.move(move, timing, (*place, "moves", move.name)) for move in timing.moves)
        self.still((*first.levers, *second.levers), timing.scenario, place)
        return replace(timing, moves=(first, second))

    def waiting(self, waiting: Waiting) -> Waiting:
        place = ("waiting", waiting.name)
        size, patience = (
            Options(self.constant(one.name, one.values, (*place, word)), one.values)
            for word, one in (("size", waiting.size), ("patience", waiting.patience))
        )
        self.still((Lever(size.name, 0.0), Lever(patience.name, 0.0)), waiting.scenario, place)
        return replace(waiting, size=size, patience=patience)

    def move(self, move: Move, timing: Timing, place: Location) -> Move:
        start = self.constant(move.start, timing.starts, (*place, "start"))
        duration = self.constant(move.duration, timing.durations or (), (*place, "duration"))
        return replace(move, start=start, duration=duration, levers=self.levers(move.levers, (*place, "levers"), True))

    def constant(self, name: str, values: tuple[float, ...], place: Location) -> str:
        """The model's spelling of a constant that is to take `values`."""
        found = name
        for value in values if name else ():
            bound = self.settings(self.model, {name: value}, place, self.horizon, self.problems)
            found = next(iter(bound), name)
            if not bound:
                break
        return found

    def levers(self, levers: tuple[Lever, ...], place: Location, ramps: bool) -> tuple[Lever, ...]:
        """Levers in the model's own names; both ends must be values that can be set, over time if it `ramps`."""
        found = []
        for lever in levers:
            ends = [end for end in (lever.near, lever.far) if end is not None]
            name = lever.name
            for end in ends:
                setting: Setting = Schedule(table=((0.0, end), (1.0, end))) if ramps else end
                bound = self.settings(self.model, {lever.name: setting}, place, self.horizon, self.problems)
                if not bound:
                    break
                name = next(iter(bound))
            found.append(replace(lever, name=name))
        return tuple(found)

    def still(self, levers: tuple[Lever, ...], scenario: str, place: Location) -> None:
        """A lever that follows a course in time in the scenario cannot be moved by one number."""
        if scenario not in self.study.scenarios:
            return
        by_key: Mapping[str, Setting] = {
            key(name): one for name, one in self.study.scenarios[scenario].settings.items()
        }
        self.problems.extend(
            (place, f'in scenario "{scenario}" the lever "{lever.name}" follows a course in time: name another one.')
            for lever in levers
            if isinstance(by_key.get(key(lever.name)), Schedule)
        )
