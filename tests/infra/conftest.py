"""Every test here may import aws_cdk, which starts Node when it is imported."""

from infra.aws import node

node.use()
