"""The processor time until a function can work, from its built asset, against `import boto3` in the same interpreter.

Counted are imports, the hub's clients and the templates. The assets are built for this machine's Python, otherwise as
for Lambda. Each import happens in a new interpreter that finds only the standard library and the asset; the files
are in the page cache after the first, which does not count. boto3 is taken from the same asset, where it is pruned and
compiled like the rest, and from site-packages.
"""

import statistics
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from infra.aws.packaging import HERE, asset
from tests.bench.figure import Figure

ROUNDS = 9
TIMED = """
import sys, time
sys.path.insert(0, sys.argv[1])
started = time.process_time()
{code}
print(time.process_time() - started)
"""
HUB = """
import os
os.environ.update(AWS_ACCESS_KEY_ID='x', AWS_SECRET_ACCESS_KEY='x', AWS_DEFAULT_REGION='eu-west-1')
from orchestrator import bootstrap, handlers
from orchestrator.sections import read
from orchestrator.settings import Receiving
os.environ.update(PARLEY_TABLE_NAME='t', PARLEY_WAKE_UPS_URL='https://sqs/q', PARLEY_CONVERSATION_KEY_SECRET='s')
settings = read(Receiving, os.environ)
make = bootstrap.clients()
class Secrets:
    def get_secret_value(self, **_): return {'SecretString': 'x' * 32}
bootstrap.deployed(settings, lambda service: Secrets() if service == 'secretsmanager' else make(service))
"""
TRANSFORMER = """
import os
os.environ.update(AWS_ACCESS_KEY_ID='x', AWS_SECRET_ACCESS_KEY='x', AWS_DEFAULT_REGION='eu-west-1')
import transformer.sources, transformer.handler, transformer.template_stores
transformer.sources.shipped_templates()
transformer.template_stores.s3_client()
"""
DEPLOYING = """
import importlib, pkgutil, infra.aws.custom
for module in pkgutil.iter_modules(infra.aws.custom.__path__, "infra.aws.custom."):
    importlib.import_module(module.name)
"""
CASES: Mapping[str, tuple[str, str]] = {
    "λ ingress, converse and sweep": ("hub", HUB),
    "λ transformer with overrides of templates": ("transformer", TRANSFORMER),
    "λ of every custom resource at once": ("deploying", DEPLOYING),
}


def figures() -> list[Figure]:
    """Ratios of medians; the cases take turns, so that a busy moment meets them all."""
    return [_against_boto3(what, name, code) for what, (name, code) in CASES.items()]


def _against_boto3(what: str, name: str, code: str) -> Figure:
    with TemporaryDirectory() as folder:
        zipfile.ZipFile(asset(name, HERE)).extractall(folder)
        installed = Path(sysconfig.get_path("purelib"))
        runs = ((code, folder), ("import boto3", folder), ("import boto3", installed))
        rounds = [[_once(each, place) for each, place in runs] for _ in range(ROUNDS + 1)][1:]
    ours, pruned, plain = (statistics.median(column) for column in zip(*rounds, strict=True))
    return Figure(
        f"cold start of {what}, over `import boto3` (over site-packages')",
        f"{ours / pruned:.2f} × ({ours / plain:.2f} ×)",
        "≤ 2 ×",
        met=max(ours / pruned, ours / plain) <= 2,
    )


def _once(code: str, place: str | Path) -> float:
    command = [sys.executable, "-I", "-S", "-c", TIMED.format(code=code), str(place)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
