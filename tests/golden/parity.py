#!/usr/bin/env python3
"""Compares `nerite` with Hugging Face at full size; `scripts/parity` runs it.

Random-weight models of the three architectures, as large as the base models, go through `nerite features` in f32 and
int8 and through transformers. f32 must agree to 1e-4 absolute in every layer, int8 to a mean cosine of 0.99. Every
sentence also goes through the `tokenizers` library; what comes out is written for Rust's own test of it, which runs
natively and as wasm.

Sentences are those of a corpus (Kaggle's CSV), where one is given, else those of the fixtures. Vocabularies are those
of `--tokenizers` (folders bert-base-cased and roberta-base with a tokenizer.json), where given, else the fixtures'.
"""

import argparse
import csv
import gzip
import json
import os
import random
import subprocess
import sys
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import numpy as np
import torch
import transformers
from safetensors.numpy import load_file
from tokenizers import Tokenizer, pre_tokenizers

HERE = Path(__file__).resolve().parent
F32_TOLERANCE = 1e-4
INT8_COSINE = 0.99


def corpus_sentences(path, count):
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="latin-1", newline="") as file:
        rows = list(csv.reader(file))[1:]
    sentences = []
    for name, word, *_ in rows:
        if name:
            sentences.append([])
        sentences[-1].append(word)
    random.Random(0).shuffle(sentences)
    return sentences[:count]


def fixture_sentences():
    return [case["words"] for case in json.loads((HERE / "encoders/bert-tiny/words.json").read_text())]


def load_tokenizer(path):
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    if isinstance(tokenizer.pre_tokenizer, pre_tokenizers.ByteLevel):
        # What transformers does for add_prefix_space=True.
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    return tokenizer


def models(vocabularies):
    """Name, tokenizer.json and model; the weights are wide enough for every layer to matter."""
    size = dict(initializer_range=0.05)
    bert, roberta = vocabularies
    entries = load_tokenizer(bert).get_vocab_size()
    more = load_tokenizer(roberta).get_vocab_size()
    torch.manual_seed(0)
    yield "bert", bert, transformers.BertModel(transformers.BertConfig(vocab_size=entries, **size))
    yield "distilbert", bert, transformers.DistilBertModel(transformers.DistilBertConfig(vocab_size=entries, **size))
    config = transformers.RobertaConfig(
        vocab_size=more, max_position_embeddings=514, type_vocab_size=1, layer_norm_eps=1e-5, pad_token_id=1, **size)
    yield "roberta", roberta, transformers.RobertaModel(config)


def features(nerite, folder, sentences, precision, out):
    subprocess.run(
        [nerite, "features", "--encoder", folder, "--precision", precision, "--input", sentences, "--out", out],
        check=True, stdout=subprocess.DEVNULL)
    return load_file(out)


def expected_features(model, tokenizer, sentences):
    """`[words, layers + 1, hidden]` of first subwords, zeros for a word without one."""
    rows = []
    for words in sentences:
        encoding = tokenizer.encode(words, is_pretokenized=True)
        with torch.no_grad():
            states = model(torch.tensor([encoding.ids]), output_hidden_states=True).hidden_states
        states = torch.stack(states, dim=2)[0].numpy()
        first = {}
        for place, word in enumerate(encoding.word_ids):
            if word is not None:
                first.setdefault(word, place)
        rows += [states[first[word]] if word in first else np.zeros_like(states[0]) for word in range(len(words))]
    return np.stack(rows)


def check_models(nerite, vocabularies, sentences, folder):
    failed = False
    lines = folder / "sentences.jsonl"
    lines.write_text("".join(json.dumps(words) + "\n" for words in sentences))
    for name, tokenizer_path, model in models(vocabularies):
        model.eval()
        home = folder / name
        model.save_pretrained(home)
        (home / "tokenizer.json").write_text(tokenizer_path.read_text())
        expected = expected_features(model, load_tokenizer(tokenizer_path), sentences)
        f32 = features(nerite, home, lines, "f32", folder / "f32.safetensors")["features"]
        int8 = features(nerite, home, lines, "int8", folder / "int8.safetensors")["features"]
        worst = np.abs(f32 - expected).max()
        kept = np.abs(expected).sum(axis=(1, 2)) > 0
        a, b = expected[kept].astype(float), int8[kept].astype(float)
        cosine = ((a * b).sum(-1) / np.sqrt((a * a).sum(-1) * (b * b).sum(-1))).mean(0)
        good = worst <= F32_TOLERANCE and cosine.min() >= INT8_COSINE
        failed |= not good
        print(f"{name}: {len(expected)} words, {expected.shape[1]} states of width {expected.shape[2]}: "
              f"f32 differs by at most {worst:.1e}, int8 has a mean cosine of {cosine.min():.5f} in the worst layer, "
              f"{cosine[-1]:.5f} in the last: {'agrees' if good else 'DIFFERS'}", flush=True)
    return failed


def write_token_cases(vocabularies, sentences, path):
    bert, roberta = vocabularies
    uncased = HERE / "encoders/bert-tiny/tokenizer.json"
    cases = []
    for index, tokenizer_path in enumerate((bert, uncased, roberta)):
        tokenizer = load_tokenizer(tokenizer_path)
        for words in sentences:
            encoding = tokenizer.encode(words, is_pretokenized=True)
            cases.append({"tokenizer": index, "words": words, "ids": encoding.ids, "word_ids": encoding.word_ids,
                          "offsets": encoding.offsets})
    tokenizers = [json.loads(path.read_text()) for path in (bert, uncased, roberta)]
    path.write_text(json.dumps({"tokenizers": tokenizers, "cases": cases}))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nerite", type=Path, required=True, help="the binary")
    parser.add_argument("--out", type=Path, required=True, help="a folder for models and cases")
    parser.add_argument("--corpus", type=Path, help="Kaggle's CSV, plain or gzipped")
    parser.add_argument("--tokenizers", type=Path, help="a folder with bert-base-cased/ and roberta-base/")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    names = ("bert-base-cased", "roberta-base")
    folder = arguments.tokenizers
    tiny = ("bert-tiny-prefixed", "roberta-tiny-prefixed")
    vocabularies = [
        folder / name / "tokenizer.json" if folder else HERE / "encoders" / fixture / "tokenizer.json"
        for name, fixture in zip(names, tiny)]
    sentences = corpus_sentences(arguments.corpus, 2500) if arguments.corpus else fixture_sentences()
    write_token_cases(vocabularies, sentences, arguments.out / "cases.json")
    sys.exit(check_models(arguments.nerite.resolve(), vocabularies, sentences[:60], arguments.out))


if __name__ == "__main__":
    main()
