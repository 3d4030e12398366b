//! What a family's checkpoints need to be read as ones of plain BERT: a row for
//! each.

use super::Architecture;

/// A family of encoders, all of BERT's layers.
pub(super) struct Family {
    architecture: Architecture,
    /// What the names of Hugging Face's classes of it begin with.
    class: &'static str,
    /// What stands before the encoder's tensors in a checkpoint with a head.
    pub(super) prefix: &'static str,
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
const FAMILIES: &[Family] = &[
    Family {
        architecture: Architecture::Bert,
        class: "Bert",
        prefix: "bert.",
        counts_from_padding: false,
        has_token_types: true,
        projects_embeddings: false,
        names: &[],
    },
    Family {
        architecture: Architecture::DistilBert,
        class: "DistilBert",
        prefix: "distilbert.",
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
        class: "Roberta",
        prefix: "roberta.",
        counts_from_padding: true,
        has_token_types: true,
        projects_embeddings: false,
        names: &[],
    },
    Family {
        architecture: Architecture::Electra,
        class: "Electra",
        prefix: "electra.",
        counts_from_padding: false,
        has_token_types: true,
        projects_embeddings: true,
        names: &[],
    },
];

impl Architecture {
    /// Its row.
    pub(super) fn family(self) -> &'static Family {
        let family = FAMILIES.iter().find(|family| family.architecture == self);
        family.expect("every architecture has a row")
    }

    /// What the names of Hugging Face's classes of it begin with, as in
    /// `BertForTokenClassification`.
    pub fn class(self) -> &'static str {
        self.family().class
    }
}

#[cfg(test)]
mod tests {
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn every_architecture_has_a_row_of_its_own() {
        assert_eq!(FAMILIES.len(), Architecture::ALL.len());
        let mut classes = std::collections::HashSet::new();
        for architecture in Architecture::ALL {
            assert!(classes.insert(architecture.class()), "{architecture}");
            assert!(
                architecture.family().prefix.ends_with('.'),
                "{architecture}"
            );
        }
    }
}
