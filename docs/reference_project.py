"""The reference page of the project file, made from its model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from hexwatch_etl.project.model import (
    Acled,
    Bucket,
    DeclaredDataset,
    DeclaredLayer,
    Files,
    Pages,
    Project,
    Query,
    Retention,
    Schedule,
    Ucdp,
    Web,
)

TEXT = """\
A TOML file that says which datasets there are, where they come from, when they are loaded, and which layers lie over
them: [Operations](../operations.md#the-project-file) tells how it is used. Editors read [its JSON
Schema](project.schema.json); a misspelt key is an error."""

# Where each part stands in the file, from the outside in.
PARTS: dict[str, type[BaseModel]] = {
    "The file itself": Project,
    "`[datasets.NAME]`": DeclaredDataset,
    "`from = { files }`": Files,
    "`from = { url }`": Web,
    "`from = { url, pages = { … } }`": Pages,
    "`from = { bucket }`": Bucket,
    "`from = { query }`": Query,
    '`from = { api = "ucdp" }`': Ucdp,
    '`from = { api = "acled" }`': Acled,
    "`[datasets.NAME.schedule]`": Schedule,
    "`[layers.NAME]`": DeclaredLayer,
    "`[retention]`, `[datasets.NAME.retention]`": Retention,
}


def project_file() -> str:
    """The page: a table for each part."""
    return "\n".join([TEXT, *(_part(title, model) for title, model in PARTS.items()), ""])


def _part(title: str, model: type[BaseModel]) -> str:
    head = f"\n## {title}\n\n{' '.join((model.__doc__ or '').split())}\n\n| key | value | default | meaning |"
    return "\n".join([head, "| --- | --- | --- | --- |", *_rows(model)])


def _rows(model: type[BaseModel]) -> Iterator[str]:
    schema = model.model_json_schema(by_alias=True)
    for key, said in schema["properties"].items():
        default = "required" if key in schema.get("required", ()) else _default(said.get("default"))
        yield f"| `{key}` | {_value(said, schema)} | {default} | {said.get('description', '').replace('|', '/')} |"


def _default(value: object) -> str:
    return f"`{str(value).lower() if isinstance(value, bool) else value}`" if value not in (None, "", [], {}) else ""


def _value(said: dict[str, Any], schema: dict[str, Any]) -> str:
    """What may stand there: a word, a number, one of some words, or a table of its own."""
    if "$ref" in said:
        named = schema["$defs"][said["$ref"].rpartition("/")[2]]
        return ", ".join(f"`{word}`" for word in named["enum"]) if "enum" in named else "table"
    if "oneOf" in said or "patternProperties" in said:
        return "table"
    if "anyOf" in said:
        return ", ".join(dict.fromkeys(_value(one, schema) for one in said["anyOf"] if one.get("type") != "null"))
    if "const" in said:
        return f"`{said['const']}`"
    if said.get("type") == "array":
        return "list"
    return said.get("format") or {"string": "text", "boolean": "`true`, `false`"}.get(said["type"], _range(said))


def _range(said: dict[str, Any]) -> str:
    least, most = said.get("minimum", said.get("exclusiveMinimum")), said.get("maximum")
    if least is None:
        return "number"
    above = "above " if "exclusiveMinimum" in said else ""
    return f"{above}{least} to {most}" if most is not None else f"{above or 'from '}{least}"
