"""An AgentCore harness that answers from the knowledge base: model, instructions, memory, and a tool behind a gateway.

    harness ─ gateway (signed by the harness's role) ─ λ search_documents ─ Retrieve ▶ passages

AWS's own connector of a gateway is for managed knowledge bases; one on S3 Vectors is reached by a function. The memory
keeps what was said, without extracting anything from it, for as long as the longest conversation.
Sources: https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/harness-security.html,
https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-target-connectors.html
"""

from aws_cdk import Stack
from aws_cdk import aws_bedrockagentcore as agentcore
from aws_cdk import aws_iam as iam

from infra.aws.constructs.accepted import accept_wildcards
from infra.aws.constructs.function import Function, Program
from infra.aws.constructs.models import asking
from infra.aws.constructs.rights import allow, role
from infra.aws.constructs.stack import ParleyStack
from infra.aws.stacks.knowledge.vectors import KnowledgeBase
from orchestrator.answerers.knowledge_base.settings import SearchSettings

TOOL = "search_documents"
MEMORY_DAYS = 30  # as long as the hub keeps a conversation
TIMEOUT_S = 30


class Harness:
    """`arn` is what the hub asks."""

    def __init__(self, stack: ParleyStack, base: KnowledgeBase) -> None:
        self._stack = stack
        self._name = f"parley_{stack.deployment.stage}".replace("-", "_")
        self.function = self._searching(base)
        self._memory = agentcore.CfnMemory(
            stack,
            "Memory",
            name=self._name,
            event_expiry_duration=MEMORY_DAYS,
            encryption_key_arn=stack.key.key_arn if stack.key else None,
        )
        self._gateway = self._reachable()
        self._harness = self._agent()

    @property
    def arn(self) -> str:
        return self._harness.attr_arn

    def _searching(self, base: KnowledgeBase) -> Function:
        return Function(
            self._stack,
            "SearchDocuments",
            Program("hub", "orchestrator.knowledge_tool.search_documents", TIMEOUT_S, 512),
            allowed=[allow("bedrock:Retrieve", on=base.arn)],
            settings=self._searched(base),
        )

    def _searched(self, base: KnowledgeBase) -> SearchSettings:
        """What of the hub's settings says where and how to search."""
        chosen = self._stack.deployment.settings.knowledge_base
        return SearchSettings(
            knowledge_base_id=base.id,
            knowledge_base_results=chosen.knowledge_base_results,
            knowledge_base_filter=chosen.knowledge_base_filter,
        )

    def _reachable(self) -> agentcore.CfnGateway:
        """The gateway with its one tool."""
        calling = role(
            self._stack,
            "GatewayRole",
            _agentcore(self._stack, "gateway/*"),
            [allow("lambda:InvokeFunction", on=self.function.function_arn), *_sealing(self._stack)],
        )
        gateway = agentcore.CfnGateway(
            self._stack,
            "Gateway",
            name=f"parley-{self._stack.deployment.stage}",
            role_arn=calling.role_arn,
            authorizer_type="AWS_IAM",
            protocol_type="MCP",
            kms_key_arn=self._stack.key.key_arn if self._stack.key else None,
        )
        gateway.node.add_dependency(calling)  # which it seals its configuration by, at once
        target = agentcore.CfnGatewayTarget(
            self._stack,
            "GatewayTarget",
            name="knowledge",
            gateway_identifier=gateway.attr_gateway_identifier,
            credential_provider_configurations=[
                agentcore.CfnGatewayTarget.CredentialProviderConfigurationProperty(
                    credential_provider_type="GATEWAY_IAM_ROLE"
                )
            ],
            target_configuration=agentcore.CfnGatewayTarget.TargetConfigurationProperty(
                mcp=agentcore.CfnGatewayTarget.McpTargetConfigurationProperty(
                    lambda_=agentcore.CfnGatewayTarget.McpLambdaTargetConfigurationProperty(
                        lambda_arn=self.function.function_arn,
                        tool_schema=agentcore.CfnGatewayTarget.ToolSchemaProperty(inline_payload=[_tool()]),
                    )
                )
            ),
        )
        target.node.add_dependency(calling)  # the gateway tries its role's rights when a target is added
        return gateway

    def _agent(self) -> agentcore.CfnHarness:
        stack, chosen = self._stack, self._stack.deployment
        rights = self._rights()
        execution = role(stack, "HarnessRole", _agentcore(stack, "*"), rights)
        accept_wildcards(execution, rights, "a profile picks the region, and only requests through it pass")
        harness = agentcore.CfnHarness(
            stack,
            "Harness",
            harness_name=self._name,
            execution_role_arn=execution.role_arn,
            model=agentcore.CfnHarness.HarnessModelConfigurationProperty(
                bedrock_model_config=agentcore.CfnHarness.HarnessBedrockModelConfigProperty(
                    model_id=chosen.settings.bedrock.model_id
                )
            ),
            system_prompt=[
                agentcore.CfnHarness.HarnessSystemContentBlockProperty(text=chosen.knowledge.harness_instructions)
            ],
            tools=[
                agentcore.CfnHarness.HarnessToolProperty(
                    type="agentcore_gateway",
                    name="knowledge",
                    config=agentcore.CfnHarness.HarnessToolConfigurationProperty(
                        agent_core_gateway=agentcore.CfnHarness.HarnessAgentCoreGatewayConfigProperty(
                            gateway_arn=self._gateway.attr_gateway_arn
                        )
                    ),
                )
            ],
            allowed_tools=["@knowledge/*"],  # neither shell nor browser
            memory=agentcore.CfnHarness.HarnessMemoryConfigurationProperty(
                agent_core_memory_configuration=agentcore.CfnHarness.HarnessAgentCoreMemoryConfigurationProperty(
                    arn=self._memory.attr_memory_arn
                )
            ),
        )
        harness.node.add_dependency(execution)
        return harness

    def _rights(self) -> list[iam.PolicyStatement]:
        stack, model = self._stack, self._stack.deployment.settings.bedrock.model_id
        return [
            *asking(stack, model, "bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"),
            allow("bedrock-agentcore:InvokeGateway", on=self._gateway.attr_gateway_arn),
            allow(
                *("bedrock-agentcore:CreateEvent", "bedrock-agentcore:DeleteEvent"),
                *("bedrock-agentcore:GetEvent", "bedrock-agentcore:ListEvents"),
                on=self._memory.attr_memory_arn,
            ),
            *([allow("kms:Decrypt", "kms:GenerateDataKey", on=stack.key.key_arn)] if stack.key else []),
        ]


def _sealing(stack: ParleyStack) -> list[iam.PolicyStatement]:
    """The gateway's right to a key of the deployment's own.

    Source: https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-encryption.html
    """
    if not stack.key:
        return []
    return [allow("kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey", on=stack.key.key_arn)]


def _agentcore(stack: Stack, kind: str) -> iam.IPrincipal:
    """AgentCore, for resources of this account."""
    ours = f"arn:{stack.partition}:bedrock-agentcore:{stack.region}:{stack.account}:{kind}"
    return iam.ServicePrincipal(
        "bedrock-agentcore.amazonaws.com",
        conditions={"StringEquals": {"aws:SourceAccount": stack.account}, "ArnLike": {"aws:SourceArn": ours}},
    )


def _tool() -> agentcore.CfnGatewayTarget.ToolDefinitionProperty:
    return agentcore.CfnGatewayTarget.ToolDefinitionProperty(
        name=TOOL,
        description="Searches the company's documents. Use it before you answer a question about the company.",
        input_schema=agentcore.CfnGatewayTarget.SchemaDefinitionProperty(
            type="object",
            properties={
                "question": agentcore.CfnGatewayTarget.SchemaDefinitionProperty(
                    type="string", description="what to look for, as a whole question"
                )
            },
            required=["question"],
        ),
    )
