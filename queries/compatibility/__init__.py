"""The AWS Engagement Database sample's tables over ours, so that its users' statements run as they are.

https://github.com/aws-samples/Engagement-Database-And-Analytics-Sample-For-End-User-Messaging-And-SES#data-model
What differs from that sample's own lake is in docs/compatibility.md.
"""
