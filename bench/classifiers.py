"""Makes token classifiers for Nerite and its peers: `classifiers.py OUT RAMPART DISTILBERT`, two folders.

OUT/rampart/                 Rampart as Nerite has fetched it, in transformers.js's layout
    onnx/model_q4.onnx           the published file
    onnx/model_quantized.onnx    the same graph and values as q8: there is no such file in the package
OUT/bert-base-classifier/    BERT of the base size with random weights, as `save_pretrained` leaves it, and with
    onnx/model_quantized.onnx    the same as q8

Quantization is that of models.py.
"""

import json
import shutil
import sys
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from models import export, make_once, quantize, tokenizer
from onnx import helper, numpy_helper
from transformers import BertConfig, BertForTokenClassification

warnings.filterwarnings("ignore")
TAGS = ["O"] + [f"{prefix}-{kind}" for kind in "PER ORG LOC MISC".split() for prefix in "BI"]


def dequantized(model):
    """The graph with its four-bit and eight-bit weights in f32: plain MatMul and Gather."""
    graph = model.graph
    values = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    gathers = {node.output[0]: node for node in graph.node if node.op_type == "Gather"}
    replaced, nodes = {}, []
    for node in graph.node:
        if node.op_type == "MatMulNBits":
            rows, columns, bits, block = (
                next(item.i for item in node.attribute if item.name == name) for name in ("N", "K", "bits", "block_size")
            )
            if bits != 4 or len(node.input) != 3 or columns % block:
                sys.exit(f"{node.name}: found another kind of MatMulNBits")
            packed, scales = values[node.input[1]], values[node.input[2]]
            # The low half of a byte comes first; without zero points, 8 is zero.
            integers = np.stack([packed & 15, packed >> 4], axis=-1).reshape(rows, columns // block, block)
            weight = (integers.astype(np.float32) - 8) * scales.reshape(rows, columns // block, 1)
            replaced[node.input[1]] = np.ascontiguousarray(weight.reshape(rows, columns).T)
            node = helper.make_node("MatMul", node.input[:2], node.output, name=node.name.removesuffix("_Q4"))
        elif node.op_type == "DequantizeLinear" and node.input[0] in gathers:
            gather = gathers[node.input[0]]
            integers, scale, zero = (values[name].astype(np.float32) for name in (gather.input[0], *node.input[1:]))
            replaced[gather.input[0]] = (integers - zero) * scale
            nodes.remove(gather)
            node = helper.make_node("Gather", gather.input, node.output, name=gather.name)
        nodes.append(node)
    used = {name for node in nodes for name in node.input}
    tensors = [
        numpy_helper.from_array(replaced[tensor.name], tensor.name) if tensor.name in replaced else tensor
        for tensor in graph.initializer
        if tensor.name in used
    ]
    made = helper.make_graph(nodes, graph.name, graph.input, graph.output, tensors)
    return helper.make_model(made, opset_imports=model.opset_import, ir_version=model.ir_version)


def logits(path):
    """What a file of Rampart says of some ids."""
    ids = np.array([[2, *(1000 + (at * 104_729) % 18_000 for at in range(126)), 3]])
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)})[0]


def rampart(source, out):
    (out / "onnx").mkdir(parents=True, exist_ok=True)
    shutil.copy(source / "config.json", out)
    tokenizer(source, out)
    q4, full = out / "onnx/model_q4.onnx", out / "onnx/full.onnx"
    shutil.copy(source / "onnx/model_q4.onnx", q4)
    onnx.save(dequantized(onnx.load(q4)), full)
    difference = np.abs(logits(full) - logits(q4)).max()
    if difference > 1e-3:
        sys.exit(f"{q4}: dequantized, its scores differ by {difference}")
    quantize(full, out / "onnx/model_quantized.onnx")


def bert_base(source, out):
    """The size, the vocabulary and the tokenizer of bert-base-cased; the labels of CoNLL-2003."""
    torch.manual_seed(1)
    vocabulary = len(json.loads((source / "tokenizer.json").read_text())["model"]["vocab"])
    labels = {"id2label": dict(enumerate(TAGS)), "label2id": {tag: index for index, tag in enumerate(TAGS)}}
    config = BertConfig(vocab_size=vocabulary, attn_implementation="eager", **labels)
    model = BertForTokenClassification(config).eval()
    model.save_pretrained(out)
    tokenizer(source, out)
    export(model, lambda result: result.logits, ["logits"], out / "onnx/model_quantized.onnx")


target, *sources = map(Path, sys.argv[1:])
makers = {"rampart": rampart, "bert-base-classifier": bert_base}
for (name, make), source in zip(makers.items(), sources, strict=True):
    make_once(make, source, target / name)
