"""Parts and families."""

from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ValidationError

from bogam.core.errors import near_miss
from bogam.core.fields import Range
from bogam.core.registry import Family, Part, fault_lines


class Thing(Part):
    """A base."""


things: Family[Thing] = Family("thing", "bogam.core", Thing,
                               engine=("cores", "errors", "fields", "look_up", "registry", "seeds", "types"))


@things.register
class Soft(Thing):
    """Soft."""

    kind: Literal["soft"] = "soft"
    alpha: float = 0.3
    """How soft."""
    between: Range = (0.0, 1.0)
    """From, to."""


class Holder(BaseModel):
    """Holds one."""

    thing: Annotated[Thing, things.field()]


@pytest.mark.parametrize("value", ["soft", {"soft": {}}, {"soft": None}, {"kind": "soft"}, Soft()])
def test_a_part_is_a_name_or_a_mapping_or_itself(value: object) -> None:
    assert things.parse(value) == Soft()


def test_yaml_form_survives_the_round_trip_with_every_field() -> None:
    held = Holder(thing={"soft": {"alpha": 2}})  # type: ignore[arg-type]
    assert held.model_dump() == {"thing": {"soft": {"alpha": 2.0, "between": [0.0, 1.0]}}}
    assert Holder.model_validate(held.model_dump()) == held


def test_errors_name_the_nearest_kind_and_field() -> None:
    with pytest.raises(ValueError, match="Did you mean 'soft'"):
        things.parse("sofd")
    with pytest.raises(ValueError, match=r"soft\.alhpa: got a field that does not exist. Did you mean 'alpha'"):
        things.parse({"soft": {"alhpa": 1}})
    with pytest.raises(ValueError, match="expected \\(low, high\\)"):
        things.parse({"soft": {"between": [2, 1]}})


def test_all_faults_at_once() -> None:
    with pytest.raises(ValidationError) as caught:
        Soft(alpha="no", between=(3, 1))  # type: ignore[arg-type]
    assert len(fault_lines(caught.value)) == 2


def test_kind_must_be_the_name_of_the_file() -> None:
    class Wrong(Thing):
        kind: Literal["other"] = "other"

    Wrong.__module__ = "bogam.core.another"
    with pytest.raises(TypeError, match="name of its file"):
        things.register(Wrong)


def test_schema_holds_name_fields_and_help() -> None:
    schema = things.schema()
    assert schema["anyOf"][0] == {"enum": ["soft"]}
    assert schema["anyOf"][1]["properties"]["soft"]["properties"]["alpha"]["description"] == "How soft."


def test_near_miss() -> None:
    assert near_miss("flop", ["flip", "gamma"]) == "Did you mean 'flip'?"
    assert near_miss("zzz", []) == "None are known."


def test_of_many_names_the_first_are_listed() -> None:
    assert near_miss("zzz", [f"p{k:04d}" for k in range(1000)]).endswith("p0008, p0009 and 990 more.")
