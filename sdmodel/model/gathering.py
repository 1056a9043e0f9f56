"""Work that makes many lasting objects → the same without the collector of cyclic garbage looking at all of them."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def gathering() -> Iterator[None]:
    """Nothing is collected meanwhile: expressions hold no cycles, and are all still wanted.

    Otherwise each time that some have been made all are looked at, and time grows faster than a model.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
