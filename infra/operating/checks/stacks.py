"""Whether a stage's stacks are there and whole.

States: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
"""

from collections.abc import Iterator

from botocore.exceptions import ClientError

from infra.operating.checks.finding import Finding, not_applicable, ok, problem, warning
from infra.operating.checks.subject import Subject
from infra.outputs import LakeOutputs, Outputs, stack_name

WHOLE = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"})
ROLLED_BACK = frozenset({"UPDATE_ROLLBACK_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"})


def stacks(subject: Subject) -> Iterator[Finding]:
    """A finding for each stack that a stage can have."""
    if subject.stage is None:
        yield not_applicable("no stage is named", "parley --stage NAME doctor --aws")
        return
    for kind in Outputs.__subclasses__():
        yield _stack(subject, kind, subject.stage.name)


def _stack(subject: Subject, kind: type[Outputs], stage: str) -> Finding:
    name = stack_name(kind, stage)
    try:
        status = str(subject.ask("cloudformation", "DescribeStacks", StackName=name)["Stacks"][0]["StackStatus"])
    except ClientError as error:
        if "does not exist" not in str(error):
            raise
        if kind is LakeOutputs:  # every stage has one
            return problem(f"there is no stack {name} in {subject.region}", f"make deploy STAGE={stage}")
        return not_applicable(f"this stage has no stack {name}")
    return _judged(name, status, stage)


def _judged(name: str, status: str, stage: str) -> Finding:
    events = f"aws cloudformation describe-stack-events --stack-name {name}"
    if status in WHOLE:
        return ok(f"{name}: {status}")
    if status in ROLLED_BACK:
        return warning(f"{name}: {status}; the last update failed, the one before it runs", events)
    if status.endswith("IN_PROGRESS"):
        return warning(f"{name}: {status}", "look again when it is done")
    return problem(f"{name}: {status}", f"{events}; then make deploy STAGE={stage}")
