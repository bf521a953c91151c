"""What is in the Lambda assets works, and nothing that it needs is missing.

Wheels for Lambda's processor cannot be loaded here, so this is the same build for this machine's Python. The processes
see the standard library and the asset, and nothing else.
"""

import ast
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import botocore.session
import pytest

from infra.aws.packaging import ASSETS, HERE, asset
from infra.aws.packaging.building import build
from infra.aws.packaging.files import ours
from infra.aws.packaging.workspace import ROOT

CALLS = ROOT / "tests" / "infra" / "permissions" / "calls.json"
MAKE_CLIENTS = {"client", "_client", "create_client", "Lazy", "Operation"}  # they are given a service's name

IMPORT = "import importlib\nfor each in arguments: importlib.import_module(each)"
CALL = """
import json, botocore.session
session = botocore.session.get_session()
for service, operations in json.loads(arguments[0]).items():
    client = session.create_client(service)
    lacking = set(operations) - set(client.meta.service_model.operation_names)
    assert not lacking, (service, lacking)
"""
# Tests that use what an import alone does not: the libraries' data, and what they import when it is needed.
USED = {
    "hub": ("test_email_html.py", "test_markdown.py", "test_splitting.py", "test_agentcore_runtime.py"),
    "transformer": ("test_redaction_patterns.py", "test_transformer_golden.py"),
    "compaction": ("test_lake_compaction.py::test_every_table_is_compacted",),
}

Unpacked = Callable[[str], Path]
each_asset = pytest.mark.parametrize("name", sorted(ASSETS))

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("packaging")]


def _programs() -> list[tuple[str, str]]:
    """What the stacks have functions run: an asset's name, and module.function in it."""
    sources = [
        path.read_text()
        for folder in ("stacks", "constructs")
        for path in (ROOT / "infra" / "aws" / folder).rglob("*.py")
    ]
    calls = [node for source in sources for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    given = [call.args[:2] for call in calls if _called(call) == "Program"]
    return sorted(tuple(ast.literal_eval(each) for each in two) for two in given if isinstance(two[1], ast.Constant))


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Unpacked:
    """An asset's folder, as Lambda would unpack it, but for this machine."""
    folder = tmp_path_factory.mktemp("assets")

    def place(name: str) -> Path:
        if not (folder / name).exists():
            _unpack(asset(name, HERE), folder / name)
        return folder / name

    return place


@each_asset
def test_every_module_of_ours_can_be_imported(name: str, unpacked: Unpacked) -> None:
    modules = [path.removesuffix(".py").replace("/", ".") for path in ours(ASSETS[name], ROOT) if path.endswith(".py")]
    done = _python(unpacked(name), IMPORT, *(module.removesuffix(".__init__") for module in modules))
    assert done.returncode == 0, done.stderr
    assert modules


@each_asset
def test_everything_of_ours_is_inside(name: str) -> None:
    with zipfile.ZipFile(asset(name, HERE)) as opened:
        inside = set(opened.namelist())
    for place in ASSETS[name].ours:
        for path in (ROOT / place).rglob("*"):
            within = path.relative_to(ROOT).as_posix()
            if path.is_file() and path.suffix not in {".pyc", ".md"} and not within.startswith(ASSETS[name].never):
                assert within in inside


@pytest.mark.parametrize(("name", "handler"), _programs())
def test_what_a_stack_runs_is_in_the_asset_that_it_names(name: str, handler: str) -> None:
    module, _, function = handler.rpartition(".")
    source = ours(ASSETS[name], ROOT)[f"{module.replace('.', '/')}.py"]
    assert function in {node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}


def test_the_transformer_has_neither_arrow_nor_pandas() -> None:
    with zipfile.ZipFile(asset("transformer", HERE)) as opened:
        packages = {name.partition("/")[0] for name in opened.namelist()}
    assert "jinja2" in packages
    assert not packages & {"pyarrow", "pandas", "numpy", "awswrangler", "duckdb"}


@each_asset
def test_no_asset_has_tests_or_what_runs_on_a_laptop(name: str) -> None:
    with zipfile.ZipFile(asset(name, HERE)) as opened:
        for inside in opened.namelist():
            assert not inside.startswith(("tests/", "infra/local", "infra/aws/packaging", "infra/aws/stacks")), inside


@each_asset
def test_an_asset_carries_the_models_of_the_services_that_its_code_names(name: str) -> None:
    assert _named(name) == ASSETS[name].services


@each_asset
def test_every_call_that_a_function_makes_is_in_its_assets_models(name: str, unpacked: Unpacked) -> None:
    done = _python(unpacked(name), CALL, json.dumps(_calls(name)))
    assert done.returncode == 0, done.stderr


@each_asset
def test_every_client_can_be_made(name: str, unpacked: Unpacked) -> None:
    done = _python(unpacked(name), CALL, json.dumps(dict.fromkeys(ASSETS[name].services, ())))
    assert done.returncode == 0, done.stderr


def test_a_service_that_is_left_out_is_missed(tmp_path: Path) -> None:
    without = replace(ASSETS["transformer"], services=ASSETS["transformer"].services - {"firehose"})
    _unpack(build(without, HERE, tmp_path), tmp_path / "without")
    done = _python(tmp_path / "without", CALL, json.dumps(_calls("transformer")))
    assert "Unknown service: 'firehose'" in done.stderr


@each_asset
def test_endpoints_are_those_of_the_whole_botocore(name: str, unpacked: Unpacked) -> None:
    regions = ("eu-west-1", "us-gov-west-1", "cn-north-1")
    done = _python(unpacked(name), ENDPOINTS, json.dumps([sorted(ASSETS[name].services), regions]))
    assert done.returncode == 0, done.stderr
    session = botocore.session.get_session()
    for (service, region), url in zip(
        ((service, region) for service in sorted(ASSETS[name].services) for region in regions),
        json.loads(done.stdout),
        strict=True,
    ):
        assert url == session.create_client(service, region).meta.endpoint_url


ENDPOINTS = """
import json, botocore.session
services, regions = json.loads(arguments[0])
session = botocore.session.get_session()
print(json.dumps([session.create_client(s, r).meta.endpoint_url for s in services for r in regions]))
"""


@pytest.mark.parametrize("name", sorted(USED))
def test_our_tests_pass_with_the_assets_packages(name: str, unpacked: Unpacked) -> None:
    command = [sys.executable, "-m", "pytest", "-n0", "-p", "no:cacheprovider"]
    command += ["-o", f"pythonpath={unpacked(name)} .", *(f"tests/unit/{each}" for each in USED[name])]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def _unpack(archive: Path, place: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(place)


def _python(place: Path, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "eu-west-1"}
    found = "import sys; sys.path.insert(0, sys.argv[1]); arguments = sys.argv[2:]\n"
    command = [sys.executable, "-I", "-S", "-c", found + code, str(place), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def _calls(name: str) -> dict[str, list[str]]:
    """The operations that the asset's functions call, by service, as they were recorded."""
    modules = {path.removesuffix(".py").replace("/", ".") for path in ours(ASSETS[name], ROOT)}
    found: dict[str, list[str]] = {}
    for function, situations in json.loads(CALLS.read_text()).items():
        if function.rpartition(".")[0] in modules:
            for call in {call for situation in situations.values() for call in situation}:
                service, operation = call.split()
                found.setdefault(service, []).append(operation)
    return found


def _named(name: str) -> set[str]:
    """The services whose clients the asset's own code makes, or whose operations it declares."""
    modules = [content for path, content in ours(ASSETS[name], ROOT).items() if path.endswith(".py")]
    calls = [node for module in modules for node in ast.walk(ast.parse(module)) if isinstance(node, ast.Call)]
    given = [argument for call in calls if _called(call) in MAKE_CLIENTS for argument in call.args]
    texts = {each.value for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str)}
    return texts & set(botocore.session.get_session().get_available_services())
