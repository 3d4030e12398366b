//! What a family's checkpoints need to be read as ones of plain BERT: a row for
//! each.

use super::Architecture;

/// A family of encoders, all of BERT's layers.
pub(super) struct Family {
    pub(super) architecture: Architecture,
    /// Hugging Face's `model_type`, and what stands before the encoder's tensors
    /// in a checkpoint with a head.
    pub(super) name: &'static str,
    /// Position ids are counted from the padding id on.
    pub(super) counts_from_padding: bool,
    /// Every subword has an embedding of its token type.
    pub(super) has_token_types: bool,
    /// Embeddings may be of another width than hidden states
    /// (`embedding_size`), which a projection leads to.
    pub(super) projects_embeddings: bool,
    /// BERT's names, and its own for the same; longer ones before those that
    /// they contain.
    pub(super) names: &'static [(&'static str, &'static str)],
}

/// All that are known.
pub(super) const FAMILIES: [Family; 4] = [
    Family {
        architecture: Architecture::Bert,
        name: "bert",
        counts_from_padding: false,
        has_token_types: true,
        projects_embeddings: false,
        names: &[],
    },
    Family {
        architecture: Architecture::DistilBert,
        name: "distilbert",
        counts_from_padding: false,
        has_token_types: false,
        projects_embeddings: false,
        names: &[
            ("encoder.layer.", "transformer.layer."),
            ("attention.self.query.", "attention.q_lin."),
            ("attention.self.key.", "attention.k_lin."),
            ("attention.self.value.", "attention.v_lin."),
            ("attention.output.dense.", "attention.out_lin."),
            ("attention.output.LayerNorm.", "sa_layer_norm."),
            ("intermediate.dense.", "ffn.lin1."),
            (".output.dense.", ".ffn.lin2."),
            (".output.LayerNorm.", ".output_layer_norm."),
        ],
    },
    Family {
        architecture: Architecture::Roberta,
        name: "roberta",
        counts_from_padding: true,
        has_token_types: true,
        projects_embeddings: false,
        names: &[],
    },
    Family {
        architecture: Architecture::Electra,
        name: "electra",
        counts_from_padding: false,
        has_token_types: true,
        projects_embeddings: true,
        names: &[],
    },
];

impl Family {
    /// The family of a `model_type`.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        FAMILIES.iter().find(|family| family.name == name)
    }

    /// All names, for messages.
    pub(super) fn names() -> String {
        FAMILIES.map(|family| family.name).join(", ")
    }
}

impl Architecture {
    /// Its row.
    pub(super) fn family(self) -> &'static Family {
        let family = FAMILIES.iter().find(|family| family.architecture == self);
        family.expect("every architecture has a row")
    }

    /// Hugging Face's `model_type`.
    pub fn name(self) -> &'static str {
        self.family().name
    }
}
