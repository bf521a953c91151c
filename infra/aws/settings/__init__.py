"""What a deployer decides: typed, validated at synthesis, every fault named together.

reading.py     values of the context → a settings class, or one error that names every field
deployment.py  all of it: what concerns every stack, and a section for each
context.py     where the values come from: cdk.json, the CDK command line's context, `-c`
"""
