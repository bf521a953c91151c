"""Custom resources: what CloudFormation cannot do by itself, run by Lambda during a deployment."""
