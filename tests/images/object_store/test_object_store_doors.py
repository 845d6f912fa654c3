import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from botocore.exceptions import BotoCoreError, ClientError

from tests.images.object_store.account import BUCKET, CLIENT, address_of, s3
from tests.images.workshop import Container, Workshop

pytestmark = pytest.mark.platform

PUT_IDENTITY = "/messaging_pb.SeaweedS3IamCache/PutIdentity"


INTRUDER = b"\n\x2d\n\x08intruder\x12\x1a\n\x0aintruderid\x12\x0cintruderword\x1a\x05Admin"
"""`PutIdentityRequest` with an identity of name, credentials and action, as protobuf has it."""


def test_strangers_and_plain_http_get_nothing(store: Container, trust: str) -> None:
    """Wrong keys, no keys and no TLS are refused."""
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        s3(store, trust, (CLIENT[0], "wrong")).list_objects_v2(Bucket=BUCKET)
    with pytest.raises((ClientError, BotoCoreError)):
        s3(store, trust, scheme="http").list_objects_v2(Bucket=BUCKET)


def test_only_s3_can_be_reached_from_the_network(store: Container, workshop: Workshop) -> None:
    """Of all ports, only the front's listens beyond the loopback: no gRPC, no S3 without TLS."""
    address = address_of(store, workshop)

    def listens(number: int) -> bool:
        with socket.socket() as probe:
            probe.settimeout(2)
            return probe.connect_ex((address, number)) == 0

    with ThreadPoolExecutor(32) as pool:
        answers = pool.map(listens, range(1, 65536))
        assert [number for number, open_ in enumerate(answers, 1) if open_] == [8333]


def test_without_our_configuration_the_grpc_port_takes_an_identity(
    image: str, workshop: Workshop, certificates: Path
) -> None:
    """What the port scan would not show to matter if SeaweedFS had no such door."""
    command = [
        "weed",
        "server",
        "-dir=/tmp",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        "-s3",
        "-s3.ip.bind=0.0.0.0",
    ]
    quiet = ["-master.telemetry=false", "-s3.port.iceberg=0", "-s3.port.lance=0"]
    mounts = {str(certificates): "/certs:ro"}
    container = workshop.run(image, "careless", mounts, command=[*command, *quiet])
    with grpc.insecure_channel(f"{address_of(container, workshop)}:18333") as channel:
        grpc.channel_ready_future(channel).result(timeout=20)
        assert channel.unary_unary(PUT_IDENTITY)(INTRUDER, timeout=5) == b""
    container.remove(force=True)
