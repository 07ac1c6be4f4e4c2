"""The schema of the first screen."""

from pydantic import BaseModel, Field

from bff.cost.schemas import Cost
from bff.marks.schemas import Marks
from bff.notices.schemas import NoticeList
from bff.places.schemas import House, PlaceNode
from bff.register.register import Level
from bff.time_grid import Bucket


class CostAnswer(BaseModel):
    """The response of `GET /cost` over the range and place in it, with these rows."""

    by: Bucket | None
    group_by: Level | None
    cost: Cost


class FirstScreen(BaseModel):
    """The responses of `/house`, `/places`, `/notices`, `/marks` and of several `/cost`."""

    house: House
    places: PlaceNode
    notices: NoticeList
    marks: Marks = Field(description="Of this month.")
    costs: list[CostAnswer] = Field(
        description="This month and the same elapsed part of the month before, each as a whole and"
        " by day, and today: with a row for each place one level down."
    )
