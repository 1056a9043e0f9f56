"""Names of variables as paths."""

from hypothesis import given
from hypothesis import strategies as st

from sdmodel.runs.escape import LONGEST, stored


def test_plain_names_stay_as_they_are():
    assert stored("US suspicion") == "US suspicion"
    assert stored("größe") == "größe"


def test_what_a_path_cannot_hold_is_written_in_hex():
    assert stored("person/year") == "person~2fyear"
    assert stored("..") == "~2e~2e"
    assert stored("__x") == "~5f_x"
    assert stored("") == "~"


@given(st.lists(st.text(alphabet=st.characters(codec="utf-8"), max_size=200), unique=True, max_size=6))
def test_stored_names_are_short_safe_and_differ_when_the_names_differ(names):
    """Also for names that look like stored ones."""
    names = list(dict.fromkeys([*names, *map(stored, names)]))
    written = {stored(name) for name in names}
    assert len(written) == len(names)
    for name in written:
        assert 0 < len(name.encode()) <= LONGEST
        assert not set('/\\.:*?"<>|') & set(name)
        assert not name.startswith(("__", " "))
        assert not name.endswith(" ")
