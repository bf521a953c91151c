"""What answers come from, where the deployment makes it itself.

documents.py       the bucket that documents are put into
vectors.py         the knowledge base over them, on S3 Vectors
ingestion.py       keeps it up to date: on deployment, on upload, weekly for the web
harness.py         an AgentCore harness with the knowledge base as its tool
guardrail.py       what neither people nor models may say
stack.py           all of it, and what it changes of the hub's settings
"""
