"""Words such as "name=value" and "name=1,2,3" on the command line → settings."""

from collections.abc import Iterable

from sdmodel.errors import ExperimentError


def settings_of_words(words: Iterable[str], option: str = "--set") -> dict[str, float]:
    """Each "name=value" as an entry.

    Raises:
        ExperimentError: one is no name with a number, or comes twice.
    """
    settings: dict[str, float] = {}
    for word in words:
        name, values = values_of_word(word, option)
        if len(values) > 1:
            raise ExperimentError(f'{option} "{word}": give one number.')
        if name in settings:
            raise ExperimentError(f'{option} "{word}": "{name}" is set twice.')
        settings[name] = values[0]
    return settings


def values_of_word(word: str, option: str) -> tuple[str, list[float]]:
    """The name and the numbers of "name=1,2,3".

    Raises:
        ExperimentError: it is no name with numbers.
    """
    name, equals, numbers = word.rpartition("=")
    try:
        values = [float(number) for number in numbers.split(",")]
    except ValueError:
        equals, values = "", []
    if not equals or not name.strip():
        raise ExperimentError(f'{option} "{word}": write it as "name=value" with a number, such as "TIME STEP=0.125".')
    return name.strip(), values
