"""Every test here may import aws_cdk, which starts Node when it is imported."""

from infra import node

node.use()
