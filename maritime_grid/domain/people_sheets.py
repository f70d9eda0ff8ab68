"""The sheets in which people keep units, bodies, people with their posts, teams, badges, training and work items."""

from __future__ import annotations

from .cells import (
    address,
    day,
    flag,
    identifier,
    identity,
    number,
    one_of,
    phone,
    staff_number,
    text,
    words,
)
from .people import Post
from .sheets import Column, Sheet

LEVELS = ("city", "county", "township", "village")
BODY_KINDS = ("department", "coast_guard", "association", "company", "other")
RESULTS = ("passed", "failed", "attended")
CLASSES = tuple("123456789")
# What people write in the cells for these; of several the first is shown
LEVELS_ZH = {
    "市": "city", "县(区)": "county", "县": "county", "区": "county", "乡(镇)": "township", "乡": "township",
    "镇": "township", "街道": "township", "村(社区)": "village", "村": "village", "社区": "village",
}  # fmt: skip
BODIES_ZH = {
    "职能部门": "department",
    "海警": "coast_guard",
    "水产商会": "association",
    "企业": "company",
    "其他": "other",
}
RESULTS_ZH = {"合格": "passed", "不合格": "failed", "参加": "attended"}
PARTY_ZH = {"党支部": "branch", "党小组": "group"}
POSTS_ZH = {
    "网格长": Post.LEADER, "专职网格员": Post.FULL_TIME, "兼职网格员": Post.PART_TIME, "网格指导员": Post.ADVISOR,
    "网格党组织": Post.PARTY_SECRETARY, "职能部门": Post.DEPARTMENT, "海警": Post.COAST_GUARD,
    "水产商会": Post.ASSOCIATION, "村网格员": Post.VILLAGE_WORKER,
}  # fmt: skip
OF_PERSON = (
    "name_zh",
    "phone",
    "id_number",
    "address",
    "note",
    "sample",
    "unit_id",
)  # columns of people; the others are of posts

_SAMPLE = Column("sample", "示例", flag)

UNITS = Sheet(
    "units",
    "辖区",
    ("unit_id",),
    (
        Column("unit_id", "编号", identifier, needed=True),
        Column("level", "层级", one_of(*LEVELS, zh=LEVELS_ZH), needed=True),
        Column("parent", "上级", identifier),
        Column("name_zh", "名称", text, needed=True),
        Column("name_en", "英文名", text),
        Column("port_id", "渔港", text),
        _SAMPLE,
    ),
)
BODIES = Sheet(
    "bodies",
    "参与单位",
    ("body_id",),
    (
        Column("body_id", "编号", identifier, needed=True),
        Column("kind", "类别", one_of(*BODY_KINDS, zh=BODIES_ZH), needed=True),
        Column("unit_id", "辖区", identifier, needed=True),
        Column("name_zh", "名称", text, needed=True),
        Column("name_en", "英文名", text),
        Column("hotline", "值班电话", phone),
        Column("competences", "职责", words),
        _SAMPLE,
    ),
)
GRID_LEADS = Sheet(
    "grid_leads",
    "网格归属",
    ("grid_id",),
    (
        Column("grid_id", "网格", identifier, needed=True),
        Column("unit_id", "辖区", identifier, needed=True),
    ),
)
PEOPLE = Sheet(
    "people",
    "人员与岗位",
    ("staff_no", "grid_id", "post", "body_id", "since"),
    (
        Column("staff_no", "工号", staff_number),
        Column("name_zh", "姓名", text, shows="name"),
        Column("phone", "私人电话", phone, personal=True, shows="phone"),
        Column("id_number", "身份证号", identity, personal=True, shows="id_number"),
        Column("address", "住址", address, personal=True, shows="address"),
        Column("note", "备注", text, personal=True, shows="note"),
        _SAMPLE,
        Column("unit_id", "所属辖区", identifier),
        Column("grid_id", "网格", identifier),
        Column("post", "岗位", one_of(*Post, zh=POSTS_ZH)),
        Column("body_id", "单位", identifier),
        Column("party_form", "党组织形式", one_of("branch", "group", zh=PARTY_ZH)),
        Column("work_phone", "工作电话", phone),
        Column("since", "任职日", day),
        Column("until", "离任日", day),
        Column("reason", "事由", text),
    ),
)
TEAMS = Sheet(
    "teams",
    "特色服务团队",
    ("team_id",),
    (
        Column("team_id", "编号", identifier, needed=True),
        Column("name_zh", "名称", text, needed=True),
        Column("skills", "技能", words, needed=True),
        Column("craft", "船艇装备", text),
        Column("contact", "联系人工号", staff_number),
        Column("phone", "电话", phone),
        Column("unit_ids", "服务辖区", words, needed=True),
        Column("paid", "收费", flag),
        Column("terms", "收费和时间", text),
        Column("lon", "经度", number(-180, 180)),
        Column("lat", "纬度", number(-90, 90)),
        Column("members", "成员工号", words),
        _SAMPLE,
    ),
)
BADGES = Sheet(
    "badges",
    "工作证",
    ("number",),
    (
        Column("number", "证号", identifier),
        Column("staff_no", "工号", staff_number, needed=True),
        Column("grid_id", "网格", identifier, needed=True),
        Column("post", "岗位", one_of(*Post, zh=POSTS_ZH), needed=True),
        Column("name_shown", "证上姓名", text, needed=True),
        Column("issued", "发证日", day, needed=True),
        Column("expires", "失效日", day, needed=True),
        Column("revoked", "吊销日", day),
        Column("revoked_reason", "吊销事由", text),
    ),
)
TRAINING = Sheet(
    "training",
    "培训记录",
    ("staff_no", "course", "held_on"),
    (
        Column("staff_no", "工号", staff_number, needed=True),
        Column("course", "课程", text, needed=True),
        Column("held_on", "日期", day, needed=True),
        Column("hours", "学时", number(0.1, 9999), needed=True),
        Column("result", "结果", one_of(*RESULTS, zh=RESULTS_ZH), needed=True),
        Column("certificate_until", "证书失效日", day),
    ),
)
ITEMS = Sheet(
    "items",
    "工作事项清单",
    ("item_id",),
    (
        Column("item_id", "编号", identifier, needed=True),
        Column("class", "类", one_of(*CLASSES), needed=True),
        Column("title", "标题", text, needed=True),
        Column("text", "内容", text, needed=True),
        Column("basis", "依据", text),
        Column("dropped", "移出清单", flag),
        _SAMPLE,
    ),
)
SHEETS = {s.name: s for s in (UNITS, BODIES, GRID_LEADS, PEOPLE, TEAMS, BADGES, TRAINING, ITEMS)}  # in order of need
