"""The circuits of the house: what is on each, with and without a plug that measures."""

from collections.abc import Callable
from dataclasses import dataclass

from virtual_home.chance import Chance, Floats
from virtual_home.curves import built_in
from virtual_home.moments import Moments

type OwnLoad = Callable[[Moments, Chance], Floats]


@dataclass(frozen=True, slots=True)
class Circuit:
    """One row of the table.

    Attributes:
        id: As the AiSEG2 numbers its branches, from "8".
        name: As its list of circuits has it.
        own: What is on the circuit beside the plugs.
        plugs: The devices of the house whose plugs are on it.
        page_name: As the page of circuits wraps it, where it does.
    """

    id: str
    name: str
    own: OwnLoad
    plugs: tuple[str, ...] = ()
    page_name: str = ""


CIRCUITS: tuple[Circuit, ...] = (
    Circuit("8", "ＬＤコンセント", built_in.chargers, ("tv", "recorder", "aquarium")),
    Circuit("9", "ＬＤ・エアコン", built_in.nothing, ("living_air_conditioner",), "ＬＤ|エアコン"),
    Circuit(
        "10",
        "キッチンコンセント",
        built_in.toaster,
        ("kettle", "rice_cooker", "microwave"),
        "キッチンコン|セント",
    ),
    Circuit("11", "冷蔵庫", built_in.nothing, ("fridge",)),
    Circuit("12", "２００Ｖコンセント", built_in.nothing, ("espresso_machine",)),
    Circuit("13", "ＩＨ", built_in.induction_hob),
    Circuit("14", "食洗機", built_in.dishwasher),
    Circuit("15", "書斎", built_in.chargers, ("server", "nas", "network", "desk_pc", "circulator")),
    Circuit("16", "寝室", built_in.chargers, ("bedside_lamp", "humidifier")),
    Circuit(
        "17", "寝室・エアコン", built_in.nothing, ("bedroom_air_conditioner",), "寝室|エアコン"
    ),
    Circuit("18", "洗面所", built_in.chargers, ("hair_dryer", "ceramic_heater")),
    Circuit("19", "洗濯機", built_in.nothing, ("washing_machine", "dehumidifier")),
    Circuit("20", "浴室乾燥機", built_in.bath_dryer),
    Circuit("21", "エコキュート", built_in.water_heater),
    Circuit("22", "トイレ１", built_in.bidet_seat),
    Circuit("23", "トイレ２", built_in.bidet_seat),
    # Three circuits of one name, as a real unit has them: no page distinguishes them.
    Circuit("24", "照明", built_in.lamps, ("living_light", "indirect_light")),
    Circuit("25", "照明", built_in.lamps),
    Circuit("26", "照明", built_in.lamps),
    Circuit("27", "レンジフード", built_in.range_hood),
    Circuit("28", "インターホン", built_in.intercom),
    Circuit("29", "屋外コンセント", built_in.nothing),
)
