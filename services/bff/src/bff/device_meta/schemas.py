"""The schemas of what people enter for a device."""

from pydantic import BaseModel, ConfigDict, Field


class DisplayName(BaseModel):
    """A name by language; null leaves the configuration's."""

    model_config = ConfigDict(extra="forbid")

    ja: str | None = Field(default=None, max_length=200, examples=["サーバー"])
    en: str | None = Field(default=None, max_length=200, examples=["Server"])


class DeviceMetaInput(BaseModel):
    """All that people entered for a device: what is left out is deleted."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"display_name": {"ja": "サーバー"}, "rated_power_watts": 500}]
        },
    )

    display_name: DisplayName = DisplayName()
    note: str = Field(default="", max_length=2000, examples=["Behind the desk; filter in May"])
    rated_power_watts: float | None = Field(
        default=None,
        gt=0,
        allow_inf_nan=False,
        description="What the device can use at most, in watts; null leaves the configuration's.",
        examples=[500],
    )


class DeviceMetaRow(DeviceMetaInput):
    """What people entered for a device."""

    device: str = Field(examples=["server"])
