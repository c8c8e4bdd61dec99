"""A real witness on loopback, and a log of its own that asks it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from otpguard.audit.logs import heads_origin
from otpguard.audit.signers import FileSigner, head_signer
from otpguard.audit.witness_state import WitnessState
from otpguard.core.sealing.note import Head, NoteKey, SignedNote, signed_line
from otpguard.core.sealing.tree import consistency_proof, leaf_hash, root_of
from otpguard.http.witness.server import WitnessServer

NAME = "witness.example.net/w1"


def key_file(folder: Path, name: str = "witness.pem") -> Path:
    """A new private key."""
    file = folder / name
    key = Ed25519PrivateKey.generate()
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return file


def state_in(folder: Path, *logs: NoteKey) -> WitnessState:
    """The state of a witness of these logs; without any, of the one in the database."""
    file = folder / "witness.pem"
    signer = FileSigner(file=str(file if file.exists() else key_file(folder)))
    known = logs or (NoteKey(name=heads_origin(), public=head_signer().public),)
    return WitnessState(folder / "state.json", name=NAME, signer=signer, logs=known)


@contextmanager
def serving(state: WitnessState) -> Iterator[str]:
    """Its URL while it runs."""
    server = WitnessServer(("127.0.0.1", 0), state)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class OtherLog:
    """A log of somebody else, with leaves by number."""

    def __init__(self, origin: str = "log.example.com/heads") -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(b"l" * 32)
        self.key = NoteKey(name=origin, public=self._private.public_key().public_bytes_raw())

    def head(self, size: int, *, fork: str = "") -> SignedNote:
        """Its head of so many leaves; with a `fork`, of another history."""
        leaves = [leaf_hash(f"{fork}{number}".encode()) for number in range(size)]
        text = Head(origin=self.key.name, size=size, root=root_of(leaves)).text()
        return SignedNote(text, (signed_line(self.key, self._private.sign(text.encode())),))

    def proof(self, old: int, size: int) -> tuple[bytes, ...]:
        """The hashes from one of its heads to another one."""
        from_leaves = [leaf_hash(str(number).encode()) for number in range(size)]

        def node(level: int, index: int) -> bytes:
            return root_of(from_leaves[index << level : (index + 1) << level])

        return tuple(consistency_proof(node, old, size))
