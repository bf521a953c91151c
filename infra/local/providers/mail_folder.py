"""A folder that stands for the bucket to which SES writes the mails it receives."""

import io
from pathlib import Path
from typing import Any

from infra.local.providers.requests import check, refusal


class MailFolder:
    """`get_object` of boto3's `s3` client: `FOLDER/bucket/key`, or `FOLDER/key` for one bucket."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get_object(self, **request: Any) -> dict[str, Any]:
        """Raises botocore's `ClientError` with code `NoSuchKey`, as S3 does. A key never leads out of the folder."""
        check("s3", "GetObject", request)
        bucket, key = request["Bucket"], request["Key"]
        for path in (self._folder / bucket / key, self._folder / key):
            if path.is_file() and path.resolve().is_relative_to(self._folder.resolve()):
                return {"Body": io.BytesIO(path.read_bytes())}
        raise refusal("GetObject", "NoSuchKey", f"{key} is not in {self._folder}", status=404)
