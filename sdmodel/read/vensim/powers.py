"""`-2^2` → `-(2+0)^2`: PySD makes one literal of a minus and its number, and so takes -2^2 for (-2)^2.

Vensim, and PySD itself where a variable stands for the number, read -(2^2).
"""

import re

_NUMBER = r"(?:\d++\.?\d*+|\.\d++)(?:[eE][-+]?\d++)?"
_MINUS_POWER = re.compile(rf'"(?:\\"|[^"])*+"|(?:^|(?<=[-+*/^=<>:(,]))\s*+-\s*+({_NUMBER})(\s*+\^)')


def minus_before_power(equation: str) -> str:
    """`equation` in which no literal has both a minus and a power; quoted names are left alone."""
    return _MINUS_POWER.sub(lambda found: found[0] if found[1] is None else f"-({found[1]}+0){found[2]}", equation)
