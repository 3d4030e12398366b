"""Kaggle's CSV for the benchmark.

    corpus.py sentences CSV         200 sentences, evenly spread, one a line
    corpus.py encode CSV WORK OUT   how long the trainer takes to encode all of it with MiniLM, from nothing
"""

import csv
import gzip
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

SENTENCES = 200


def sentences(path):
    file = gzip.open(path, "rt", encoding="latin-1") if path.endswith(".gz") else open(path, encoding="latin-1")
    found = []
    with file:
        for row in list(csv.reader(file))[1:]:
            if row[0]:
                found.append([])
            found[-1].append(row[1])
    return found


def encode(path, work):
    """Runs `nerite train` with an empty cache of features until all of them are there."""
    total = len(sentences(path))
    usual = Path(os.environ.get("NERITE_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "nerite")
    cache = work / "cache"
    shutil.rmtree(cache, ignore_errors=True)
    cache.mkdir()
    for part in ("encoders", "quantized"):
        (cache / part).symlink_to(usual / part)
    start = time.perf_counter()
    train = subprocess.Popen(
        ["target/release/nerite", "train", path, "--out", work / "run"],
        env=dict(os.environ, NERITE_CACHE=str(cache)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    try:
        while not any(file.read_text() == str(total) for file in cache.glob("features/*/done")):
            if train.poll() is not None:
                sys.exit("nerite train ended before all features were there")
            time.sleep(0.2)
        wall = time.perf_counter() - start
    finally:
        train.terminate()
        train.wait()
        for folder in (cache, work / "run"):
            shutil.rmtree(folder, ignore_errors=True)
    return {"sentences": total, "wall": wall}


if __name__ == "__main__":
    verb, path, *rest = sys.argv[1:]
    if verb == "sentences":
        every = sentences(path)
        print("\n".join(" ".join(words) for words in every[:: max(1, len(every) // SENTENCES)][:SENTENCES]))
    else:
        Path(rest[1]).write_text(json.dumps(encode(path, Path(rest[0]))))
