"""A deployed hub, found by its stage's name: by the outputs of its stacks, and the settings its functions run with."""

import functools
from collections.abc import Mapping
from typing import TypeVar

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.operating.aws_questions import Ask, Asking, DeniedError
from infra.outputs import HubOutputs, LakeOutputs, Outputs, read, stack_name
from orchestrator.errors import ConfigurationError
from orchestrator.settings import Settings

Kind = TypeVar("Kind", bound=Outputs)


class NotDeployedError(ConfigurationError):
    """The stage has no such stack in this account and region."""


class Stage:
    """Reads AWS when it is first asked for something, each stack once. Raises `ConfigurationError`."""

    def __init__(self, name: str, ask: Ask | None = None) -> None:
        self.name = name
        self._ask = ask or Asking()
        self._published = functools.cache(self._read)

    def outputs(self, kind: type[Kind]) -> Kind:
        """What the stack of this kind tells."""
        return read(kind, stack_name(kind, self.name), self._published(stack_name(kind, self.name)))

    def find(self, kind: type[Kind]) -> Kind | None:
        """The same; None where this stage has no such stack, as a lake alone has no hub."""
        try:
            return self.outputs(kind)
        except NotDeployedError:
            return None

    def settings(self) -> Settings:
        """Those that the deployed transformer and hub run with."""
        lake, hub = self.outputs(LakeOutputs), self.find(HubOutputs)
        functions = [lake.transformer_function_name, *([hub.converse_function_name] if hub else [])]
        return Settings.read({name: value for each in functions for name, value in self._environment(each).items()})

    def _environment(self, function: str) -> Mapping[str, str]:
        """The environment variables of a Lambda function."""
        try:
            found = self._ask("lambda", "GetFunctionConfiguration", FunctionName=function)
        except DeniedError as error:
            raise ConfigurationError(f"the settings of {function} cannot be read: {error} is not allowed") from error
        except (BotoCoreError, ClientError) as error:
            raise ConfigurationError(f"the settings of {function} cannot be read: {error}") from error
        return {**found.get("Environment", {}).get("Variables", {})}

    def _read(self, stack: str) -> Mapping[str, str]:
        try:
            found = self._ask("cloudformation", "DescribeStacks", StackName=stack)["Stacks"][0]
        except DeniedError as error:
            raise ConfigurationError(f"the stack {stack} cannot be read: {error} is not allowed") from error
        except (BotoCoreError, ClientError) as error:
            raise self._unread(stack, error) from error
        return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", ())}

    def _unread(self, stack: str, error: Exception) -> ConfigurationError:
        """Only the text of CloudFormation's ValidationError says that a stack is not there."""
        if isinstance(error, ClientError) and "does not exist" in str(error):
            region = boto3.session.Session().region_name
            return NotDeployedError(
                f"there is no stack {stack} in {region}: `make deploy STAGE={self.name}`, or choose another region"
            )
        return ConfigurationError(f"the stack {stack} cannot be read: {error}")
