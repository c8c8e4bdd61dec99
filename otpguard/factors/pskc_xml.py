"""The XML of a token file as a small tree that knows its lines.

It comes from outside, so it is parsed by `defusedxml`: a document type, entities and anything that
would be fetched are refused, before they are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO
from typing import Any, Final
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler, feature_namespaces
from xml.sax.xmlreader import InputSource

from defusedxml.common import DefusedXmlException
from defusedxml.sax import make_parser

DEEPEST: Final = 32
"""Elements within each other; a token file has about ten."""
MOST_ELEMENTS: Final = 200_000
"""Of one file; 5,000 tokens with everything about them have fewer. A worker reads some 30,000 a
second, and small ones would fill 8 MiB by the million."""


class InvalidXmlError(ValueError):
    """The text is no XML that is read here, from a line on."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


@dataclass(slots=True)
class Element:
    """One element by its local name, with the line in which it begins."""

    name: str
    space: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element] = field(default_factory=list)
    parts: list[str] = field(default_factory=list, repr=False)

    @property
    def text(self) -> str:
        """Its own text, without blanks around it."""
        return "".join(self.parts).strip()

    def all(self, name: str) -> Iterator[Element]:
        """Its children of that name."""
        return (child for child in self.children if child.name == name)

    def at(self, *path: str) -> Element | None:
        """The first element down that path of names; None when there is none."""
        found: Element | None = self
        for name in path:
            found = next(found.all(name), None) if found else None
        return found

    def text_at(self, *path: str) -> str:
        """The text of that element; empty when there is none."""
        found = self.at(*path)
        return found.text if found else ""


def parse_xml(content: str) -> Element:
    """The root element. Raises InvalidXmlError for XML that is malformed or could do harm.

    An encoding that the text declares does not count: it has been decoded already.
    """
    reader = _Reader()
    parser = make_parser()
    parser.forbid_dtd = True
    parser.setFeature(feature_namespaces, True)  # noqa: FBT003 (the standard library's signature)
    parser.setContentHandler(reader)
    source = InputSource()
    source.setCharacterStream(StringIO(content))
    try:
        parser.parse(source)
    except SAXParseException as error:
        raise InvalidXmlError(error.getLineNumber() or 1) from None
    except (DefusedXmlException, ValueError):
        raise InvalidXmlError(reader.line) from None
    if reader.root is None:
        raise InvalidXmlError(1)
    return reader.root


class _Reader(ContentHandler):
    """Builds the tree."""

    def __init__(self) -> None:
        super().__init__()
        self.root: Element | None = None
        self._count = 0
        self._open: list[Element] = []
        self._locator: Any = None

    @property
    def line(self) -> int:
        """Where the parser is."""
        return int(self._locator.getLineNumber() or 1) if self._locator else 1

    def setDocumentLocator(self, locator: Any) -> None:  # noqa: ANN401, N802 (SAX's names)
        """See ContentHandler."""
        self._locator = locator

    def startElementNS(self, name: Any, _qname: Any, attrs: Any) -> None:  # noqa: ANN401, N802 (ContentHandler's name and signature)
        """See ContentHandler."""
        self._count += 1
        if len(self._open) >= DEEPEST or self._count > MOST_ELEMENTS:
            raise InvalidXmlError(self.line)
        space, local = name
        values = {key[1]: value for key, value in attrs.items()}
        made = Element(name=local, space=space or "", line=self.line, attributes=values)
        if self._open:
            self._open[-1].children.append(made)
        else:
            self.root = made
        self._open.append(made)

    def endElementNS(self, _name: Any, _qname: Any) -> None:  # noqa: ANN401, N802 (ContentHandler's name and signature)
        """See ContentHandler."""
        self._open.pop()

    def characters(self, content: str) -> None:
        """See ContentHandler."""
        self._open[-1].parts.append(content)
