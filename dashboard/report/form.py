"""What the forms send, strictly: anything unknown, too long or senseless is refused with the name of its field."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from maritime_grid.domain.errors import MaritimeGridError
from maritime_grid.store.case_check import MOST_PARTIES, MOST_TEXT

MOST_YUAN = 10**9  # of one vessel


class FormFault(MaritimeGridError):  # noqa: N818
    """Something in a form is wrong. Exit code 2."""

    def __init__(self, what: str, mend: str, field: str) -> None:
        super().__init__(what, mend)
        self.field = field


def without_controls(text: str) -> str:
    """Phones put joiners and marks of direction into text: they are dropped, not refused."""
    return "".join(char for char in text if char.isprintable() or char == "\n").strip()


def _one_line(text: str) -> str:
    return without_controls(" ".join(text.split()))


Long = Annotated[str, Field(max_length=MOST_TEXT), AfterValidator(without_controls)]
Line = Annotated[str, Field(max_length=200), AfterValidator(_one_line)]
Short = Annotated[str, Field(max_length=60), AfterValidator(_one_line)]
Count = Annotated[int, Field(ge=0, le=10_000)]
Phone = Annotated[str, Field(max_length=30, pattern=r"^[0-9+() -]*$")]
RequestKey = Annotated[str, Field(pattern=r"^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Vessel(_Strict):
    """A vessel by its number, its name, or both; who speaks for it, and what they say and claim."""

    mmsi: Annotated[int, Field(ge=0, le=999_999_999)] | None = None
    name: Short = ""
    gear: Short = ""
    set_first: bool | None = None
    says: Long = ""
    person: Short = ""
    person_phone: Phone = ""
    loss_yuan: Annotated[int, Field(ge=0, le=MOST_YUAN)] = 0

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if self.mmsi is None and not self.name:
            raise PydanticCustomError("nobody", "has neither a name nor an MMSI")
        return self

    @property
    def shown(self) -> str:
        return self.name or f"{self.mmsi:09d}"


class _Report(_Strict):
    """What both forms have."""

    request_key: RequestKey
    note: Long = ""
    place: Line = ""
    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)] | None = None
    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)] | None = None
    happened_at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _both(self) -> Self:
        if (self.lon is None) != (self.lat is None):
            raise PydanticCustomError("half", "place has one coordinate")
        return self


class StaffReport(_Report):
    """What an account files at /report."""

    kind: Literal["dispute", "hazard", "emergency", "service"]
    subkind: Short = ""
    grid_id: Annotated[str, Field(max_length=100)] | None = None
    vessels: Annotated[tuple[Vessel, ...], Field(max_length=MOST_PARTIES)] = ()
    dead_or_missing: Count = 0
    injured: Count = 0
    people_in_water: Count = 0
    crowd: Count = 0
    by_tracks: bool = False  # the server places it by the tracks of its vessels
    place_else: Line = ""  # what lon and lat are, where those tell nothing
    major: bool = False

    @model_validator(mode="after")
    def _two_parties(self) -> Self:
        if self.kind == "dispute" and len(self.vessels) < 2:
            raise PydanticCustomError("parties", "vessels: a dispute has two")
        return self


class PublicReport(_Report):
    """What anyone files at /public/report."""

    kind: Literal["complaint", "service", "hazard", "dispute", "emergency"]
    subkind: Short = ""
    vessel: Short = ""  # of who writes, or in distress
    other_vessel: Short = ""  # vessel on the other side of a dispute
    about: Line = ""  # the grid worker complained of, by name or badge
    name: Short = ""
    phone: Phone = ""
    ticket: Annotated[str, Field(max_length=100)]
    website: Annotated[str, Field(max_length=200)] = ""  # no person sees this field

    @model_validator(mode="after")
    def _something(self) -> Self:
        if len(self.note) < 2:
            raise PydanticCustomError("note", "note: says nothing")
        if self.kind == "dispute" and not self.other_vessel:
            raise PydanticCustomError("parties", "other_vessel: a dispute has two sides")
        return self


Form = TypeVar("Form", bound=_Report)


def read_form(model: type[Form], body: bytes) -> Form:
    """The form of a request's body.

    Raises: FormFault: the first thing that is wrong with it.
    """
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise _fault(fault) from None


def _fault(fault: Any) -> FormFault:
    field = ".".join(str(part) for part in fault["loc"])
    said, kind = str(fault["msg"]), str(fault["type"])
    if kind == "extra_forbidden":
        return FormFault(f"{field} is not a field of this form", "remove it", field)
    if kind in {"parties", "half", "note"}:
        field, _, said = said.partition(":") if ":" in said else ("lon", "", said)
    return FormFault(f"{field or 'the form'}: {said.strip()}", "mend the field and send it again", field)
