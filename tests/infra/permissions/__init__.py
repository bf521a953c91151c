"""What the functions may do on AWS, proved from what they do.

situations.py   every situation of a deployed function, played on moto and on the fakes
recording.py    the calls that our code makes meanwhile, seen by a hook of botocore
actions.toml    what each call needs: IAM action, on which resource, why, and where AWS says so
calls.json      what was recorded, for a person to read; `python -m tests.infra.permissions` writes it
"""
