"""What the functions may do on AWS, proved from what they do.

    situations/         every situation of a function in which it asks AWS for something,
    deployed.py         played on moto and on the fakes, with real clients
    recording.py        the calls that our code makes meanwhile, seen by hooks of botocore
    calls.json          what was recorded, for a person to read; `python -m tests.infra.permissions` writes it

    actions.toml        what each call needs: IAM action, on which type of resource, why, and where AWS says so
    platform.toml       what AWS does in the name of our roles: logs, traces, polling, delivery, keys
    reference.py        the Service Authorization Reference, which both are held to

    resources.py        which resource of a deployment a call touches
    function_roles.py   from both to what the role of a function has to allow
    service_roles.py    and the role of a service
    roles.py            what the templates' roles do allow
    conformance.py      where that is not the same

A new call of AWS: add its rows to actions.toml and a situation that leads to it, record, and the tests say which role
lacks what.
"""
