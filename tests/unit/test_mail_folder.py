"""The folder that stands for a bucket of mails gives what is in it, and nothing else of the machine."""

from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from infra.local.providers.mail_folder import MailFolder


@pytest.fixture
def folder(tmp_path: Path) -> MailFolder:
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "one").write_bytes(b"Subject: Hi\r\n\r\nHello")
    (tmp_path / "secret").write_bytes(b"a secret")
    (tmp_path / "mail" / "link").symlink_to(tmp_path / "secret")
    return MailFolder(tmp_path / "mail")


def test_a_mail_is_found_by_its_key(folder: MailFolder) -> None:
    assert folder.get_object(Bucket="bucket", Key="one")["Body"].read().startswith(b"Subject")


@pytest.mark.parametrize("key", ["../secret", "x/../../secret", "link", "/etc/hostname", "one/../../secret"])
def test_a_key_never_leads_out_of_the_folder(folder: MailFolder, tmp_path: Path, key: str) -> None:
    for bucket in ("bucket", "..", str(tmp_path)):
        with pytest.raises(ClientError):
            folder.get_object(Bucket=bucket, Key=key)
    with pytest.raises(ClientError):
        folder.get_object(Bucket="bucket", Key=str(tmp_path / "secret"))
