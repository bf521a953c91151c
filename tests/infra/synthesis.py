"""Templates of deployments, as the tests read them: synthesised in this process, with empty functions."""

import io
import json
import zipfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from infra.aws.settings.deployment import Deployment

Template = dict[str, Any]


@cache
def empty_asset(name: str) -> Path:
    """A zip that stands for a function's code, where what it does is not asked."""
    path = Path(mkdtemp(prefix="parley-assets-")) / f"{name}.zip"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        zipped.writestr("empty.py", f"# {name}\n")
    path.write_bytes(buffer.getvalue())
    return path


def last_name(stack: str) -> str:
    """`hub` of parley-dev-hub."""
    return stack.rpartition("-")[2]


def synthesised(context: Mapping[str, object]) -> dict[str, Template]:
    """Every stack's template, by the last part of its name: lake, sources, hub, …"""
    from infra.aws.stacks.whole import app  # noqa: PLC0415  # a second, which tests without stacks do not need

    deployment = Deployment.read(context)
    assembly = app(deployment, empty_asset).synth()
    return {
        last_name(stack.stack_name): json.loads(Path(stack.template_full_path).read_text()) for stack in assembly.stacks
    }
