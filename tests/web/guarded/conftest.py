"""A host with the operations that ship beside the seven."""

from tests.paying import paying

__all__ = ["paying"]
