"""The energy of devices between instants: what the ledger knows and pricing multiplies."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

type Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Energy:
    """Arrays of shape (devices, intervals), an interval lying between two neighbouring edges.

    Attributes:
        measured_uwh: Micro-watt-hours (10^9 to the kWh) between good samples.
        estimated_uwh: Micro-watt-hours spread over a silence whose counter survived.
        measured_ms: Milliseconds known from good samples.
        estimated_ms: Milliseconds known from the counter only.
        missing_ms: Milliseconds of which nothing is known.
    """

    measured_uwh: Integers
    estimated_uwh: Integers
    measured_ms: Integers
    estimated_ms: Integers
    missing_ms: Integers
