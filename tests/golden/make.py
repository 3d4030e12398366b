#!/usr/bin/env python3
"""Makes the golden fixtures of this folder, with references that we did not write.
Long, so that all fixtures come of one run with one set of pinned libraries.

    encoders/   tiny random-weight BERT, DistilBERT and RoBERTa models, as Hugging Face folders, with the
                hidden states that transformers computes and the subwords that its fast tokenizers yield
    tokens/     what the `tokenizers` library makes of ordinary and of nasty words
    metrics/    what scikit-learn, seqeval and nervaluate say about pairs of tag sequences

README.md beside this file describes every fixture. To make them again:

    python3 -m venv target/parity/venv
    target/parity/venv/bin/pip install -r tests/golden/requirements.txt
    target/parity/venv/bin/python tests/golden/make.py [--only encoders|tokens|metrics] [--out FOLDER]

The same versions write the same bytes on the same machine, and nothing is fetched: no hub, no corpus. On another
kind of CPU the last bits of `hidden.*` may differ, and nothing else. Without --only, all three are made; `tokens`
reads the tokenizers that `encoders` wrote.
"""

import argparse
import json
import os
import shutil
import string
import warnings
from collections import Counter
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np

HERE = Path(__file__).resolve().parent

# ---------------------------------------------------------------------------------------------------------------
# Text: written for these fixtures, one space between words, as corpora of words have it. The vocabularies are
# trained on it, and it is tokenized again as the ordinary half of the cases.

NEWS = """\
The prime minister of Norway flew to Geneva on Tuesday for talks on the price of gas .
Officials in Nairobi say at least 14 people were hurt when two buses met head-on near the market .
" We have waited eleven years for this bridge , " said Maria Lindqvist , the mayor of the town .
Kenya 's central bank left its main rate at 9.5 percent , the third time this year .
A court in Lyon has sent the former head of the company to prison for four years .
The United Nations World Food Program needs $ 120 million before the rains begin in June .
Rebels and government troops fought for hours around the northern city of Kidal .
Mr. Okafor told reporters that his party would not take part in the second round .
In Tokyo , the Nikkei index rose 1.2 percent to close at 10,842 points .
The U.S. State Department called the vote " a step forward , but not the last one . "
Doctors in Hanoi are treating a six-year-old girl for the H5N1 strain of bird flu .
Storm Ingrid moved out to sea late Friday , leaving 30,000 homes without power .
The European Union and Chile signed a trade pact in Brussels on May 3 , 2011 .
He did n't say when the soldiers would leave , or whether they 'd leave at all .
Portugal beat Ghana 2 - 1 in a match that was stopped twice because of the heat .
South Korea 's foreign minister , Han Seung-woo , is due in Moscow next week .
The ministry said the plane , a Boeing 737 , went down 40 kilometers west of Almaty .
Farmers in the Punjab blocked the railway for a third day to ask for cheaper water .
Ms. Alvarez , 52 , won the Nobel Prize in 1999 for her work on the ozone layer .
Iranian and Pakistani engineers will meet in Quetta to talk about the pipeline .
Voters in Montenegro go to the polls Sunday , less than a month after the cabinet fell .
Police found the painting , stolen from a museum in Oslo , under a bed in Rotterdam .
The Senate passed the bill 61 - 38 and sent it back to the House of Representatives .
Two climbers from Poland reached the top of Nanga Parbat in winter for the first time .
Shares of Volkswagen fell after the Wall Street Journal reported a new inquiry .
Israel and the Palestinian Authority traded blame for the end of the truce in Gaza .
The International Monetary Fund expects growth of 3.4 percent in sub-Saharan Africa .
A ferry with 212 passengers aboard ran aground off the coast of Mindanao early Monday .
President Tavares spoke by telephone with Queen Beatrix and thanked her for the help .
Health workers gave the vaccine to 1.6 million children in Chad and the Central African Republic .
The rover sent back its first pictures of the crater , and they were out of focus .
Al-Jazeera aired a tape in which a man says that the two hostages are alive .
Brazil 's Petrobras found oil 7,000 meters below the sea floor , its biggest find in a decade .
The trial of the general , known as " the Tailor , " opens in The Hague in September .
At dawn the army lifted the curfew in Dhaka , and the shops opened again .
NATO says it will not send ground forces , but it will guard the airport until March .
The cyclone is the worst to hit Burma 's delta since 1968 , aid groups say .
Swiss police arrested five men from Serbia and seized 80 kilograms of silver .
Greece must find 11.5 billion euros of savings by 2014 , its lenders said Thursday .
Last year , Ethiopia sold coffee worth almost $ 850 million to Germany and Saudi Arabia .
The volcano threw ash eight kilometers high and closed the airports of Quito and Guayaquil .
No one has claimed the attack , which came one day before Ramadan began .
Colombia freed 27 members of the FARC , among them a woman who had been a judge .
The World Cup final drew 78,000 people to the stadium in Johannesburg .
Scientists at Stanford University have traced the virus to bats in southern China .
Cuba let 3 dissidents fly to Spain with their families on Wednesday night .
The army chief , Gen. Rao , denied that his men had crossed the Line of Control .
Analysts at J.P. Morgan cut their forecast for Turkish exports by half .
Heavy snow shut schools in Minsk , Vilnius and Riga for the rest of the week .
Former champion Ana Petrova lost to a 17-year-old from Belgium , 6 - 4 , 7 - 5 .
""".splitlines()

FOREIGN = """\
Der Bürgermeister von Köln grüßt die Gäste aus Łódź , Tromsø und Kraków .
La señora Muñoz llegó a São Paulo ; l' été à Besançon a été très doux .
İstanbul ile Diyarbakır arasında kış : yağmur , ışık .
東京 と 大阪 の 間 は 新幹線 で 三 時間 。 北京 市 中国
Москва и Киев вели переговоры о газе .
القاهرة وبيروت في الصباح
ירושלים ותל אביב
""".splitlines()

# ---------------------------------------------------------------------------------------------------------------
# Writing


def write_json(path, value):
    """One line."""
    path.write_text(json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False) + "\n")


def write_rows(path, rows):
    """A list with one line per row; ASCII, so that no control character and no bidirectional text stands in a file."""
    lines = [json.dumps(row, ensure_ascii=True, separators=(",", ":"), allow_nan=False) for row in rows]
    path.write_text("[\n" + ",\n".join(lines) + "\n]\n")


def fresh(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


# ---------------------------------------------------------------------------------------------------------------
# Tokenizers, built as Hugging Face's fast ones are

BERT_SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
ROBERTA_SPECIALS = ["<s>", "<pad>", "</s>", "<unk>"]  # and <mask>, which comes last


def bert_normalizer(lowercase, **options):
    from tokenizers import normalizers

    options = {"clean_text": True, "handle_chinese_chars": True, "strip_accents": None, **options}
    return normalizers.BertNormalizer(lowercase=lowercase, **options)


def wordpiece_vocabulary(lowercase, size):
    """Letters, and the most useful pieces of the text. (The library's own trainer breaks ties differently each time.)"""
    from tokenizers import pre_tokenizers

    normalizer, cutter = bert_normalizer(lowercase), pre_tokenizers.BertPreTokenizer()
    letters, pieces = Counter(), Counter()
    for line in NEWS + FOREIGN:
        for word, _ in cutter.pre_tokenize_str(normalizer.normalize_str(line)):
            for start in range(len(word)):
                sign = "##" if start else ""
                letters[sign + word[start]] += 1
                for end in range(start + 2, len(word) + 1):
                    pieces[sign + word[start:end]] += end - start - 1
    for letter in string.digits + string.ascii_letters + ".,'\"-":
        letters[letter.lower() if lowercase else letter] += 1000
    chosen = sorted(letters, key=lambda piece: (-letters[piece], piece))[: size * 2 // 3]
    chosen += sorted(pieces, key=lambda piece: (-pieces[piece], piece))[: size - len(chosen) - len(BERT_SPECIALS)]
    chosen.sort(key=lambda piece: (piece.startswith("##"), len(piece), piece))
    return {piece: i for i, piece in enumerate(BERT_SPECIALS + chosen)}


def wordpiece(vocabulary, lowercase, old_processor=False, **options):
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors

    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.add_special_tokens([AddedToken(text, normalized=False, special=True) for text in BERT_SPECIALS])
    tokenizer.normalizer = bert_normalizer(lowercase, **options)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    cls, sep = ("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])
    if old_processor:
        tokenizer.post_processor = processors.BertProcessing(sep, cls)
    else:
        tokenizer.post_processor = processors.TemplateProcessing(
            single="[CLS]:0 $A:0 [SEP]:0", pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1", special_tokens=[cls, sep]
        )
    tokenizer.decoder = decoders.WordPiece(prefix="##")
    return tokenizer


def bpe_parts(size):
    """A byte-level vocabulary in RoBERTa's order of specials, and its merges."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    trainer = trainers.BpeTrainer(
        vocab_size=size - 1,
        special_tokens=ROBERTA_SPECIALS,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(NEWS + FOREIGN, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    vocabulary = {**model["vocab"], "<mask>": len(model["vocab"])}
    return vocabulary, [tuple(pair) for pair in model["merges"]]


def byte_level(vocabulary, merges, add_prefix_space):
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors

    tokenizer = Tokenizer(
        models.BPE(vocabulary, merges, continuing_subword_prefix="", end_of_word_suffix="", fuse_unk=False)
    )
    tokenizer.add_special_tokens([AddedToken(text, normalized=True, special=True) for text in ROBERTA_SPECIALS])
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True, normalized=False, special=True)])
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=add_prefix_space)
    tokenizer.post_processor = processors.RobertaProcessing(
        ("</s>", vocabulary["</s>"]), ("<s>", vocabulary["<s>"]), trim_offsets=True, add_prefix_space=add_prefix_space
    )
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def write_wordpiece(folder, tokenizer, lowercase, window):
    vocabulary = tokenizer.get_vocab()
    pieces = sorted(vocabulary, key=vocabulary.get)
    (folder / "vocab.txt").write_text("".join(piece + "\n" for piece in pieces))
    (folder / "tokenizer.json").write_text(tokenizer.to_str())
    write_json(
        folder / "tokenizer_config.json",
        {"do_lower_case": lowercase, "model_max_length": window, "tokenizer_class": "BertTokenizer"},
    )


def write_byte_level(folder, tokenizer, add_prefix_space, window):
    model = json.loads(tokenizer.to_str())["model"]
    (folder / "vocab.json").write_text(json.dumps(model["vocab"], ensure_ascii=False, separators=(",", ":")))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in model["merges"]))
    (folder / "tokenizer.json").write_text(tokenizer.to_str())
    write_json(
        folder / "tokenizer_config.json",
        {"add_prefix_space": add_prefix_space, "model_max_length": window, "tokenizer_class": "RobertaTokenizer"},
    )


# ---------------------------------------------------------------------------------------------------------------
# encoders/

LENGTHS = [2, 3, 7, 17, 40]  # and the window, where that is not 40


def randomize(model, seed):
    """Weights large enough for every layer to matter, norms away from one, biases away from zero."""
    import torch

    rng = np.random.default_rng(seed)
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            values = rng.standard_normal(tuple(parameter.shape))
            if "norm" in name.lower() and name.endswith("weight"):
                values = 1.0 + 0.2 * values
            elif name.endswith("bias"):
                values = 0.1 * values
            else:
                values = 0.2 * values
            parameter.copy_(torch.from_numpy(values.astype(np.float32)))


def write_expected(folder, base, window, specials, seed):
    """Runs random ids through the model, one sequence at a time, and stores all hidden states."""
    import torch
    from safetensors.numpy import save_file

    rng = np.random.default_rng(seed)
    first, last = specials["first"], specials["last"]
    ordinary = np.array([i for i in range(base.config.vocab_size) if i not in specials["all"]])
    tensors = {}
    base.eval()
    for i, length in enumerate(sorted({*LENGTHS, window})):
        ids = np.concatenate([[first], rng.choice(ordinary, length - 2), [last]]).astype(np.int64)
        with torch.no_grad():
            output = base(input_ids=torch.from_numpy(ids)[None], output_hidden_states=True)
        hidden = torch.cat(output.hidden_states).numpy()
        assert hidden.dtype == np.float32 and np.isfinite(hidden).all()
        assert np.array_equal(hidden[-1], output.last_hidden_state[0].numpy())
        steps = np.abs(np.diff(hidden, axis=0)).max(axis=(1, 2))
        assert steps.min() > 0.5, f"a layer of {folder.name} changes too little: {steps}"
        tensors[f"ids.{i}"] = ids
        tensors[f"hidden.{i}"] = np.ascontiguousarray(hidden)
    save_file(tensors, folder / "expected.safetensors")


WORDS = [
    NEWS[3].split(),
    NEWS[14].split(),
    ["Nairobi"],
    "Der Bürgermeister von Köln grüßt 東京 , Łódź and \U0001f600 .".split(),
    ["can't", "re-elected", "U.S.", "10,842", "...", '"', "\u200b", "\u00a0", "end"],
    [],
]


def write_words(folder):
    """What transformers' fast tokenizer makes of pre-split words; checked against the plain tokenizer.json."""
    from tokenizers import Tokenizer, pre_tokenizers
    from transformers import AutoTokenizer

    fast = AutoTokenizer.from_pretrained(folder, add_prefix_space=True)
    assert fast.is_fast
    plain = Tokenizer.from_file(str(folder / "tokenizer.json"))
    if isinstance(plain.pre_tokenizer, pre_tokenizers.ByteLevel):
        plain.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    rows = []
    for words in WORDS:
        encoded = fast(words, is_split_into_words=True)
        row = {"words": words, "ids": encoded["input_ids"], "word_ids": encoded.word_ids()}
        again = plain.encode(words, is_pretokenized=True)
        assert (again.ids, again.word_ids) == (row["ids"], row["word_ids"]), folder
        rows.append(row)
    write_rows(folder / "words.json", rows)


def rename_as_tf(folder):
    """Spells a checkpoint as the oldest ones on the hub do: LayerNorm.gamma and .beta, and a buffer of positions."""
    from safetensors.numpy import load_file, save_file

    path = folder / "model.safetensors"
    tensors = {}
    for name, tensor in load_file(path).items():
        name = name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")
        tensors[name] = tensor
    positions = tensors["bert.embeddings.position_embeddings.weight"].shape[0]
    tensors["bert.embeddings.position_ids"] = np.arange(positions, dtype=np.int64)[None]
    save_file(tensors, path, metadata={"format": "pt"})


def make_encoder(root, name, model_class, config, seed, tokenizer, write_tokenizer, specials, legacy=False):
    from transformers import AutoModel

    folder = fresh(root / name)
    model = model_class._from_config(config, attn_implementation="eager")
    randomize(model, seed)
    model.save_pretrained(folder)
    if legacy:
        rename_as_tf(folder)
    write_tokenizer(folder, tokenizer)
    # From the files that were written, so that they are known to be what the reference itself reads.
    base, info = AutoModel.from_pretrained(folder, attn_implementation="eager", output_loading_info=True)
    missing = {key for key in info["missing_keys"] if not key.startswith("pooler.")}
    assert not missing, f"{name}: {missing}"
    window = config.max_position_embeddings - (2 if config.model_type == "roberta" else 0)
    write_expected(folder, base, window, specials, seed + 1000)
    write_words(folder)


def make_encoders(root):
    import torch
    from transformers import (
        BertConfig, BertForPreTraining, BertForTokenClassification, BertModel,
        DistilBertConfig, DistilBertForMaskedLM, DistilBertModel,
        RobertaConfig, RobertaForTokenClassification, RobertaModel,
    )
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    root = fresh(root)

    cased = wordpiece_vocabulary(lowercase=False, size=240)
    uncased = wordpiece_vocabulary(lowercase=True, size=240)
    bpe = bpe_parts(320)
    bert_specials = {"first": 2, "last": 3, "all": range(5)}
    roberta_specials = {"first": 0, "last": 2, "all": [0, 1, 2, 3, len(bpe[0]) - 1]}

    def bert(name, model_class, config, seed, vocabulary, lowercase, old_processor=False, legacy=False):
        config.vocab_size = len(vocabulary)
        tokenizer = wordpiece(vocabulary, lowercase, old_processor)
        window = config.max_position_embeddings
        write = lambda folder, tokenizer: write_wordpiece(folder, tokenizer, lowercase, window)
        make_encoder(root, name, model_class, config, seed, tokenizer, write, bert_specials, legacy)

    def roberta(name, model_class, config, seed, add_prefix_space):
        config.vocab_size = len(bpe[0])
        tokenizer = byte_level(*bpe, add_prefix_space)
        window = config.max_position_embeddings - 2
        write = lambda folder, tokenizer: write_byte_level(folder, tokenizer, add_prefix_space, window)
        make_encoder(root, name, model_class, config, seed, tokenizer, write, roberta_specials)

    bert(
        "bert-tiny", BertModel,
        BertConfig(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64,
                   max_position_embeddings=64, layer_norm_eps=1e-12),
        1, uncased, lowercase=True,
    )
    bert(
        "bert-tiny-prefixed", BertForTokenClassification,
        BertConfig(hidden_size=21, num_hidden_layers=3, num_attention_heads=3, intermediate_size=37,
                   max_position_embeddings=40, layer_norm_eps=1e-3, num_labels=5),
        2, cased, lowercase=False, old_processor=True,
    )
    bert(
        "bert-tiny-legacy", BertForPreTraining,
        BertConfig(hidden_size=12, num_hidden_layers=1, num_attention_heads=2, intermediate_size=20,
                   max_position_embeddings=40, layer_norm_eps=1e-12),
        3, cased, lowercase=False, legacy=True,
    )
    bert(
        "distilbert-tiny", DistilBertModel,
        DistilBertConfig(dim=32, n_layers=2, n_heads=4, hidden_dim=64, max_position_embeddings=64),
        4, cased, lowercase=False,
    )
    bert(
        "distilbert-tiny-prefixed", DistilBertForMaskedLM,
        DistilBertConfig(dim=27, n_layers=2, n_heads=3, hidden_dim=45, max_position_embeddings=40),
        5, uncased, lowercase=True,
    )
    special_ids = {"bos_token_id": 0, "pad_token_id": 1, "eos_token_id": 2}
    roberta(
        "roberta-tiny", RobertaModel,
        RobertaConfig(hidden_size=24, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48,
                      max_position_embeddings=66, type_vocab_size=1, layer_norm_eps=1e-5, **special_ids),
        6, add_prefix_space=False,
    )
    roberta(
        "roberta-tiny-prefixed", RobertaForTokenClassification,
        RobertaConfig(hidden_size=30, num_hidden_layers=2, num_attention_heads=3, intermediate_size=42,
                      max_position_embeddings=42, type_vocab_size=1, layer_norm_eps=1e-5, num_labels=5, **special_ids),
        7, add_prefix_space=True,
    )


# ---------------------------------------------------------------------------------------------------------------
# tokens/

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"

NASTY = [
    ("empty-list", []),
    ("empty-word", [""]),
    ("empty-words-between", ["", "Oslo", "", "and", "", "Riga", ""]),
    ("one-letter", ["a"]),
    ("emoji", ["\U0001f600", "a\U0001f600b", "\U0001f600\U0001f601\U0001f602"]),
    ("emoji-joined", [FAMILY, "x" + FAMILY + "y", "\U0001f44d\U0001f3fd", "\u2764\ufe0f"]),
    ("emoji-flag-keycap", ["\U0001f1f3\U0001f1f4", "1\ufe0f\u20e3", "\U0001f3f4\U000e0067\U000e0062\U000e007f"]),
    ("combining", ["Ko\u0308ln", "e\u0301te\u0301", "\u0301", "\u0301a", "a\u0301\u0302\u0303b", "Z\u0334\u0321\u0353a"]),
    ("composed", ["K\u00f6ln", "\u00e9t\u00e9", "\u212b", "\u1e9b\u0323", "\u01d5", "\u1e69"]),
    ("hangul", ["\ud55c\uad6d", "\u1112\u1161\u11ab\u1100\u116e\u11a8", "\u1112"]),
    ("devanagari", ["\u0928\u092e\u0938\u094d\u0924\u0947", "\u0915\u094d\u0937", "\u0939\u093f\u0928\u094d\u0926\u0940"]),
    ("thai", ["\u0e1b\u0e23\u0e30\u0e40\u0e17\u0e28\u0e44\u0e17\u0e22", "\u0e01\u0e33"]),
    ("cjk", ["\u6771\u4eac", "\u6771\u4eac\u3068Oslo", "a\u6771b", "\u4e2d\u56fd\u3002", "\u5317\u4eac\u5e02"]),
    ("cjk-edges", ["\u4e00", "\u9fff", "\u3400", "\u4dbf", "\u4dc0", "\uf900", "\ufaff", "\U00020000", "\U0002a6df",
                   "\U0002b820", "\U0002ceaf", "\U0002f800", "\U0002fa1f", "\U00030000"]),
    ("kana", ["\u3068", "\u304c", "\u304b\u3099", "\u30ac", "\uff76\uff9e", "\u3001"]),
    ("right-to-left", ["\u0627\u0644\u0642\u0627\u0647\u0631\u0629", "\u05d9\u05e8\u05d5\u05e9\u05dc\u05d9\u05dd", "\u0641\u064a",
                       "\u05e9\u05b8\u05c1\u05dc\u05d5\u05b9\u05dd", "abc\u05d0\u05d1123"]),
    ("bidi-controls", ["\u200eOslo\u200f", "\u202aOslo\u202c", "\u2066\u05d0\u2069", "\u202e", "\u061c"]),
    ("control-characters", ["\u0001", "a\u0001b", "\u001f", "\u007f", "a\u007fb", "\u0085", "a\u0085b", "\u009f", "\u001b[0m"]),
    ("nul", ["\u0000", "a\u0000b", "\u0000Oslo\u0000"]),
    ("crlf", ["\r\n", "a\r\nb", "Oslo\r\n", "\r", "\n", "a\nb"]),
    ("tabs", ["\t", "a\tb", "\tOslo", "Oslo\t", "\x0b", "\x0c", "a\x0cb"]),
    ("spaces-inside", [" ", "  ", " Oslo", "Oslo ", "New York", "New  York", " a  b "]),
    ("nbsp", ["\u00a0", "10\u00a0000", "\u00a0Oslo", "Oslo\u00a0", "\u202f", "1\u202f000"]),
    ("unicode-spaces", ["\u2003", "a\u2003b", "\u3000", "a\u3000b", "\u1680", "\u2028", "a\u2028b", "\u2029", "\u205f", "\u180e"]),
    ("zero-width", ["\u200b", "a\u200bb", "\u200c", "\u200d", "a\u200db", "\ufeff", "\ufeffOslo", "\u2060", "\u034f"]),
    ("soft-hyphen", ["\u00ad", "govern\u00adment", "\u00adOslo\u00ad"]),
    ("replacement", ["\ufffd", "a\ufffdb", "\ufffd\ufffd", "Oslo\ufffd", "\ufffe", "\uffff", "a\ufffeb"]),
    ("private-and-unassigned", ["\ue000", "a\ue000b", "\U000f0000", "\U0010ffff", "a\U0010ffffb", "\u0378", "\U000e0001"]),
    ("ligatures", ["\ufb01nal", "o\ufb03ce", "\ufb06", "\u00e6on", "\u0153uvre", "\u0132sselmeer", "\ufefb"]),
    ("turkish", ["\u0130stanbul", "\u0131\u015f\u0131k", "I\u0130i\u0131", "D\u0130YARBAKIR", "Diyarbak\u0131r"]),
    ("sharp-s", ["gr\u00fc\u00dft", "STRA\u00dfE", "\u1e9e", "GRO\u1e9e"]),
    ("lowercase-oddities", ["\u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2", "\u039f\u0394\u039f\u03a3", "\u01c5", "\u1f88", "\u1fb3", "\u212a", "\u2126",
                            "\U00010400", "\u10a0", "\u13a0", "\uab70", "\u1c90"]),
    ("full-width", ["\uff11\uff12\uff13", "\uff2f\uff53\uff4c\uff4f", "\uff0c", "\uff08a\uff09", "\uff5e"]),
    ("digits", ["0", "10,842", "3.14159", "3" * 101, "0123456789" * 12, "\u0661\u0662\u0663", "\u00bd", "\u00b2", "\u2167",
                "\u2460"]),
    ("quotes", ["'", '"', "''", '""', "``", "\u2018", "\u2019", "\u201c", "\u201d", "\u00ab", "\u00bb", "\u201e", "\u2032", "`", "\u00b4"]),
    ("apostrophes", ["can't", "can\u2019t", "'s", "\u2019s", "O'Brien", "n't", "'S", "'re", "we've", "I'LL", "d'\u00e9t\u00e9", "'90s", "rock'n'roll",
                     "'", "s'"]),
    ("ascii-punctuation", list("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")),
    ("ascii-punctuation-together", ["!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", "...", "--", "a-b-c", "U.S.A.", "AT&T", "(a)", "C++", "a_b", "#tag",
                                    "@you", "$5", "50%", "http://a.example/b?c=d&e=f#g", "x@y.example"]),
    ("unicode-punctuation", ["\u2014", "\u2013", "\u2026", "\u00a1", "\u00bf", "\u00b6", "\u00a7", "\u2022", "\u203d", "\u061f", "\u0964", "\u30fb", "\u2e2e",
                             "a\u2014b", "\u2010", "\u2011", "\u00b7", "\u0387", "\U00010a50"]),
    ("symbols", ["\u20ac", "\u00a3", "\u00a9", "\u2122", "\u00b0", "\u00d7", "\u221e", "\u2192", "5\u20ac", "20\u00b0C", "\U0001d400", "\u2103", "\u00b5", "\u03bc",
                 "\u00aa", "\u00ba"]),
    ("none-words", ["None", "none", "NULL", "null", "NaN", "nan", "NA", "N/A", "True", "undefined", "[]", "{}"]),
    ("special-tokens-bert", ["[CLS]", "[SEP]", "[PAD]", "[MASK]", "[UNK]", "[cls]", "a[SEP]b", "[ SEP ]", "x [MASK] y"]),
    ("special-tokens-roberta", ["<s>", "</s>", "<pad>", "<mask>", "<unk>", "<S>", "a</s>b", "< s >", "x <mask> y"]),
    ("continuation-sign", ["##", "##s", "###", "#", "a##s", "##the"]),
    ("byte-level-signs", ["\u0120", "\u0120the", "\u010a", "\u0100", "a\u0120b", "\u00a0\u0120"]),
    ("contractions-upper-and-split", ["they", "'d", "'m", "'ll", "'ve", "'t", "'x", "''s"]),
    ("word-100-letters", ["a" * 100, "a" * 101, "\u00e9" * 101, "e\u0301" * 51, "e\u0301" * 101]),
    ("word-long-punctuation", ["." * 120, "-" + "a" * 100 + "-", "=" * 7]),
    ("word-5000-letters", ["x", "ent" * 1666 + "er", "y"]),
    ("unknown-letter-inside", ["Os\u0d1clo", "\u0d1c", "the\u0d1c", "\u0d1cthe"]),
    ("case", ["OSLO", "oSLO", "Oslo", "oslo", "THE", "The", "tHE"]),
    ("hyphens", ["six-year-old", "-", "- -", "Seung-woo", "--the", "the-", "sub-Saharan", "re\u2011elected"]),
    ("many-words", ["a", "in", "Oslo"] * 30),
    ("same-nothing-words", ["\u200b", "", "\u00ad", "\u0001", "Oslo", "\u200b", ""]),
]


# Where the options of a BertNormalizer show.
OPTION_CASES = [
    "combining", "composed", "hangul", "devanagari", "cjk", "cjk-edges", "kana", "control-characters", "nul", "crlf", "tabs", "spaces-inside", "nbsp",
    "unicode-spaces", "zero-width", "soft-hyphen", "replacement", "turkish", "sharp-s", "lowercase-oddities", "special-tokens-bert",
    "same-nothing-words",
]  # fmt: skip


def make_tokens(root):
    from tokenizers import Tokenizer, pre_tokenizers

    cased_file = root.parent / "encoders/bert-tiny-prefixed/tokenizer.json"
    if not cased_file.exists():
        raise SystemExit(f"{cased_file} is missing: run with --only encoders first")
    root = fresh(root)
    # Options that published tokenizers set and the three models do not.
    cased = Tokenizer.from_file(str(cased_file)).get_vocab()
    cased = dict(sorted(cased.items(), key=lambda item: item[1]))
    (root / "cased-strip-accents.json").write_text(wordpiece(cased, False, strip_accents=True).to_str())
    lower = wordpiece(cased, True, strip_accents=False, handle_chinese_chars=False, clean_text=False)
    (root / "lowercase-keep-all.json").write_text(lower.to_str())

    # A tokenizer.json may bring truncation and padding of its own, as those of sentence encoders do: not ours to obey.
    cutting = Tokenizer.from_file(str(root.parent / "encoders/bert-tiny/tokenizer.json"))
    cutting.enable_truncation(128)
    cutting.enable_padding(length=128, pad_id=0, pad_token="[PAD]")
    (root / "uncased-truncating.json").write_text(cutting.to_str())

    main = [f"encoders/{name}/tokenizer.json" for name in ["bert-tiny-prefixed", "bert-tiny", "roberta-tiny-prefixed"]]
    few = {
        "tokens/cased-strip-accents.json": OPTION_CASES,
        "tokens/lowercase-keep-all.json": OPTION_CASES,
        "tokens/uncased-truncating.json": ["empty-list", "one-letter", "many-words"],
    }
    news = [(f"news-{i:02}", line.split(" ")) for i, line in enumerate(NEWS)]
    foreign = [(f"foreign-{i}", line.split(" ")) for i, line in enumerate(FOREIGN)]
    rows = []
    for path in [*main, *few]:
        tokenizer = Tokenizer.from_file(str(root.parent / path))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        for name, words in NASTY + foreign + news if path in main else [c for c in NASTY if c[0] in few[path]]:
            encoded = tokenizer.encode(words, is_pretokenized=True)
            rows.append({
                "name": name, "tokenizer": path, "words": words,
                "ids": encoded.ids, "word_ids": encoded.word_ids, "offsets": encoded.offsets,
            })
    write_rows(root / "cases.json", rows)


# ---------------------------------------------------------------------------------------------------------------
# metrics/


def random_case(seed, sentences, types, error, continuity):
    rng = np.random.default_rng(seed)
    tags = ["O"] + [f"{mark}-{kind}" for kind in types for mark in "BI"]
    gold, predicted = [], []
    for _ in range(sentences):
        length, sentence = int(rng.integers(1, 16)), []
        while len(sentence) < length:
            if rng.random() < 0.7:
                sentence.append("O")
            else:
                # Frequent and rare types, as corpora have them.
                kind = types[min(int(rng.exponential(2.0)), len(types) - 1)]
                sentence += [f"B-{kind}"] + [f"I-{kind}"] * int(rng.geometric(0.6) - 1)
        sentence = sentence[:length]
        guess = [tags[int(rng.integers(len(tags)))] if rng.random() < error else tag for tag in sentence]
        if rng.random() < continuity:
            guess = [t.replace("B-", "I-") if rng.random() < 0.2 else t for t in guess]
        gold.append(sentence)
        predicted.append(guess)
    return gold, predicted


def metric_cases():
    def split(*lines):
        return [line.split() for line in lines]

    types = ["geo", "gpe", "per", "org", "tim", "art", "eve", "nat"]
    cases = [
        ("perfect", split("B-per I-per O B-geo", "O O B-tim"), split("B-per I-per O B-geo", "O O B-tim")),
        ("inside-without-begin", split("O B-geo I-geo O", "B-per I-per O", "O B-org I-org I-org"),
         split("O I-geo I-geo O", "I-per I-per O", "O O I-org I-org")),
        ("inside-without-begin-in-gold", split("I-geo I-geo O I-per", "O I-org"), split("B-geo I-geo O I-per", "O B-org")),
        ("type-change-inside", split("B-per I-per I-per O", "B-geo I-geo O", "B-org I-org I-org I-org"),
         split("B-per I-org I-org O", "B-geo I-per O", "B-org I-org I-geo I-org")),
        ("nothing-predicted", split("B-per I-per O", "O B-geo O O"), split("O O O", "O O O O")),
        ("nothing-in-gold", split("O O O", "O O"), split("O B-geo I-geo", "I-per O")),
        ("nothing-at-all", split("O O O", "O"), split("O O O", "O")),
        ("tag-never-predicted", split("B-per I-per O B-art", "B-geo O B-nat I-nat"), split("B-per I-per O O", "B-geo O O O")),
        ("tag-only-predicted", split("B-per O O O", "B-geo O"), split("B-per O B-eve I-eve", "B-geo B-nat")),
        ("one-sentence", split("O B-gpe O B-per I-per I-per O"), split("O B-gpe O B-per I-per O O")),
        ("one-tag", split("B-geo B-geo", "B-geo"), split("B-geo B-geo", "B-geo")),
        ("one-word-right", split("B-geo"), split("B-geo")),
        ("one-word-wrong-type", split("B-geo"), split("B-gpe")),
        ("one-word-wrong-mark", split("B-geo"), split("I-geo")),
        ("adjacent-same-type", split("B-geo B-geo I-geo B-geo O", "B-per I-per B-per I-per"),
         split("B-geo I-geo I-geo B-geo O", "B-per I-per I-per I-per")),
        ("adjacent-other-type", split("B-geo B-gpe I-gpe B-per", "B-tim I-tim B-geo"),
         split("B-geo I-gpe I-gpe B-per", "B-tim B-tim B-geo")),
        ("boundaries", split("O B-org I-org I-org O O", "B-tim I-tim O O"), split("B-org I-org I-org I-org O O", "O B-tim O O")),
        ("begin-for-inside", split("B-org I-org I-org"), split("B-org B-org I-org")),
        ("across-sentences", split("O B-per", "I-per O", "O B-per", "B-per O"), split("O B-per", "I-per O", "O B-per", "I-per O")),
        ("type-with-hyphen", split("B-x-geo I-x-geo O B-x-per", "B-geo O B-a-b-c I-a-b-c"),
         split("B-x-geo I-x-geo O B-x-geo", "B-x-geo O B-a-b-c I-a-b")),
        ("type-order-and-case", split("B-Zed O B-alpha", "B-ALPHA B-z\u00e9ro O B-10"), split("B-Zed O B-ALPHA", "B-ALPHA B-z\u00e9ro B-9 B-10")),
        ("one-per-cent-of-a-long-one", split("B-org" + 149 * " I-org" + " O", "B-org" + 99 * " I-org" + " O"),
         split("B-org I-org" + 149 * " O", 99 * "O " + "B-org I-org")),
        ("too-little-of-a-long-one", split("B-org" + 149 * " I-org" + " O"), split("B-org" + 150 * " O")),
        ("one-over-many", split("B-per O B-geo I-geo B-geo O B-org", "B-geo I-geo O B-geo I-geo I-geo"),
         split("B-geo I-geo I-geo I-geo I-geo I-geo I-geo", "O B-geo I-geo I-geo I-geo O")),
        ("many-over-one", split("B-geo I-geo I-geo I-geo I-geo I-geo O"), split("B-per B-geo I-geo B-geo I-geo B-geo I-geo")),
        ("random-boundaries", *random_case(13, 120, types[:4], error=0.45, continuity=0.9)),
        ("random-clean", *random_case(11, 30, types[:3], error=0.1, continuity=0.0)),
        ("random-17-tags", *random_case(12, 200, types, error=0.25, continuity=0.5)),
    ]
    for name, gold, predicted in cases:
        assert [len(s) for s in gold] == [len(s) for s in predicted], name
    assert len({tag for _, gold, _ in cases[-1:] for s in gold for tag in s}) == 17
    return cases


def plain(value):
    """numpy's numbers as Python's; nan as null."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and value != value else value


def entity_figures(gold, predicted, **mode):
    from seqeval import metrics

    mode["zero_division"] = 0
    report = metrics.classification_report(gold, predicted, output_dict=True, **mode)
    averages = {key: report.pop(key) for key in ["micro avg", "macro avg", "weighted avg"]}
    return plain({
        "precision": metrics.precision_score(gold, predicted, **mode),
        "recall": metrics.recall_score(gold, predicted, **mode),
        "f1": metrics.f1_score(gold, predicted, **mode),
        "by_type": report,
        **averages,
    })


def lenient_spans(sentences):
    from seqeval.metrics.sequence_labeling import get_entities

    return [[[kind, start, end + 1] for kind, start, end in get_entities(tags)] for tags in sentences]


def strict_spans(sentences):
    from seqeval.scheme import IOB2, Entities

    found = Entities(sentences, IOB2).entities
    return [[[entity.tag, entity.start, entity.end] for entity in sentence] for sentence in found]


def make_metrics(root):
    from seqeval.scheme import IOB2
    from sklearn.metrics import classification_report

    warnings.filterwarnings("ignore")
    root = fresh(root)
    tokens, entities = [], []
    for name, gold, predicted in metric_cases():
        flat_gold, flat_predicted = [t for s in gold for t in s], [t for s in predicted for t in s]
        report = classification_report(flat_gold, flat_predicted, output_dict=True, zero_division=0)
        tokens.append({"name": name, "gold": gold, "predicted": predicted, "report": plain(report)})
        lenient = entity_figures(gold, predicted)
        strict = entity_figures(gold, predicted, mode="strict", scheme=IOB2)
        if len(gold) <= 50:
            lenient["spans"] = {"gold": lenient_spans(gold), "predicted": lenient_spans(predicted)}
            strict["spans"] = {"gold": strict_spans(gold), "predicted": strict_spans(predicted)}
        entities.append({"name": name, "lenient": lenient, "strict": strict})
    write_rows(root / "token.json", tokens)
    write_rows(root / "entity.json", entities)
    write_rows(root / "overlap.json", [overlap_figures(*case) for case in metric_cases()])
    write_rows(root / "bootstrap.json", [paired_bootstrap(*pair) for pair in bootstrap_pairs()])


def bootstrap_pairs():
    """Two taggers on the same sentences: the second far better, a little better, and not better."""
    types = ["geo", "per", "org"]
    for name, seed, first, second in [("clear", 21, 0.3, 0.15), ("slight", 22, 0.25, 0.21), ("none", 23, 0.25, 0.25)]:
        gold, a = random_case(seed, 200, types, first, 0.0)
        rng = np.random.default_rng(seed + 100)
        tags = sorted({tag for sentence in gold for tag in sentence})
        b = [[tags[int(rng.integers(len(tags)))] if rng.random() < second else tag for tag in sentence] for sentence in gold]
        yield name, gold, a, b


def paired_bootstrap(name, gold, a, b, draws=1000):
    """Differences b - a of scikit-learn's and seqeval's figures over the same drawn sentences."""
    from sklearn.metrics import precision_recall_fscore_support

    spans = [[set(map(tuple, own)) for own in strict_spans(side)] for side in (gold, a, b)]

    def figures(chosen, predicted, own_spans):
        sides = [[tag for i in chosen for tag in side[i]] for side in (gold, predicted)]
        _, _, f1, support = precision_recall_fscore_support(*sides, zero_division=0)
        right = sum(len(spans[0][i] & own_spans[i]) for i in chosen)
        return {
            "accuracy": np.mean([one == other for one, other in zip(*sides)]),
            "macro_f1": np.mean(f1),
            "weighted_f1": np.average(f1, weights=support),
            "entity_f1": 2 * right / sum(len(spans[0][i]) + len(own_spans[i]) for i in chosen),
        }

    rng = np.random.default_rng(7)
    drawn = []
    for _ in range(draws):
        chosen = rng.integers(len(gold), size=len(gold))
        first, second = figures(chosen, a, spans[1]), figures(chosen, b, spans[2])
        drawn.append({key: second[key] - first[key] for key in first})
    everything = range(len(gold))
    first, second = figures(everything, a, spans[1]), figures(everything, b, spans[2])
    result = {"name": name, "gold": gold, "a": a, "b": b, "differences": {}}
    for key in first:
        values = np.array([own[key] for own in drawn])
        low, high = np.quantile(values, [0.025, 0.975])
        tail = (min((values <= 0).sum(), (values >= 0).sum()) + 1) / (draws + 1)
        result["differences"][key] = plain({"a": first[key], "b": second[key], "low": low, "high": high, "p": min(1.0, 2 * tail)})
    return result


def overlap_figures(name, gold, predicted):
    from nervaluate import Evaluator

    kinds = sorted({tag[2:] for side in (gold, predicted) for sentence in side for tag in sentence if tag != "O"})
    results = Evaluator(gold, predicted, tags=kinds, loader="list").evaluate()
    fields = ["precision", "recall", "f1", "correct", "incorrect", "partial", "missed", "spurious"]

    def figures(result):
        return {field: getattr(result, field) for field in fields}

    schemes = {"strict_overlap": "strict", "exact": "exact", "partial": "partial", "type": "ent_type"}
    return {"name": name} | {
        own: {
            **figures(results["overall"][scheme]),
            "by_type": {kind: figures(results["entities"][kind][scheme]) for kind in kinds},
        }
        for own, scheme in schemes.items()
    }


# ---------------------------------------------------------------------------------------------------------------

MAKERS = {"encoders": make_encoders, "tokens": make_tokens, "metrics": make_metrics}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--only", choices=MAKERS, help="make one of the three folders (default: all)")
    parser.add_argument("--out", type=Path, default=HERE, help="where to write, replacing the folders of these names (default: beside this script)")
    arguments = parser.parse_args()
    for name, make in MAKERS.items():
        if arguments.only in (None, name):
            make(arguments.out.resolve() / name)
            print(f"{name}: written to {arguments.out / name}")


if __name__ == "__main__":
    main()
