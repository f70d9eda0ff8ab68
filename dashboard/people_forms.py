"""The forms of the page of people: their fields as a literal table."""

from __future__ import annotations

from collections.abc import Mapping

from .form_fields import Field

_PHONE = 24
_NAME = Field("name_zh", needed=True)
_PERSON = (
    Field("phone", "tel", _PHONE), Field("id_number", longest=20), Field("address", longest=100),
    Field("note", longest=200),
)  # fmt: skip
_SKILLS, _CRAFT = Field("skills", "many"), Field("craft", longest=60)
_UNTIL, _WORK_PHONE, _REASON = Field("until", "day"), Field("work_phone", "tel", _PHONE), Field("reason", longest=200)

FORMS: Mapping[str, tuple[Field, ...]] = {
    "add": (_NAME, Field("unit", "choice", needed=True), Field("staff_no", longest=32), *_PERSON),
    "edit": (_NAME, Field("unit", "choice"), *_PERSON, Field("clear", "many")),
    "read": (Field("purpose", longest=200, needed=True),),
    "appoint": (
        Field("grid", "choice", needed=True), Field("post", "choice", needed=True),
        Field("party_form", "choice", plain=True), Field("body", "choice", plain=True),
        Field("person", "choice", plain=True), Field("since", "day", needed=True), _UNTIL, _WORK_PHONE, _REASON,
    ),
    "term": (Field("what", "choice", needed=True), _UNTIL, _REASON),
    "phone": (_WORK_PHONE,),
    "badge": (Field("post", "choice", needed=True), Field("expires", "day", needed=True)),
    "revoke": (Field("reason", longest=200, needed=True),),
    "training": (
        Field("course", needed=True), Field("held_on", "day", needed=True), Field("hours", longest=8, needed=True),
        Field("result", "choice", needed=True), Field("certificate_until", "day"),
    ),
    "team": (
        _NAME, Field("skills", "many", needed=True), _CRAFT, Field("contact", "choice"),
        Field("phone", "tel", _PHONE), Field("units", "many", needed=True), Field("paid", "flag"),
        Field("terms", longest=100), Field("lon", longest=12), Field("lat", longest=12),
    ),
    "member": (Field("person", "choice", needed=True), _SKILLS, _CRAFT),
    "leave": (),
}  # fmt: skip
