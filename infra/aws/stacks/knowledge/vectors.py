"""A Bedrock knowledge base whose passages lie in S3 Vectors: nothing runs, so nothing costs, while nobody asks.

Bedrock writes a passage's whole text into the vector's metadata. S3 Vectors takes 2 kB of filterable metadata, so the
text, and Bedrock's own notes, have to be declared as not filterable; else ingestion fails on longer passages.
Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-vectors-limitations.html,
https://docs.aws.amazon.com/bedrock/latest/userguide/knowledge-base-setup.html (the service role's rights:
https://docs.aws.amazon.com/bedrock/latest/userguide/kb-permissions.html)
"""

import hashlib
from collections.abc import Sequence

from aws_cdk import aws_bedrock as bedrock
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3vectors as s3vectors

from infra.aws.constructs.accepted import accept_wildcard
from infra.aws.constructs.models import asking, model_arn
from infra.aws.constructs.rights import allow, role
from infra.aws.constructs.stack import ParleyStack

NOT_FILTERABLE = ("AMAZON_BEDROCK_TEXT", "AMAZON_BEDROCK_METADATA")
DIMENSIONS = 1024  # of Titan Text Embeddings V2 and Cohere Embed v3, and a choice of the newer ones


class KnowledgeBase:
    """`documents` is searched whole; web addresses, if any, are a second data source."""

    def __init__(self, stack: ParleyStack, documents: s3.Bucket) -> None:
        self._stack = stack
        self._index = self._vectors()
        chosen = stack.deployment.knowledge
        self._role = role(stack, "KnowledgeBaseRole", self._principal(), self._rights(documents))
        accept_wildcard(self._role, documents.arn_for_objects("*"), "every document is searched")
        embedding = bedrock.CfnKnowledgeBase.VectorKnowledgeBaseConfigurationProperty(
            embedding_model_arn=model_arn(stack, chosen.embedding_model),
            embedding_model_configuration=bedrock.CfnKnowledgeBase.EmbeddingModelConfigurationProperty(
                bedrock_embedding_model_configuration=(
                    bedrock.CfnKnowledgeBase.BedrockEmbeddingModelConfigurationProperty(dimensions=DIMENSIONS)
                )
            ),
        )
        self.resource = bedrock.CfnKnowledgeBase(
            stack,
            "KnowledgeBase",
            name=_name(stack),
            role_arn=self._role.role_arn,
            knowledge_base_configuration=bedrock.CfnKnowledgeBase.KnowledgeBaseConfigurationProperty(
                type="VECTOR", vector_knowledge_base_configuration=embedding
            ),
            storage_configuration=bedrock.CfnKnowledgeBase.StorageConfigurationProperty(
                type="S3_VECTORS",
                s3_vectors_configuration=bedrock.CfnKnowledgeBase.S3VectorsConfigurationProperty(
                    index_arn=self._index.attr_index_arn
                ),
            ),
        )
        self.resource.node.add_dependency(self._role)  # Bedrock tries the role's rights when it makes the base
        self.documents = self._documents(documents)
        self.web = self._web(chosen.web_addresses)

    @property
    def id(self) -> str:
        return self.resource.attr_knowledge_base_id

    @property
    def arn(self) -> str:
        return self.resource.attr_knowledge_base_arn

    @property
    def sources(self) -> list[bedrock.CfnDataSource]:
        """The data sources that are ingested: the documents and, where a web site is named, its pages."""
        return [self.documents, self.web] if self.web else [self.documents]

    def _vectors(self) -> s3vectors.CfnIndex:
        key = self._stack.key
        bucket = s3vectors.CfnVectorBucket(
            self._stack,
            "Vectors",
            encryption_configuration=s3vectors.CfnVectorBucket.EncryptionConfigurationProperty(
                sse_type="aws:kms" if key else "AES256", kms_key_arn=key.key_arn if key else None
            ),
        )
        index = s3vectors.CfnIndex(
            self._stack,
            "Index",
            vector_bucket_arn=bucket.attr_vector_bucket_arn,
            data_type="float32",
            dimension=DIMENSIONS,
            distance_metric="cosine",
            metadata_configuration=s3vectors.CfnIndex.MetadataConfigurationProperty(
                non_filterable_metadata_keys=list(NOT_FILTERABLE)
            ),
        )
        for made in (bucket, index):  # made of the documents, and made again from them
            made.apply_removal_policy(self._stack.data_policy)
        return index

    def _principal(self) -> iam.IPrincipal:
        """Bedrock, for knowledge bases of this account."""
        of_ours = f"arn:{self._stack.partition}:bedrock:{self._stack.region}:{self._stack.account}:knowledge-base/*"
        return iam.ServicePrincipal(
            "bedrock.amazonaws.com",
            conditions={
                "StringEquals": {"aws:SourceAccount": self._stack.account},
                "ArnLike": {"aws:SourceArn": of_ours},
            },
        )

    def _rights(self, documents: s3.Bucket) -> list[iam.PolicyStatement]:
        stack, owned = self._stack, {"StringEquals": {"aws:ResourceAccount": self._stack.account}}
        rights: list[iam.PolicyStatement] = [
            *asking(stack, stack.deployment.knowledge.embedding_model, "bedrock:InvokeModel"),
            allow("s3:ListBucket", on=documents.bucket_arn, when=owned),
            allow("s3:GetObject", on=documents.arn_for_objects("*"), when=owned),
            allow(
                *("s3vectors:GetIndex", "s3vectors:GetVectors", "s3vectors:ListVectors"),
                *("s3vectors:PutVectors", "s3vectors:QueryVectors", "s3vectors:DeleteVectors"),
                on=self._index.attr_index_arn,
            ),
        ]
        if stack.key:
            rights.append(allow("kms:Decrypt", "kms:GenerateDataKey", on=stack.key.key_arn))
        return rights

    def _documents(self, bucket: s3.Bucket) -> bedrock.CfnDataSource:
        where = bedrock.CfnDataSource.DataSourceConfigurationProperty(
            type="S3",
            s3_configuration=bedrock.CfnDataSource.S3DataSourceConfigurationProperty(bucket_arn=bucket.bucket_arn),
        )
        return self._source("Documents", "documents", where, "RETAIN" if self._stack.keeps_data else "DELETE")

    def _web(self, addresses: Sequence[str]) -> bedrock.CfnDataSource | None:
        if not addresses:
            return None
        seeds = [bedrock.CfnDataSource.SeedUrlProperty(url=address) for address in addresses]
        where = bedrock.CfnDataSource.DataSourceConfigurationProperty(
            type="WEB",
            web_configuration=bedrock.CfnDataSource.WebDataSourceConfigurationProperty(
                source_configuration=bedrock.CfnDataSource.WebSourceConfigurationProperty(
                    url_configuration=bedrock.CfnDataSource.UrlConfigurationProperty(seed_urls=seeds)
                ),
                crawler_configuration=bedrock.CfnDataSource.WebCrawlerConfigurationProperty(
                    scope="HOST_ONLY",
                    crawler_limits=bedrock.CfnDataSource.WebCrawlerLimitsProperty(rate_limit=60),  # pages a minute
                ),
            ),
        )
        return self._source("Web", "web", where, "DELETE")

    def _source(
        self, construct: str, name: str, where: bedrock.CfnDataSource.DataSourceConfigurationProperty, passages: str
    ) -> bedrock.CfnDataSource:
        """`passages`: what becomes of them when the source goes. Those that stay go on being answered from."""
        return bedrock.CfnDataSource(
            self._stack,
            construct,
            name=name,
            knowledge_base_id=self.id,
            data_source_configuration=where,
            data_deletion_policy=passages,
        )


def _name(stack: ParleyStack) -> str:
    """Another name for each key.

    Another key means another index and with it another base, which CloudFormation makes before it deletes the former:
    under the same name Bedrock would refuse it. Whoever reads its id changes with the key too, and so reads it anew.
    """
    key = stack.deployment.kms_key
    told_apart = [hashlib.sha256(key.encode()).hexdigest()[:8]] if key else []
    return "-".join(["parley", stack.deployment.stage, *told_apart])
