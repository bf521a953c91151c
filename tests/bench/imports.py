"""The processor time until a process can work, against `import boto3` in the same interpreter.

Each import happens in a new interpreter; the files are in the page cache after the first, which does not count.
"""

import statistics
import subprocess
import sys

from tests.bench.figure import Figure

ROUNDS = 9
TIMED = "import time; started = time.process_time()\n{code}\nprint(time.process_time() - started)"
CONVERSE = """
import os
os.environ.update(AWS_ACCESS_KEY_ID='x', AWS_SECRET_ACCESS_KEY='x', AWS_DEFAULT_REGION='eu-west-1')
from orchestrator import bootstrap, handlers
from orchestrator.settings import Settings
settings = Settings(answerers=(), table_name='t', wake_ups_url='https://sqs/q', conversation_key_secret='s')
make = bootstrap.clients(settings)
class Secrets:
    def get_secret_value(self, **_): return {'SecretString': 'x' * 32}
bootstrap.hub(settings, lambda service: Secrets() if service == 'secretsmanager' else make(service))
"""
CASES = {
    "cold start of λ converse, import and bootstrap": CONVERSE,
    "cold start of λ transformer, import and templates": "import transformer.sources, transformer.handler; "
    "transformer.sources.shipped_templates()",
}


def figures() -> list[Figure]:
    """Ratios of medians; the cases take turns, so that a busy moment meets them all."""
    rounds = [[_once(code) for code in ("import boto3", *CASES.values())] for _ in range(ROUNDS + 1)][1:]
    boto3, *others = (statistics.median(column) for column in zip(*rounds, strict=True))
    return [
        Figure(f"{what}, over `import boto3`", f"{seconds / boto3:.2f} ×", "≤ 2 ×", met=seconds / boto3 <= 2)
        for what, seconds in zip(CASES, others, strict=True)
    ]


def _once(code: str) -> float:
    command = [sys.executable, "-c", TIMED.format(code=code)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
