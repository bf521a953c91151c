"""`aws` as the documents' commands call it: refuses what AWS's command line would refuse, and tells a stage's outputs.

    TOLD_OUTPUTS=FILE python -m tests.infra.told_aws SERVICE OPERATION --option value …

FILE has {stack: {output: value}} of a synthesised deployment; a stack that is not there, an output that it lacks, an
operation, an option or a value that does not exist ends in an error, as does an operation without what it requires.
Source: https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-commandstructure.html (names are those of the API)
"""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import botocore.session
import jmespath
from botocore import xform_name
from botocore.model import OperationModel

EVERYWHERE = {"--output", "--query", "--region"}
OF_THE_COMMAND_LINE = {  # no operations of an API, with their options: of `aws` itself
    ("configure",): set[str](),
    ("sso", "login"): set[str](),
    ("logs", "tail"): {"--since", "--follow", "--filter-pattern"},
}
Outputs = Mapping[str, Mapping[str, str]]


class WrongUseError(Exception):
    """What `aws` would answer with status 252 or 254."""


def called(words: Sequence[str], outputs: Outputs) -> str:
    """What it prints. Raises `WrongUseError`."""
    for command, options in OF_THE_COMMAND_LINE.items():
        if tuple(words[: len(command)]) == command:
            return _of_command_line(command, options, list(words[len(command) :]), outputs)
    service, operation, *rest = words
    model = _operation(service, operation)
    given = _options(rest, model)
    _check(model, given, outputs)
    if operation == "describe-stacks":
        return _told(outputs, given)
    return ""


def _of_command_line(command: tuple[str, ...], options: set[str], words: list[str], outputs: Outputs) -> str:
    named = {word for word in words if word.startswith("--")}
    if named - options:
        raise WrongUseError(f"{command} knows no {named - options}")
    if command == ("logs", "tail"):
        groups = {value for told in outputs.values() for name, value in told.items() if name.endswith("LogGroup")}
        if words[0] not in groups:
            raise WrongUseError(f"{words[0]!r} is no log group of the stage")
    return ""


def _operation(service: str, operation: str) -> OperationModel:
    model = botocore.session.get_session().get_service_model(service)
    names = {xform_name(name, "-"): name for name in model.operation_names}
    if operation not in names:
        raise WrongUseError(f"{service} has no {operation}")
    return model.operation_model(names[operation])


def _options(words: list[str], model: OperationModel) -> dict[str, str]:
    """Values by the API's names, and those of EVERYWHERE."""
    shape = model.input_shape
    members = {f"--{xform_name(name, '-')}": name for name in (shape.members if shape else {})}
    flags = {option for option, name in members.items() if shape and shape.members[name].type_name == "boolean"}
    found: dict[str, str] = {}
    while words:
        option = words.pop(0)
        positive = option.replace("--no-", "--", 1)
        if positive in flags:
            found[members[positive]] = str(option == positive)
        elif option in members or option in EVERYWHERE:
            found[members.get(option, option)] = words.pop(0)
        else:
            raise WrongUseError(f"{model.name} knows no {option}")
    return found


def _check(model: OperationModel, given: Mapping[str, str], outputs: Outputs) -> None:
    required = set(model.input_shape.required_members if model.input_shape else ())
    if lacking := required - given.keys():
        raise WrongUseError(f"{model.name} needs {sorted(lacking)}")
    if empty := [name for name, value in given.items() if not value or value == "None"]:
        raise WrongUseError(f"{model.name} is given nothing as {empty}")
    for value in given.values():
        if value.startswith("file://") and not Path(value.removeprefix("file://")).exists():
            raise WrongUseError(f"there is no file {value}")
    if "StackName" in given and given["StackName"] not in outputs:
        raise WrongUseError(f"there is no stack {given['StackName']}")


def _told(outputs: Outputs, given: Mapping[str, str]) -> str:
    stack = outputs[given["StackName"]]
    answer = {"Stacks": [{"Outputs": [{"OutputKey": name, "OutputValue": value} for name, value in stack.items()]}]}
    found = jmespath.search(given["--query"], answer)
    if not found:
        raise WrongUseError(f"{given['--query']} finds nothing in {given['StackName']}")
    return "\t".join(found)


if __name__ == "__main__":
    try:
        print(called(sys.argv[1:], json.loads(Path(os.environ["TOLD_OUTPUTS"]).read_text())))
    except WrongUseError as error:
        sys.exit(str(error))
