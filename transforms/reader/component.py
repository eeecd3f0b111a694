"""The reader as a spaCy component: ``nlp.add_pipe("meetwire_reader")``.

It reads a doc around the spans ``doc.spans["meetwire_triggers"]`` or, where nobody has set them, around every word that
can tell of a meeting, and leaves what it saw as ``doc._.meetwire_sight`` (a ``Sight``; None where it saw nothing). The
extractor makes its reader by the same factory and sets the spans to what the rules found.
"""

from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from transforms.lexicon.meeting_words import frames
from transforms.reader.network import WEIGHTS, Network, Sight, network
from transforms.reader.pieces import Pieces

NAME = "meetwire_reader"
TRIGGERS = "meetwire_triggers"


class ReaderComponent:
    """Reads docs with ``network``."""

    def __init__(self, network: Network) -> None:
        self.network = network

    def __call__(self, doc: Doc) -> Doc:
        """``doc``, read."""
        if TRIGGERS in doc.spans:
            near = [(span.start_char, span.end_char) for span in doc.spans[TRIGGERS]]
        else:
            near = [match.span() for match in frames().gate.finditer(doc.text)]
        sight = self.network.read(doc.text, near)
        # Plain values and arrays, so that a doc can be sent to another process.
        doc.user_data[NAME] = sight and {
            "ids": sight.pieces.ids,
            "offsets": sight.pieces.offsets,
            "sentence": sight.pieces.sentence,
            "windows": sight.pieces.windows,
            "vectors": sight.vectors,
            "tags": sight.tags,
        }
        return doc


def _sight(doc: Doc) -> Sight | None:
    kept: dict[str, Any] | None = doc.user_data.get(NAME)
    if kept is None:
        return None
    offsets, windows = ([(start, end) for start, end in kept[name]] for name in ("offsets", "windows"))
    return Sight(Pieces(doc.text, kept["ids"], offsets, kept["sentence"], windows), kept["vectors"], kept["tags"])


Doc.set_extension("meetwire_sight", getter=_sight, force=True)


@Language.factory(NAME, assigns=["doc._.meetwire_sight"], default_config={"weights": None})
def create(nlp: Language, name: str, weights: str | None) -> ReaderComponent:
    """The reader with the weights of the package, or of the folder ``weights``.

    Raises:
        ReaderError: the weights are missing or damaged, or ONNX Runtime is not installed.
    """
    return ReaderComponent(network(Path(weights) if weights else WEIGHTS))
