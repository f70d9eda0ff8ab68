"""The words of cases 网格事项: kinds, steps of their flow, and what can be done at a step."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a case is about."""

    DISPUTE = "dispute"  # 涉海纠纷
    HAZARD = "hazard"  # 隐患
    EMERGENCY = "emergency"  # 应急事件
    SERVICE = "service"  # 服务需求
    COMPLAINT = "complaint"  # 投诉举报


class Step(StrEnum):
    """Where a case stands (Art. 25, 26)."""

    RECEIVED = "received"  # 受理: a village is to collate it
    COLLATED = "collated"  # 梳理汇总: a township is to dispatch it
    DISPATCHED = "dispatched"  # 任务流转: a department is to take it
    HANDLING = "handling"  # 办理
    HANDLED = "handled"  # 反馈: the result is to be told to the parties
    FED_BACK = "fed_back"  # 基层点评: the grass roots are to rate it
    CLOSED = "closed"  # 办结
    WITHDRAWN = "withdrawn"  # 撤回


OPEN_STEPS = frozenset(Step) - {Step.CLOSED, Step.WITHDRAWN}


class Act(StrEnum):
    """What people do with a case; the access table names each as `case.<act>`."""

    FILE = "file"
    RESOLVE = "resolve"  # on the spot 就地化解
    COLLATE = "collate"
    DISPATCH = "dispatch"
    ACCEPT = "accept"
    RETURN = "return"
    TRANSFER = "transfer"
    JOIN = "join"  # joint handling 联合办理
    ASK_EXTENSION = "ask_extension"
    GRANT_EXTENSION = "grant_extension"
    REFUSE_EXTENSION = "refuse_extension"
    PAUSE = "pause"
    RESUME = "resume"
    REPORT = "report"  # the result of handling
    REPORT_PART = "report_part"  # of a body that handles it jointly 部分办结
    TELL = "tell"  # the parties know the result
    RATE = "rate"  # and so close it
    REOPEN = "reopen"
    WITHDRAW = "withdraw"
    COMMENT = "comment"
    ATTACH = "attach"
    AMEND = "amend"  # corrected or completed 更正补充
    HAND_OVER = "hand_over"  # to another unit, which leads it from then on 移交
    ASSESS = "assess"  # its numbers have changed, and severity is judged again 重新定级
    LINK_ALERT = "link_alert"  # it is about a further alert 关联告警
    MARK_MAJOR = "mark_major"
    ISSUE_CODE = "issue_code"  # to follow the case by without an account; the one before is worth nothing then
    RECEIVE_HOP = "receive_hop"
