"""Which components real models have, from recorded answers and the vendor's pages."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model in one profile.

    Attributes:
        app: What `/shelly` calls it.
        code: The order number.
        prefix: What its id begins with.
        meters: The components that measure.
        others: Components without a meter, such as a contactor.
        counts_returned: `ret_aenergy` is there.
    """

    app: str
    code: str
    generation: Literal[1, 2, 3, 4]
    prefix: str
    meters: tuple[str, ...] = ("switch:0",)
    others: tuple[str, ...] = ()
    profile: str = ""
    counts_returned: bool = True
    volts: float = 101.3


MODELS: dict[str, Model] = {
    "Plug US": Model(
        app="PlugUS",
        code="SNPL-00116US",
        generation=2,
        prefix="shellyplugus",
        counts_returned=False,
    ),
    "Plug US Gen4": Model(
        app="PlugUSG4", code="S4PL-00116US", generation=4, prefix="shellyplugusg4"
    ),
    "2PM Gen3 switch": Model(
        app="S2PMG3",
        code="S3SW-002P16EU",
        generation=3,
        prefix="shelly2pmg3",
        meters=("switch:0", "switch:1"),
        profile="switch",
    ),
    "2PM Gen3 cover": Model(
        app="S2PMG3",
        code="S3SW-002P16EU",
        generation=3,
        prefix="shelly2pmg3",
        meters=("cover:0",),
        profile="cover",
    ),
    "Power Strip Gen4": Model(
        app="PowerStrip",
        code="S4PL-00416EU",
        generation=4,
        prefix="shellypstripg4",
        meters=("switch:0", "switch:1", "switch:2", "switch:3"),
        volts=230.0,
    ),
    "Plug PM Gen3": Model(
        app="PlugPMG3",
        code="S3PL-30116EU",
        generation=3,
        prefix="shellyplugpmg3",
        meters=("pm1:0",),
        volts=230.0,
    ),
    "EM Gen3": Model(
        app="EMG3",
        code="S3EM-002CXCEU",
        generation=3,
        prefix="shellyemg3",
        meters=("em1:0", "em1:1"),
        others=("switch:0",),
    ),
    "Pro 3EM triphase": Model(
        app="Pro3EM",
        code="SPEM-003CEBEU",
        generation=2,
        prefix="shellypro3em",
        meters=("em:0",),
        profile="triphase",
    ),
    "Pro 3EM monophase": Model(
        app="Pro3EM",
        code="SPEM-003CEBEU",
        generation=2,
        prefix="shellypro3em",
        meters=("em1:0", "em1:1", "em1:2"),
        profile="monophase",
    ),
    "Plug S": Model(app="", code="SHPLG-S", generation=1, prefix="shellyplug-s", volts=230.0),
}
