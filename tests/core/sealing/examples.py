"""Notes and keys as C2SP and Go print them, and a head of seven events."""

from __future__ import annotations

GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6"
    "KE6RyyBwJnAM=\n"
)
ORIGIN = "audit.example.com/i7/0197a3b20000700080000000000000aa"
LOG_KEY = f"{ORIGIN}+2e438c66+AZmGW1LJqjkJW/b27iwQ/oxxK9ey1fUwYjMkBEZLTCnU"
WITNESS_KEY = "witness.example.net/w1+f3f69d8d+BIGAwxo62kWF8X2OA8DbO8+3Ek2Btj4TUsGsF6T2NzTx"
HEAD = (
    f"{ORIGIN}\n7\nju+6vaTwi1RItNuwTrHrzyzYa/Nn0cD+wyFIgqkbe54=\n\n"
    f"— {ORIGIN} LkOMZgagZibuUrghlROzejHhNrkAd+IsaT2ofGhmSTHiLFswElZqHr1P/u/bx0dJvQ8a0iuHe3OVamxnFk"
    "HroDYaIQU=\n"
    "— witness.example.net/w1 8/adjQAAAABrSdIA8MuTuloZsyjegPrLxyc1SQbjL7S9nxa9m05Vy3mrfj0641pkn4rWp"
    "Yvx+0qV9aUp8TA4UwpxeYK0Q3ZRsOxJCg==\n"
)
PROOF = f"""c2sp.org/tlog-proof@v1
index 5
Z8vzSda05Mr0MKlnUcpTIhRBTC+Mn3xWervD5S8t85E=
twd0fosJ36rGfSxIXhIv1/ZKN3lC+V+dsHff086jEnM=
vQBwrL3GeaJM9EYVhBSD+/zBiroArk2+KgxUrybL2fo=

{HEAD}"""
"""Of the event {"n":5}."""
