"""The manual of the API, made of its OpenAPI: ``python -m transforms.page.server.api_manual`` writes ``docs/api.md``."""

from pathlib import Path
from typing import Any

from fastapi import FastAPI

from transforms.page.server import api

FILE = Path("docs/api.md")
_HEAD = """# The API of `meetwire serve`

Made of its OpenAPI, which `/openapi.json` has whole (`python -m transforms.page.server.api_manual` writes this page anew). Answers are JSON
and carry an ETag: a request with it as `If-None-Match` is answered 304 while nothing has changed. Lists hold at most 200 rows; `next` is
the cursor of what follows, which goes into `after`. What cannot be read is 422, what is not there 404, what takes longer than ten
seconds 503. A server with a token wants `Authorization: Bearer TOKEN`. So `/api/meetings?country=NO&status=planned&limit=2` gives the
two newest meetings that are planned with or in Norway.

Rows of `meetings` are those of the [table](tables.md).
"""


def text() -> str:
    """The page."""
    app = FastAPI(title="meetwire", version="1")
    app.include_router(api.router)
    described = app.openapi()
    parts = [_HEAD]
    for path, operations in described["paths"].items():
        parts.append(_operation(path, operations["get"]))
    return "\n".join(parts)


def _operation(path: str, told: dict[str, Any]) -> str:
    schema = told["responses"]["200"]["content"]["application/json"]["schema"]
    lines = [f"## `{path}`", "", told["description"], "", f"Gives {_listed(schema['properties'])}.", ""]
    if parameters := told.get("parameters"):
        lines += ["| parameter | is | by default | means |", "|---|---|---|---|"]
        lines += [_parameter(parameter) for parameter in parameters]
        lines.append("")
    return "\n".join(lines)


def _listed(names: Any) -> str:
    *others, last = [f"`{name}`" for name in names]
    return f"{', '.join(others)} and {last}" if others else last


def _parameter(told: dict[str, Any]) -> str:
    schema = told["schema"]
    default = schema.get("default")
    shown = "needed" if told["required"] else f"`{default}`" if default not in (None, "", [], ()) else ""
    return f"| `{told['name']}` | {_kind(schema)} | {shown} | {told.get('description', '')} |"


def _kind(schema: dict[str, Any]) -> str:
    """What a value may be, in a few words."""
    if "anyOf" in schema:
        return _kind(next(one for one in schema["anyOf"] if one.get("type") != "null"))
    if schema["type"] == "array":
        return f"again and again: {_kind(schema['items'])}"
    if choices := schema.get("enum") or ([schema["const"]] if "const" in schema else []):
        return ", ".join(f"`{choice}`" for choice in choices)
    span = [schema.get(name) for name in ("minimum", "maximum")]
    within = f", {span[0]:g} to {span[1]:g}" if None not in span else ""
    return f"{schema.get('format', schema['type'])}{within}"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
