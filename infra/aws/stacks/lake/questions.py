"""What analysts find in Athena's console: the catalogue's views, and its reports as saved queries.

Views come by a custom resource, as CloudFormation knows none; what they are is in its properties, so that a changed
view is a changed resource. Rights of Athena's caller:
https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html (the database `default` too),
https://docs.aws.amazon.com/athena/latest/ug/s3-permissions.html
"""

from collections.abc import Sequence

from aws_cdk import CustomResource
from aws_cdk import aws_athena as athena
from aws_cdk import aws_iam as iam

from infra.aws.constructs.custom import Custom, custom_resource
from infra.aws.constructs.key_rights import encrypting
from infra.aws.constructs.rights import allow
from infra.aws.constructs.stack import ParleyStack
from infra.aws.stacks.lake.glue_tables import Tables
from infra.aws.stacks.lake.storage import Storage
from queries.catalogue.entries import Catalogue
from queries.published.installed import saved_query, views

_TIMEOUT_S = 600  # one statement after the other, each waiting for its turn in Athena


def install_views(
    stack: ParleyStack, workgroup: athena.CfnWorkGroup, tables: Tables, storage: Storage
) -> CustomResource:
    """Kept up to date with the catalogue; dropped with the stack."""
    told = {
        "Workgroup": workgroup.ref,
        "Database": tables.database_name,
        "Views": [{"Name": name, "Select": select} for name, select in views(Catalogue.shipped()).items()],
    }
    allowed = _allowed(stack, workgroup, tables, storage)
    wildcards = {
        tables.arns("*")[-1]: "views come and go with the catalogue",
        storage.results.arn_for_objects("*"): "Athena names its results itself",
    }
    made = custom_resource(stack, "Views", Custom("views", allowed, wildcards, _TIMEOUT_S), told)
    made.node.add_dependency(*tables.by_name.values())
    made.node.add_dependency(storage.results)  # dropping views has results too: they come before it is emptied
    return made


def save_queries(stack: ParleyStack, workgroup: athena.CfnWorkGroup, tables: Tables) -> None:
    """Save each report of the catalogue as a query of the workgroup."""
    catalogue = Catalogue.shipped()
    for entry in catalogue.entries.values():
        if entry.kind == "report":
            athena.CfnNamedQuery(
                stack,
                f"Question{''.join(word.capitalize() for word in entry.name.split('_'))}",
                name=entry.name,
                description=entry.description[:1024],
                database=tables.database_name,
                work_group=workgroup.ref,
                query_string=saved_query(entry, catalogue),
            )


def _allowed(
    stack: ParleyStack, workgroup: athena.CfnWorkGroup, tables: Tables, storage: Storage
) -> Sequence[iam.PolicyStatement]:
    group = stack.format_arn(service="athena", resource="workgroup", resource_name=workgroup.ref)
    default = stack.format_arn(service="glue", resource="database", resource_name="default")
    results = storage.results
    return [
        allow("athena:GetQueryExecution", "athena:StartQueryExecution", on=group),
        allow("glue:GetDatabase", on=[*tables.arns()[:2], default]),
        allow(
            *("glue:CreateTable", "glue:DeleteTable", "glue:GetTable", "glue:UpdateTable"),
            on=tables.arns("*"),
        ),
        allow("s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads", on=results.bucket_arn),
        allow(
            *("s3:AbortMultipartUpload", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"),
            on=results.arn_for_objects("*"),
        ),
        *encrypting(stack),
    ]
