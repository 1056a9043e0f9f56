"""Names as people type them → the model's own names: case, spaces, underscores and quotes do not matter."""

import difflib
import re
from collections.abc import Iterable
from functools import lru_cache


@lru_cache(maxsize=100_000)
def key(name: str) -> str:
    """The form in which two spellings of a name are equal: `US_Suspicion`, `"us suspicion"`; `x[a, b]`, `x[a,b]`."""
    bare = name.strip()
    if len(bare) >= 2 and bare[0] == bare[-1] == '"':
        bare = bare[1:-1]
    spaced = re.sub(r"[\s_]+", " ", bare.replace("\\n", " ")).strip().casefold()
    return re.sub(r" ?([\[,\]]) ?", r"\1", spaced) if spaced.endswith("]") else spaced


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    """` Did you mean "x"?` for the nearest candidate, or an empty string when none is near."""
    by_key = {key(candidate): candidate for candidate in candidates}
    near = difflib.get_close_matches(key(name), by_key, n=1, cutoff=0.6)
    return f' Did you mean "{by_key[near[0]]}"?' if near else ""
