"""Inputs of futures → who is where by rising value of each input, and counts of those still inside that stay cheap.

A peel asks, for each input, how many of the futures still inside, and how many failures among them, come before a rank.
A future leaves one time only. So what is inside is one bit at its rank in every input, and a question looks up the sum
of all words before and counts bits in one: a path costs inputs times futures, not that times its steps.
"""

from dataclasses import dataclass

import numpy as np

_SHIFT, _BITS = 5, 32
_VALUES = 2.0 ** np.arange(_BITS)  # so that sums of bits of a word are exact in floating point, as `bincount` adds
_AT_A_TIME = 50_000  # values that are ordered in one go
_PARTS = 2.0**32 - 2  # of a range
_FEW = 20_000  # numbers that the upper 16 bits of their place in the range nearly order


@dataclass(frozen=True)
class Ranked:
    """All futures by rising value of each input; equal values in any order among themselves.

    `order` (input, rank) has the future at each rank; `bit` (input, future) where the bit of a future stands among
    those of all inputs; `start` and `stop` (input, rank) where futures of the same value begin, and where they have
    ended. Each input has `words` words, with at least one bit more than there are futures.
    """

    order: np.ndarray
    bit: np.ndarray
    start: np.ndarray
    stop: np.ndarray
    words: int


def ranked(columns: np.ndarray) -> Ranked:
    """The order of `columns` (input, future), which is the same for all that is asked of them."""
    inputs, futures = columns.shape
    words = (futures >> _SHIFT) + 1
    order, bit, start, stop = (np.empty((inputs, futures), dtype=np.int32) for _ in range(4))
    if inputs * words * _BITS >= 2**31:
        bit = bit.astype(np.int64)
    ranks = np.arange(futures, dtype=np.int32)
    first = np.arange(inputs, dtype=bit.dtype) * (words * _BITS)
    rows = max(1, _AT_A_TIME // max(1, futures))
    for part in (slice(at, at + rows) for at in range(0, inputs, rows)):
        order[part], rising = _risen(columns[part])
        np.put_along_axis(bit[part], order[part], first[part, None] + ranks, axis=1)
        start[part], stop[part] = _groups(rising, ranks)
    return Ranked(order, bit, start, stop, words)


def _risen(columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which futures have the values of each input in rising order, and these values; both (input, rank).

    Sorted by radix after their place in the range of the values, which leaves little to do: most inputs fill theirs.
    """
    least = columns.min(axis=1, keepdims=True)
    with np.errstate(over="ignore", invalid="ignore"):
        span = columns.max(axis=1, keepdims=True) - least
    if not np.isfinite(span).all():
        by_value = np.argsort(columns, axis=1, kind="stable")
        return by_value, np.take_along_axis(columns, by_value, axis=1)
    parts = ((columns - least) / np.where(span > 0, span, 1.0) * _PARTS).astype(np.uint32)
    high = (parts >> np.uint32(16)).astype(np.uint16)
    if columns.shape[1] < _FEW:
        by_value = np.argsort(high, axis=1, kind="stable")
    else:
        by_value = np.argsort(parts.astype(np.uint16), axis=1, kind="stable")
        again = np.argsort(np.take_along_axis(high, by_value, axis=1), axis=1, kind="stable")
        by_value = np.take_along_axis(by_value, again, axis=1)
    rising = np.take_along_axis(columns, by_value, axis=1)
    for row in np.flatnonzero((rising[:, 1:] < rising[:, :-1]).any(axis=1)):
        again = np.argsort(rising[row], kind="stable")
        by_value[row], rising[row] = by_value[row, again], rising[row, again]
    return by_value, rising


def _groups(rising: np.ndarray, ranks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the group of equal values begins, and where it has ended; both (input, rank), as `rising`."""
    start, stop = np.tile(ranks, (len(rising), 1)), np.tile(ranks + 1, (len(rising), 1))
    new = rising[:, 1:] != rising[:, :-1]
    for row in np.flatnonzero(~new.all(axis=1)):
        bounds = np.concatenate(([0], np.flatnonzero(new[row]) + 1, [len(ranks)])).astype(np.int32)
        lengths = bounds[1:] - bounds[:-1]
        start[row], stop[row] = np.repeat(bounds[:-1], lengths), np.repeat(bounds[1:], lengths)
    return start, stop


class Inside:
    """Futures inside, one bit each in the order of every input, with sums of them and of the failures among them.

    `drop` takes futures out for good, in place.
    """

    def __init__(self, of: Ranked, fails: np.ndarray) -> None:
        """All futures; `fails` bool (future,)."""
        inputs, futures = of.order.shape
        bits = np.zeros((2, inputs, of.words * _BITS), dtype=bool)
        bits[0, :, :futures] = True
        bits[1, :, :futures] = fails[of.order]
        self._words, self._failing = np.packbits(bits, axis=2, bitorder="little").view("<u4").reshape(2, -1)
        self._first = np.arange(inputs) * of.words
        self._of_input = of.words
        self._count()

    def _count(self) -> None:
        """Sums before each word of all inputs in a row, and in all; of what is inside, and of failures."""
        self._before, self._before_failing = (_sums(one) for one in (self._words, self._words & self._failing))
        self._base, self._base_failing = self._before[self._first], self._before_failing[self._first]

    def drop(self, bits: np.ndarray) -> None:
        """Takes out futures, all of which are there."""
        flat = bits.reshape(-1)
        gone = np.bincount(flat >> _SHIFT, weights=_VALUES[flat & (_BITS - 1)], minlength=len(self._words))
        self._words -= gone.astype(np.uint32)
        self._count()

    def ranks(self, row: int) -> np.ndarray:
        """The ranks of those inside by one input, rising."""
        return np.flatnonzero(_unpacked(self._words[row * self._of_input : (row + 1) * self._of_input]))

    def rank(self, numbers: np.ndarray) -> np.ndarray:
        """(side, input): the rank of the future inside before which `numbers` (side,) others are; it must be there."""
        wanted = self._base + numbers[:, None]
        word = np.searchsorted(self._before[1:], wanted, side="right")
        left = (wanted - self._before[word]).reshape(-1, 1)
        inner = _unpacked(self._words[word]).reshape(-1, _BITS)
        within = (np.cumsum(inner, axis=1, dtype=np.int32) <= left).sum(axis=1)
        return np.asarray((word - self._first) * _BITS + within.reshape(word.shape))

    def outermost(self) -> np.ndarray:
        """(side, input): the rank of the first failure inside, and of what is after the last; there must be one."""
        failing = (self._words & self._failing).reshape(-1, self._of_input)
        any_in = failing != 0
        word = np.stack([any_in.argmax(axis=1), self._of_input - 1 - any_in[:, ::-1].argmax(axis=1)])
        bits = _unpacked(failing[np.arange(len(failing)), word]).reshape(*word.shape, _BITS)
        within = np.stack([bits[0].argmax(axis=1), _BITS - bits[1, :, ::-1].argmax(axis=1)])
        return np.asarray(word * _BITS + within)

    def below(self, ranks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(side, input) twice: how many futures inside, and failures among them, come before these ranks."""
        word, rest = self._first + (ranks >> _SHIFT), (ranks & (_BITS - 1)).astype(np.uint32)
        inner = self._words[word] & ((np.uint32(1) << rest) - np.uint32(1))
        failing = inner & self._failing[word]
        return (
            self._before[word] - self._base + np.bitwise_count(inner),
            self._before_failing[word] - self._base_failing + np.bitwise_count(failing),
        )


def _sums(words: np.ndarray) -> np.ndarray:
    """How many bits are set before each word, and in all."""
    sums = np.zeros(len(words) + 1, dtype=np.int64)
    np.cumsum(np.bitwise_count(words), out=sums[1:])
    return sums


def _unpacked(words: np.ndarray) -> np.ndarray:
    """The bits of words, the lowest first, in one row."""
    return np.unpackbits(words.reshape(-1).view(np.uint8), bitorder="little")
