"""Every address of the API."""


def lines() -> list[str]:
    return []
