"""Every kind of event the lake knows: how it is recognised, what parts it has, what identifies each.

source.py      what a source is, and a part; what several providers' sources are made of
table.py       all of them, one row each
sms.py         End User Messaging SMS: texts, pictures, voice, RCS; registrations
ses.py         SES: mail sent and received
whatsapp.py    End User Messaging Social
hub.py         what our own hub tells
aws_sample.py  AWS's engagement database sample

A new source is a row of the table, a template, and here what a row cannot say: templates/README.md.
"""

from transformer.sources.source import Source
from transformer.sources.table import SOURCES, UNKNOWN, Templates, shipped_templates, source_of

__all__ = ["SOURCES", "UNKNOWN", "Source", "Templates", "shipped_templates", "source_of"]
