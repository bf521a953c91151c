"""What `parley doctor --aws` looks at: each check is a function from the account to its findings.

every.py                  all checks in one table, run one by one: one that fails does not stop the others
finding.py                what a check says
subject.py                what the checks are about: an account, a region, the settings, and the stage if one is named
stacks_and_alarms.py      a stage's stacks, streams, dead letters, alarms, functions at once
models_and_answerers.py   model access, agents and knowledge bases, tokens a minute
numbers.py                phone numbers, registrations, the SMS account
whatsapp.py               WhatsApp Business accounts
sending_mail.py           the SES account, identities
receiving_mail.py         our addresses, MX records, receipt rules
"""
