"""What `parley doctor --aws` looks at: an idea a file, each a function from the account to its findings.

finding.py   what a check says
subject.py   what the checks are about: an account, a region, the settings, and the stage where one is named
every.py     all checks, run one by one: one that fails does not stop the others
"""
