"""Text of an XML file whose tags do not match, or with a bare `&` → the text with both put right.

Some tools write such files, and PySD reads them, because its parser guesses. The guesses here are few: an end tag
closes what is still open inside its element; where no such element is open, its name is a slip, and it closes the
innermost one. A file that ends too early is not mended.
"""

import html
import re

_LARGEST = 16 * 2**20
_MOST_MARKS = 500_000
# an attribute's value holds no "<", so no text makes these look further than the next tag
_TAG = re.compile(r"""<(/?)([^\s<>/!?"'=]++)((?:[^<>"'/]++|"[^"<]*+"|'[^'<]*+'|/(?!>))*+)(/?)>""")
_AMPERSAND = re.compile(r"&(?:(#?\w{1,12});)?")
_ENTITIES = ("amp", "lt", "gt", "quot", "apos")
_WHOLE = {"<!--": "-->", "<![CDATA[": "]]>", "<?": "?>"}


def mended(text: str) -> str | None:
    """`text` with its tags balanced and its ampersands escaped; None where that cannot be told."""
    if len(text) > _LARGEST or text.count("<") > _MOST_MARKS or text.count("&") > _MOST_MARKS:
        return None
    pieces: list[str] = []
    names: list[str] = []
    end = 0
    while (start := text.find("<", end)) >= 0:
        pieces.append(_AMPERSAND.sub(_escaped, text[end:start]))
        whole = next((close for begin, close in _WHOLE.items() if text.startswith(begin, start)), None)
        if whole:
            end = text.find(whole, start) + len(whole)
            if end < start + len(whole):
                return None
            pieces.append(text[start:end])
            continue
        tag = _TAG.match(text, start)
        if tag is None:
            return None
        end = tag.end()
        pieces.append(_balanced(tag, names))
    pieces.append(text[end:])
    return None if names else "".join(pieces)


def _balanced(tag: re.Match[str], names: list[str]) -> str:
    """The tag, or the end tags that it stands for; `names` are the elements that are open, changed on the way."""
    closing, name, attributes, alone = tag.groups()
    if not closing:
        if not alone:
            names.append(name)
        return f"<{name}{_AMPERSAND.sub(_escaped, attributes)}{alone}>"
    if not names:
        return ""
    depth = names[::-1].index(name) + 1 if name in names else 1
    closed = [names.pop() for _ in range(depth)]
    return "".join(f"</{one}>" for one in closed)


def _escaped(found: re.Match[str]) -> str:
    """An ampersand that begins no entity of XML, written as one that does."""
    name = found.group(1)
    if name is None:
        return "&amp;"
    if name in _ENTITIES or name.startswith("#"):
        return found.group()
    known = html.unescape(found.group())
    return html.escape(known) if known != found.group() else f"&amp;{name};"
