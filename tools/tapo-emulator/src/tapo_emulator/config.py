"""The emulator's configuration file: which plugs, where, with which loads."""

import math
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from service_kit.clock import utc_now
from tapo_emulator.klap_cipher import Account
from tapo_emulator.meter import Meter, Watts, constant_watts
from tapo_emulator.models import MODELS, Model, Protocol
from tapo_emulator.plug import Clock, Fault, Plug


def _known_model(name: str) -> str:
    if name not in MODELS:
        message = f"'{name}' is not known; known: {', '.join(MODELS)}"
        raise ValueError(message)
    return name


def dashed_mac(text: str) -> str:
    """A MAC address as Tapo firmware writes it."""
    bare = text.replace(":", "").replace("-", "").upper()
    return "-".join(bare[i : i + 2] for i in range(0, len(bare), 2))


class Strict(BaseModel):
    """Immutable, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Swing(Strict):
    """A load that swings about a mean."""

    mean_watts: float
    swing_watts: float = 0.0
    period_seconds: float = Field(default=600.0, gt=0)

    def watts(self) -> Watts:
        """As a function of time; never below 0."""

        def at(moment: datetime) -> float:
            turns = moment.timestamp() / self.period_seconds
            return max(0.0, self.mean_watts + self.swing_watts * math.sin(2 * math.pi * turns))

        return at


class PlugConfig(Strict):
    """One plug. `watts` has one load for each outlet; a single one is for all."""

    model: Annotated[str, AfterValidator(_known_model)]
    mac: Annotated[str, AfterValidator(dashed_mac)]
    name: str = "plug"
    address: str = "127.0.0.1"
    port: int = Field(default=0, ge=0, le=65535)
    protocol: Protocol | None = None
    region: str = "Asia/Tokyo"
    single_session: bool = True
    fault: Fault = Fault.NONE
    discovery: bool = False
    watts: float | Swing | tuple[float | Swing, ...] = 0.0


class EmulatorConfig(Strict):
    """The whole file. `control_port` 0 takes a free one."""

    username: str = "user@example.com"
    password: SecretStr = SecretStr("secret")
    control_address: str = "127.0.0.1"
    control_port: int = Field(default=0, ge=0, le=65535)
    plugs: tuple[PlugConfig, ...] = Field(min_length=1)


def load_config(path: Path) -> EmulatorConfig:
    """Load and check a file.

    Raises:
        pydantic.ValidationError: It breaks a rule of the schema.
    """
    return EmulatorConfig.model_validate(yaml.safe_load(path.read_text("utf-8")))


def make_plug(config: PlugConfig, account: Account, clock: Clock = utc_now) -> Plug:
    """The plug that a configuration describes, its meters at 0 now."""
    model = MODELS[config.model]
    zone, start = ZoneInfo(config.region), clock()
    return Plug(
        model=model,
        mac=config.mac,
        account=account,
        nickname=config.name,
        protocol=config.protocol,
        region=config.region,
        clock=clock,
        single_session=config.single_session,
        fault=config.fault,
        outlets=tuple(Meter(load, start, zone) for load in _loads(config, model)),
    )


def _loads(config: PlugConfig, model: Model) -> tuple[Watts, ...]:
    given = config.watts if isinstance(config.watts, tuple) else (config.watts,) * model.outlets
    if len(given) != model.outlets:
        message = f"{config.name}: {model.name} has {model.outlets} outlets, not {len(given)}"
        raise ValueError(message)
    return tuple(
        load.watts() if isinstance(load, Swing) else constant_watts(load) for load in given
    )
