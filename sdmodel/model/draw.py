"""Seed, experiment, stream, step → a random number in (0, 1), always the same: no state, so no order of drawing.

The bits are those of Threefry-2x32 with 20 rounds: Salmon, Moraes, Dror and Shaw (2011), Parallel random numbers: as
easy as 1, 2, 3, SC'11, section 4.2. A run has the same numbers alone, in a chunk, on any thread or machine. This is
the plain form; printers give the same bits.
"""

import hashlib

_ROUNDS = 20
ROTATIONS = (13, 15, 26, 6, 17, 29, 16, 24)  # of Threefry-2x32, one a round, from the start again after eight
PARITY = 0x1BD11BDA
_WORD = 0xFFFFFFFF
HIGHEST = 1 - 2.0**-53  # the largest number below 1


def threefry(key: tuple[int, int], counter: tuple[int, int]) -> tuple[int, int]:
    """The two random words that belong to two words of key and two of counter, all below 2^32."""
    keys = (*key, key[0] ^ key[1] ^ PARITY)
    a, b = (counter[0] + keys[0]) & _WORD, (counter[1] + keys[1]) & _WORD
    for number in range(_ROUNDS):
        turn = ROTATIONS[number % 8]
        a = (a + b) & _WORD
        b = ((b << turn | b >> (32 - turn)) & _WORD) ^ a
        if number % 4 == 3:
            injection = number // 4 + 1
            a = (a + keys[injection % 3]) & _WORD
            b = (b + keys[(injection + 1) % 3] + injection) & _WORD
    return a, b


def uniform(seed: int, experiment: int, stream: int, step: int) -> float:
    """A random number in (0, 1), both ends excluded: 53 random bits and a half, at most the largest number below 1.

    `seed` counts modulo 2^64, the others modulo 2^32.
    """
    key = (seed & _WORD, experiment & _WORD)
    a, b = threefry(key, ((stream ^ seed >> 32) & _WORD, step & _WORD))
    return min(((a >> 5) * 2**26 + (b >> 6) + 0.5) / 2**53, HIGHEST)


def stream_of(text: str) -> int:
    """The number of a stream, from whatever names it (a variable's key and the place of the draw in its equation)."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
