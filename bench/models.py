"""Makes what the peers run from the encoders that Nerite has fetched: `models.py OUT MINILM DISTILBERT`, two folders.

OUT/NAME/ gets, for each of the two shapes,
    config.json, model.safetensors, tokenizer.json      the encoder in f32, as transformers saves it
    onnx/model_quantized.onnx                           the same as transformers.js takes it, dtype q8
    layers_quantized.onnx                               with the hidden states of all layers as outputs
    ner/...                                             a tagger: the encoder under a random linear head

Quantization is onnxruntime's dynamic one with the settings of transformers.js's own script (signed weights, one scale
per tensor, products of activations left in f32).
"""

import json
import re
import shutil
import sys
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.torch import load_file
from transformers import AutoConfig, AutoModel, AutoModelForTokenClassification

warnings.filterwarnings("ignore")
TAGS = ["O"] + [f"{prefix}-{kind}" for kind in "art eve geo gpe nat org per tim".split() for prefix in "BI"]


def weights_of_onnx(path):
    """The f32 weights of the tagger of edits, which comes as int8 with one scale per tensor."""
    graph = onnx.load(path).graph
    values = {tensor.name: tensor for tensor in graph.initializer}
    array = lambda name: numpy_helper.to_array(values[name])
    weights = {name: array(name) for name in values if values[name].data_type == onnx.TensorProto.FLOAT}
    dequantized = {}
    for node in graph.node:
        if node.op_type == "DequantizeLinear" and node.input[0] in values:
            integers, scale, zero = (array(name).astype(np.float32) for name in node.input[:3])
            dequantized[node.output[0]] = (integers - zero) * scale
    for output, value in dequantized.items():
        weights[output.removesuffix("_DequantizeLinear_Output")] = value
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in dequantized:
            weights[node.name.strip("/").removesuffix("/MatMul").replace("/", ".") + ".weight"] = dequantized[node.input[1]].T
    prefix = re.compile(r"^distilbert\.")
    return {prefix.sub("", name): torch.from_numpy(value.copy()) for name, value in weights.items() if prefix.match(name)}


class Outputs(torch.nn.Module):
    """Only the outputs that are asked for, and no token types, which neither peer is given."""

    def __init__(self, model, pick):
        super().__init__()
        self.model, self.pick = model, pick

    def forward(self, input_ids, attention_mask):
        return self.pick(self.model(input_ids=input_ids, attention_mask=attention_mask, output_hidden_states=True))


def export(model, pick, names, out):
    """Exports and quantizes a model."""
    out.parent.mkdir(parents=True, exist_ok=True)
    full = out.with_name("full.onnx")
    ids = torch.tensor([[101, 1000, 2000, 102], [101, 3000, 4000, 102]])
    axes = {name: {0: "batch", 1: "length"} for name in ["input_ids", "attention_mask", *names]}
    torch.onnx.export(
        Outputs(model, pick), (ids, torch.ones_like(ids)), full, input_names=["input_ids", "attention_mask"],
        output_names=names, dynamic_axes=axes, opset_version=17, dynamo=False,
    )
    quantize(full, out)


def quantize(full, out):
    """Makes q8 of a model in f32, which goes."""
    quantize_dynamic(
        full, out, weight_type=QuantType.QInt8, extra_options={"EnableSubgraph": True, "MatMulConstBOnly": True}
    )
    full.unlink()


def make(source, out):
    """All that is made of one encoder."""
    torch.manual_seed(1)
    config = AutoConfig.from_pretrained(source, attn_implementation="eager")
    config.id2label, config.label2id = dict(enumerate(TAGS)), {tag: index for index, tag in enumerate(TAGS)}
    model = AutoModel.from_config(config).eval()
    if (source / "model.safetensors").is_file():
        weights = load_file(source / "model.safetensors")
    else:
        weights = weights_of_onnx(source / "model.onnx")
    missing = model.load_state_dict(weights, strict=False).missing_keys
    if [name for name in missing if not name.startswith("pooler")]:
        sys.exit(f"{source}: found no {', '.join(missing)}")
    model.save_pretrained(out)
    tagger = AutoModelForTokenClassification.from_config(config).eval()
    getattr(tagger, tagger.base_model_prefix).load_state_dict(model.state_dict(), strict=False)
    tagger.config.save_pretrained(out / "ner")

    layers = [f"layer.{layer}" for layer in range(config.num_hidden_layers + 1)]
    export(model, lambda result: result.last_hidden_state, ["last_hidden_state"], out / "onnx/model_quantized.onnx")
    export(model, lambda result: result.hidden_states, layers, out / "layers_quantized.onnx")
    export(tagger, lambda result: result.logits, ["logits"], out / "ner/onnx/model_quantized.onnx")
    for folder in (out, out / "ner"):
        tokenizer(source, folder)


def tokenizer(source, out):
    """The tokenizer's files as transformers.js reads them."""
    shutil.copy(source / "tokenizer.json", out)
    lower = json.loads((source / "tokenizer.json").read_text())["normalizer"].get("lowercase", False)
    kind = {"tokenizer_class": "BertTokenizer", "do_lower_case": lower, "model_max_length": 512}
    (out / "tokenizer_config.json").write_text(json.dumps(kind))


def make_once(maker, source, out):
    if not (out / "made").exists():
        maker(source, out)
        (out / "made").write_text("")


if __name__ == "__main__":
    target, *sources = map(Path, sys.argv[1:])
    for name, source in zip(["all-MiniLM-L6-v2", "distilbert-cased-edit"], sources, strict=True):
        make_once(make, source, target / name)
