"""Over `case_build`: published work items, one with a version to come and one a sample; drafts that nobody may see."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from maritime_grid.domain.items import Trigger
from maritime_grid.domain.people import BEIJING, day_of
from maritime_grid.store.people import People
from tests.integration.store import case_build as cb

__all__ = ["BEIJING"]
TODAY = day_of(cb.NOW)
DAY = timedelta(days=1)
SECRET, WHY, MEMO = "草案里的字", "提出的内部理由", "审核的内部意见"
PATROL = {
    "item_id": "3.1", "class": 3, "title": "渔船安全巡查", "basis": "第二十二条第(三)项",
    "text": "出港前查看救生、消防、通导设备和定员,发现隐患督促整改并复查。",
}  # fmt: skip
STORM = {
    "item_id": "3.2", "class": 3, "title": "台风和大风防备", "basis": "第二十二条第(三)项", "sample": True,
    "text": "接到召回后核对船只进港、人员上岸,未回的逐船联系并上报。",
}  # fmt: skip
VISITS = {"item_id": "2.1", "class": 2, "title": "听取渔民意见", "text": "每月走访船主和船员。"}


def publish(people: People, values: dict[str, Any], day: date, version: int = 1) -> None:
    """From the proposal to the public, by three others."""
    people.propose_item(values, "提出人", cb.NOW, remark=WHY)
    for trigger, by in ((Trigger.REVIEW, "审核人"), (Trigger.APPROVE, "批准人"), (Trigger.PUBLISH, "公布人")):
        in_force = day if trigger is Trigger.PUBLISH else None
        people.move_item(values["item_id"], version, trigger, by, cb.NOW, in_force=in_force, remark=MEMO)


def fill(dsn: str) -> None:
    """Put them into the store."""
    with People(dsn, console=True) as people:
        publish(people, {**PATROL, "text": "出港前查看救生、消防设备。"}, TODAY)
        publish(people, PATROL, TODAY + 10 * DAY, 2)
        publish(people, STORM, TODAY)
        publish(people, VISITS, TODAY)
        people.propose_item({**VISITS, "title": SECRET, "text": SECRET}, "提出人", cb.NOW, remark=WHY)
        people.propose_item({"item_id": "9.1", "class": 9, "title": SECRET, "text": SECRET}, "提出人", cb.NOW)
