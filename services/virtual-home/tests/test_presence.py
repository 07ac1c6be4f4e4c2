"""Which devices are up, and when."""

import numpy as np

from virtual_home.presence import COMES_AND_GOES, GONE_FOR_GOOD, present

NOW = 1_790_000_000.0
MINUTES = NOW + 60 * np.arange(30 * 1440)


def up_minutes(device: str, seed: int = 1) -> np.ndarray:
    return present(device, MINUTES, seed=seed, gone_since_unix_seconds=NOW + 86_400)


def test_most_plugs_always_answer() -> None:
    """Silence must stand out."""
    assert up_minutes("fridge").all()


def test_one_plug_is_gone_for_good() -> None:
    """It has a past, and never comes back."""
    assert up_minutes(GONE_FOR_GOOD)[:1440].all()
    assert not up_minutes(GONE_FOR_GOOD)[1440:].any()


def test_one_plug_comes_and_goes() -> None:
    """Eight silences a day of 25 to 50 minutes, all longer than the gap limit."""
    up = up_minutes(COMES_AND_GOES).astype(int)
    starts, ends = np.flatnonzero(np.diff(up) == -1), np.flatnonzero(np.diff(up) == 1)
    paired = min(len(starts), len(ends))
    lengths = np.abs(ends[-paired:] - starts[-paired:])
    assert 238 <= len(starts) <= 242
    assert lengths.min() >= 24
    assert lengths.max() <= 100
    assert 0.7 < up.mean() < 0.85


def test_its_schedule_is_the_seeds() -> None:
    """And the same for one instant alone."""
    up = up_minutes(COMES_AND_GOES)
    assert not np.array_equal(up, up_minutes(COMES_AND_GOES, seed=2))
    alone = [
        present(COMES_AND_GOES, at, seed=1, gone_since_unix_seconds=0.0)[0] for at in MINUTES[:600]
    ]
    assert alone == up[:600].tolist()
