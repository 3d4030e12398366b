#!/usr/bin/env python3
"""Makes encoders/*/odd.json: words whose spelling a library might change, and what transformers makes of them.

    python3 -m venv target/parity/venv
    target/parity/venv/bin/pip install -r tests/golden/requirements.txt
    target/parity/venv/bin/python tests/golden/odd_words.py

Every file is a list of sentences: `words`, and `ids` and `word_ids` of the fast tokenizer with is_split_into_words. What
transformers' models make of ids is in make.py's fixtures, which has to run before. Nothing is fetched.
"""

import json
import os
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

from transformers import AutoTokenizer

ENCODERS = Path(__file__).resolve().parent / "encoders"
NAMES = ["bert-tiny", "distilbert-tiny", "roberta-tiny"]
SENTENCES = [
    ["He", "said", "\u2026", "and", "left", "\u2026\u2026", "now"],
    ["the", "\ufb01nal", "o\ufb03ce", "of", "\ufb01"],
    ["Ko\u0308ln", "Bu\u0308rgermeister", "e\u0301te\u0301", "\u00e9t\u00e9"],
    ["\uff2f\uff53\uff4c\uff4f", "\uff11\uff12\uff13", "\uff0c", "the"],
    ["\u201cYes\u201d", "\u2018no\u2019", "don\u2019t", "1914\u20131918", "a\u2014b"],
    ["\U0001f389", "\U0001f469\u200d\U0001f680", "\U0001f1eb\U0001f1f7", "met", "\u2122\u00bd\u00b2"],
    ["##", "##s", "##ing", "a##b", "#Oslo", "the"],
    ["[MASK]", "[SEP]", "the[MASK]", "[mask]", "<mask>", "<s>", "</s>", "[UNK]", "<unk>"],
    ["\u00c5ngstr\u00f6m", "A\u030angstro\u0308m", "\u0130stanbul", "\u017ftra\u00dfe", "NAI\u0308VE"],
    ["\u6771\u4eac", "\uc11c\uc6b8", "\u041c\u043e\u0441\u043a\u0432\u0430", "\u0939\u093f\u0928\u094d", "\ufdfa"],
    ["\u202eabc", "\x01x", "\x7f", "a\tb", "new york", "x" * 20, ""],
    ["New\u00a0York", "a\u00adb", "Oslo\u200b", "\ufeffOslo", "\u2122"],
]


def main():
    for name in NAMES:
        folder = ENCODERS / name
        tokenizer = AutoTokenizer.from_pretrained(folder, add_prefix_space=True)
        cases = []
        for words in SENTENCES:
            encoded = tokenizer(words, is_split_into_words=True)
            cases.append({"words": words, "ids": encoded["input_ids"], "word_ids": encoded.word_ids(0)})
        with open(folder / "odd.json", "w", encoding="ascii") as file:
            file.write("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
        print(name, sum(len(case["words"]) for case in cases), "words")


if __name__ == "__main__":
    main()
