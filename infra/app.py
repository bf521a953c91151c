"""The CDK app: `python -m infra.app [-c name=value]…` writes build/cdk.out, with no account and no command line of CDK.

    lake ◀ sources ◀ hub ◀ watch        each can be looked at, deployed and updated by itself
      ▲                ▲
    quicksight      knowledge            both optional

The lake alone is an engagement database; the hub joins later, or never (`-c hub.deployed=false`).
"""

import argparse
import os
import sys
from pathlib import Path

from infra.aws import node
from infra.aws.settings.context import context
from infra.aws.settings.deployment import DeploymentSettings
from infra.aws.settings.region_checks import region_warnings
from orchestrator.errors import ConfigurationError

OUT = Path("build/cdk.out")


def main(arguments: list[str] | None = None) -> None:
    """Synthesise, or say on standard error what is wrong with the settings and exit with 2."""
    parser = argparse.ArgumentParser(prog="python -m infra.app", description="Synthesise a deployment's stacks.")
    parser.add_argument(
        "-c", "--context", action="append", default=[], metavar="NAME=VALUE", help="a setting, over cdk.json's"
    )
    given = parser.parse_args(arguments).context
    try:
        deployment = DeploymentSettings.read(context(os.environ, given))
    except (ConfigurationError, ValueError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        raise SystemExit(2) from error
    for warning in region_warnings(deployment):
        print(f"warning: {warning}", file=sys.stderr)  # noqa: T201
    node.use()
    from infra.aws.packaging import asset  # noqa: PLC0415  # both start Node, which is chosen by now
    from infra.aws.stacks.whole import app  # noqa: PLC0415

    handed = os.environ.get("CDK_OUTDIR")  # the command line of CDK says where, and reports by itself
    assembly = app(deployment, asset, handed or str(OUT)).synth()
    if not handed:
        for stack in assembly.stacks:
            print(f"{stack.stack_name}: {len(stack.template['Resources'])} resources")  # noqa: T201
        print(f"The templates are in {OUT}. Next: make deploy STAGE={deployment.stage}")  # noqa: T201


if __name__ == "__main__":
    main()
