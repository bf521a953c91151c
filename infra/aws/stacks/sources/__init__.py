"""The event sources: what happens to messages reaches the lake, whoever sends them.

feeding.py     the right of one service to put events onto the stream
mail.py        an SES configuration set
texts.py       an End User Messaging SMS configuration set: SMS, MMS, voice and RCS
whatsapp.py    the topic of WhatsApp Business accounts, its way onto the stream, the accounts' link to it
bridge.py      rules on EventBridge: registrations, and what other programs of the account send
stack.py       all of it
"""
