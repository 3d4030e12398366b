"""Native encoders side by side: subwords per second, batch 32 x 128, and how well int8 agrees with f32.

    native.py time WORK OUT ROUNDS
    native.py quality WORK OUT SENTENCES        SENTENCES: a text file with one sentence per line

WORK is what scripts/bench has built. The programs run all the time and take turns: one batch each, round by round.
(`native.py worker ...` is what this script starts for the Python peers.)
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

BATCH, LENGTH = 32, 128
NAMES = ["all-MiniLM-L6-v2", "distilbert-cased-edit"]


def runner(kind, folder, threads):
    """A function that encodes one batch."""
    import numpy as np

    ids = np.array([[1000 + (row * 7919 + at * 104_729) % 20_000 for at in range(LENGTH)] for row in range(BATCH)])
    if kind == "onnxruntime":
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(folder / "onnx/model_quantized.onnx", options, ["CPUExecutionProvider"])
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        return lambda: session.run(None, feed)
    import torch
    from transformers import AutoModel

    torch.set_num_threads(threads)
    model = AutoModel.from_pretrained(folder).eval()
    ids = torch.from_numpy(ids)

    def run():
        with torch.inference_mode():
            model(input_ids=ids)

    return run


def worker(kind, folder, threads):
    run = runner(kind, Path(folder), int(threads))
    run()
    print(json.dumps({"ready": kind}), flush=True)
    for _ in sys.stdin:
        start, cpu = time.perf_counter(), time.process_time()
        run()
        print(json.dumps({"wall": time.perf_counter() - start, "cpu": time.process_time() - cpu}), flush=True)


def start(command, threads):
    environment = dict(os.environ, HF_HUB_OFFLINE="1", OMP_NUM_THREADS=str(threads), RAYON_NUM_THREADS=str(threads))
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    )
    answer = process.stdout.readline()
    if not answer:
        sys.exit(f"{' '.join(map(str, command))} did not start")
    return process, json.loads(answer)["ready"]


def measure(work, rounds):
    found = {}
    for name in NAMES:
        folder = work / "models" / name
        for threads in (1, 2):
            python = [sys.executable, __file__, "worker"]
            commands = {
                "nerite": [work / "native/release/bench-engine", "time", folder / "encoder.safetensors", threads, BATCH, LENGTH],
                "onnxruntime int8": [*python, "onnxruntime", folder, threads],
                "PyTorch f32": [*python, "torch", folder, threads],
                "candle f32": [work / "candle/release/bench-candle", folder, BATCH, LENGTH],
            }
            running = {key: start([str(part) for part in command], threads) for key, command in commands.items()}
            samples = {key: [] for key in running}
            for _ in range(rounds):
                for key, (process, _) in running.items():
                    process.stdin.write("\n")
                    process.stdin.flush()
                    samples[key].append(json.loads(process.stdout.readline()))
            for process, _ in running.values():
                process.stdin.close()
                process.wait()
            found[f"{name}, {threads} threads"] = {
                "subwords": BATCH * LENGTH, "kernel": running["nerite"][1], "samples": samples
            }
    return found


def quality(work, sentences):
    import numpy as np
    import onnxruntime
    import torch
    from tokenizers import Tokenizer
    from transformers import AutoModel

    lines = Path(sentences).read_text().splitlines()
    found = {}
    for name in NAMES:
        folder = work / "models" / name
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(512)
        batch = [tokenizer.encode(line).ids for line in lines]
        ids, states = work / "ids.json", work / "states.f32"
        ids.write_text(json.dumps(batch))
        subprocess.run([work / "native/release/bench-engine", "states", folder / "encoder.safetensors", ids, states], check=True)
        model = AutoModel.from_pretrained(folder).eval()
        layers, hidden = model.config.num_hidden_layers + 1, model.config.hidden_size
        ours = np.fromfile(states, dtype=np.float32).reshape(-1, layers, hidden)
        session = onnxruntime.InferenceSession(folder / "layers_quantized.onnx", providers=["CPUExecutionProvider"])
        full, theirs = [], []
        for row in batch:
            row = np.array([row])
            with torch.inference_mode():
                result = model(input_ids=torch.from_numpy(row), output_hidden_states=True).hidden_states
            full.append(np.stack([layer[0].numpy() for layer in result], axis=1))
            outputs = session.run(None, {"input_ids": row, "attention_mask": np.ones_like(row)})
            theirs.append(np.stack([layer[0] for layer in outputs], axis=1))
        full, theirs = np.concatenate(full).astype(np.float64), np.concatenate(theirs).astype(np.float64)

        def cosines(states):
            dot = (states * full).sum(-1)
            return (dot / np.sqrt((states**2).sum(-1) * (full**2).sum(-1))).mean(0).tolist()

        found[name] = {
            "sentences": len(batch), "subwords": len(full),
            "nerite": cosines(ours.astype(np.float64)), "onnxruntime int8": cosines(theirs),
        }
    return found


if __name__ == "__main__":
    verb, *rest = sys.argv[1:]
    if verb == "worker":
        worker(*rest)
    else:
        work = Path(rest[0])
        result = measure(work, int(rest[2])) if verb == "time" else quality(work, rest[2])
        Path(rest[1]).write_text(json.dumps(result))
