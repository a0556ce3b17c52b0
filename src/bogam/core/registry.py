"""Parts (named, configurable things) and families of them (a folder, one file per part)."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from bogam.core.errors import near_miss


class Part(BaseModel):
    """A named, configurable thing. `kind` equals its file's name; the fields are its settings."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, use_attribute_docstrings=True)

    kind: str

    def to_yaml(self) -> dict[str, Any]:
        """Return ``{kind: {field: value, ...}}`` with every field written."""
        fields = self.model_dump(mode="json", exclude={"kind"})
        return {self.kind: fields}


P = TypeVar("P", bound=Part)


class Family(Generic[P]):
    """All parts of one folder, listed from file names; a part's file is imported only when it is named.

    Args:
        name: what one of them is called in messages, such as "augmentation".
        package: the folder as a dotted name.
        base: the class from which all parts of the family inherit.
        engine: file names in the folder that hold no part; `family` and names with a leading underscore never do.
    """

    instances: ClassVar[list[Family[Any]]] = []

    def __init__(self, name: str, package: str, base: type[P], engine: tuple[str, ...] = ()) -> None:
        self.name = name
        self.package = package
        self.base = base
        self._engine = {"family", *engine}
        self._parts: dict[str, type[P]] = {}
        Family.instances.append(self)

    def register(self, part: type[P]) -> type[P]:
        """Class decorator: make the part known. Its `kind` must be its module's last name."""
        kind = part.model_fields["kind"].default
        module = part.__module__.rpartition(".")[2].replace("_", "-")
        if kind != module and part.__module__.startswith(self.package + "."):
            raise TypeError(f"{part.__qualname__}: got kind {kind!r}, expected {module!r}, the name of its file.")
        self._parts[kind] = part
        return part

    def names(self) -> list[str]:
        """Return every kind, sorted; imports no part."""
        path = importlib.import_module(self.package).__path__
        found = [m.name for m in pkgutil.iter_modules(path) if not m.name.startswith("_") and not m.ispkg]
        return sorted({n.replace("_", "-") for n in found if n not in self._engine} | set(self._parts))

    def get(self, kind: str) -> type[P]:
        """Return the class of a kind. Raises ValueError with the nearest name where there is none."""
        if kind not in self._parts:
            if kind not in self.names():
                raise ValueError(f"got {self.name} '{kind}', which does not exist. {near_miss(kind, self.names())}")
            importlib.import_module(f"{self.package}.{kind.replace('-', '_')}")
        return self._parts[kind]

    def parse(self, value: Any) -> P:
        """Return a part from a part, a bare name, ``{name: {fields}}`` or ``{"kind": name, fields}``."""
        if isinstance(value, self.base):
            return value
        if isinstance(value, str):
            return self._build(value, {})
        if isinstance(value, dict) and "kind" in value:
            return self._build(str(value["kind"]), {k: v for k, v in value.items() if k != "kind"})
        if isinstance(value, dict) and len(value) == 1:
            kind, fields = next(iter(value.items()))
            if fields is None or isinstance(fields, dict):
                return self._build(str(kind), dict(fields or {}))
        one = f"{'an' if self.name[0] in 'aeiou' else 'a'} {self.name}"
        raise ValueError(f"got {value!r}, expected the name of {one} or {{name: {{fields}}}}. "
                         f"{near_miss('', self.names())}")

    def _build(self, kind: str, fields: dict[str, Any]) -> P:
        part = self.get(kind)
        try:
            return part(**fields)
        except ValidationError as error:
            raise ValueError("; ".join(fault_lines(error, where=kind, known=part.model_fields))) from None

    def field(self) -> Any:
        """Return the annotation that lets a pydantic field hold a part of this family."""
        return _Field(self)

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of ``name`` or ``{name: {fields}}`` over all parts; imports every part."""
        options: list[dict[str, Any]] = [{"enum": self.names()}]
        for kind in self.names():
            inner = self.get(kind).model_json_schema(mode="validation")
            inner.get("properties", {}).pop("kind", None)
            inner.pop("title", None)
            options.append({"type": "object", "properties": {kind: inner}, "required": [kind],
                            "additionalProperties": False, "description": inner.pop("description", "")})
        return {"anyOf": options}


class _Field:
    """Validation, serialization and schema of a field that holds a part."""

    def __init__(self, family: Family[Any]) -> None:
        self.family = family

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema
        return core_schema.no_info_plain_validator_function(
            self.family.parse,
            serialization=core_schema.plain_serializer_function_ser_schema(lambda part: part.to_yaml()))

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> Any:
        return self.family.schema()


def fault_lines(error: ValidationError, where: str = "", known: Any = ()) -> list[str]:
    """Turn a pydantic error into one line per fault: ``where.field: got X, expected Y. What to do.``"""
    lines = []
    for fault in error.errors():
        place = ".".join(str(p) for p in (where, *fault["loc"]) if p != "")
        kind = fault["type"]
        if kind == "extra_forbidden":
            lines.append(f"{place}: got a field that does not exist. {near_miss(str(fault['loc'][-1]), known)}")
        elif kind == "missing":
            lines.append(f"{place}: got nothing, expected a value. Add it.")
        elif kind == "value_error":
            lines.append(f"{place}: {fault['ctx']['error']}" if place else str(fault["ctx"]["error"]))
        else:
            text = fault["msg"][0].lower() + fault["msg"][1:]
            lines.append(f"{place}: got {fault['input']!r}; {text}.")
    return lines


