"""PySD's grammars of Vensim equations → the same grammars with some rules replaced: faster, and a little wider.

PySD makes a node of each character of a name and several of each number of a list. Here one regular expression reads a
whole name or list: parsing is six times as fast, and what comes out is the same. Wider are: keywords in any case, names
with any character beyond ASCII, variables with an empty equation (data), lookups in Vensim's old way (x, x, y, y).
"""

from functools import cache
from typing import Any

from pysd.translators.vensim.vensim_structures import parsing_ops
from pysd.translators.vensim.vensim_utils import Grammar as Given
from pysd.translators.vensim.vensim_utils import parsimonious

_BLANK = r"[\s\\]*+"
_NUMBER = rf"[+-]?{_BLANK}(?:\d++\.?\d*+|\.\d++)(?:[eE][+-]?\d++)?"
_POINT = rf"\({_BLANK}{_NUMBER}{_BLANK},{_BLANK}{_NUMBER}{_BLANK}\)"
_NAMES = {
    "basic_id": r"""~r"(?:\w|[^\x00-\x7f\s])(?:[\w'$\s]|[^\x00-\x7f])*+"U""",
    "escape_group": r'''~r"\"(?:\\\"|[^\"])*+\""''',
    "string": r'''"'" ~r"[^']*+" "'"''',
    "raw_number": f'~r"{_NUMBER}"',
}
_POINTS = {"points": rf'~r"(?:{_BLANK}{_POINT}{_BLANK},?{_BLANK})++"', "limits": r'_ "[" ~r"[^\]]*+" "]" _ ","? _'}
_OF_DEFINITIONS = {
    "constraint_definition": 'name _ subscript_component? _ ~r":THE CONDITION:"I _ expression',
    "test_inputs_definition": 'name _ subscript_component? _ ~r":TEST INPUT:"I _ expression',
    "subscript_list_except": '~r":EXCEPT:"I _ subscript_except_group (_ "," _ subscript_except_group)*',
    "keyword": r'~r":\s*+(?:INTERPOLATE|RAW|HOLD[\s_]++BACKWARD|LOOK[\s_]++FORWARD)\s*+:"I',
    "empty_data_definition": 'name _ subscript_component? _ keyword? _ !~r"."',
}
_OF_EXPRESSIONS = {
    "expr": r'lookup_with_def / call / parens / (number !~r"\w"U) / reference / nan',
    "lookup_with_def": r'~r"WITH[\s_]++LOOKUP"I _ "(" _ final_expr _ "," _ "(" _ limits? points ")" _ ")"',
    "tabbed_array_call": r'~r"TABBED[\s_]++ARRAY"I _ "(" _ array_tabbed ")"',
    "array_tabbed": rf'~r"(?:{_NUMBER}{_BLANK})++"',
    "array": rf'~r"{_NUMBER}(?:{_BLANK}[,;]{_BLANK}{_NUMBER})*+{_BLANK}[,;]?{_BLANK}(?!.)"',
    "nan": '~r":NA:"I',
}
_OF_LOOKUPS = {
    "regularLookup": "limits? (points / halves)",
    "halves": rf'~r"{_BLANK}{_NUMBER}(?:{_BLANK},{_BLANK}{_NUMBER})++{_BLANK}"',
}


@cache
def definitions() -> Any:
    """Both sides of an equation, a subscript range, a lookup, a data variable or a reality check."""
    return _grammar("element_object", _NAMES | _OF_DEFINITIONS)


@cache
def expressions() -> Any:
    """The right-hand side of an equation."""
    return _grammar("components", _NAMES | _POINTS | _OF_EXPRESSIONS)


@cache
def lookups() -> Any:
    """The points of a lookup, or the file that has them."""
    return _grammar("lookups", _NAMES | _POINTS | _OF_LOOKUPS)


def _grammar(name: str, rules: dict[str, str]) -> Any:
    """PySD's grammar of that name; a rule that comes later in the text replaces one of the same name."""
    given = Given._read_grammar(name) % parsing_ops
    return parsimonious.Grammar(given + "\n\n" + "\n".join(f"{rule} = {told}" for rule, told in rules.items()) + "\n")
