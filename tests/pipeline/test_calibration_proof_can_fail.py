"""The proof by simulation-based calibration says no to posteriors that are too narrow, too wide or beside the truth."""

from types import SimpleNamespace

import numpy as np
import pytest
from test_pipeline_posterior import assert_calibrated


def samples(width: float, shift: float, data_sets: int = 60) -> tuple[list[SimpleNamespace], list[tuple[float]]]:
    """Textbook: truth ~ N(0, 1), one observation with error 1, posterior N(y / 2, 1 / 2), made wrong by two numbers."""
    rng, made, truths = np.random.default_rng(3), [], []
    for _ in range(data_sets):
        truth = rng.normal()
        draws = (truth + rng.normal()) / 2 + shift + width * np.sqrt(0.5) * rng.normal(size=(200, 6, 1))
        made.append(SimpleNamespace(values=draws, flat=draws.reshape(-1, 1)))
        truths.append((truth,))
    return made, truths


def test_the_right_posterior_passes() -> None:
    assert_calibrated(*samples(1.0, 0.0))


@pytest.mark.parametrize(("width", "shift"), [(0.6, 0.0), (1.6, 0.0), (1.0, 0.5), (1.0, -0.5)])
def test_a_wrong_posterior_does_not(width: float, shift: float) -> None:
    with pytest.raises(AssertionError):
        assert_calibrated(*samples(width, shift))
