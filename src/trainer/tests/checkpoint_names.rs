//! Names of checkpoints: those that nobody knows, and those that are only known
//! online.

use crate::checkpoints::{fetch, nothing_is_cached};
use crate::common::{Lab, golden};

#[test]
fn names_that_nobody_knows_are_refused() {
    let lab = Lab::new();
    lab.write("empty/file", "");
    lab.refused(
        "encoder fetch empty",
        &[
            "empty",
            "config.json",
            "tokenizer.json",
            "model.safetensors",
        ],
    );
    lab.refused(
        "encoder fetch some/folder/elsewhere",
        &["some/folder/elsewhere", "all-MiniLM-L6-v2"],
    );
    lab.refused("encoder fetch ../nowhere", &["../nowhere", "not a folder"]);
    // These have the form of a hub's names; the hub does not answer.
    lab.refused(
        "encoder fetch owner/model",
        &["owner/model", "config.json", "127.0.0.1:9"],
    );
    lab.refused(
        "encoder fetch bert-base-cased",
        &["google-bert/bert-base-cased", "config.json"],
    );
    lab.refused(
        "encoder fetch nonsense --offline",
        &["nonsense", "config.json"],
    );
    lab.refused(
        "encoder fetch --offline",
        &["all-MiniLM-L6-v2", "config.json"],
    );
    lab.refused(
        "encoder fetch roberta-base --offline --revision v1",
        &["roberta-base"],
    );
    nothing_is_cached(&lab);
    assert!(lab.files("hf").is_empty());
    // A folder needs no hub.
    lab.ok("encoder fetch BERT --offline");
}

#[test]
fn offline_is_said_where_it_is_the_reason() {
    let lab = Lab::new();
    lab.refused(
        "encoder fetch owner/model --offline",
        &["owner/model", "--offline"],
    );
    lab.refused(
        "encoder fetch --offline",
        &["all-MiniLM-L6-v2", "--offline"],
    );
}

/// A model that `hf-hub` or Python downloaded earlier is found offline.
#[test]
fn the_hubs_cache_is_used_offline() {
    let lab = Lab::new();
    let repository = "hf/hub/models--owner--model";
    let commit = "0123456789abcdef0123456789abcdef01234567";
    lab.write(&format!("{repository}/refs/main"), commit);
    lab.copy_of("bert-tiny", &format!("{repository}/snapshots/{commit}"));
    let found = lab.ok("encoder fetch owner/model --offline");
    let expected = fetch(&lab, &golden("bert-tiny"));
    assert!(found.contains(&expected["sha256"]), "{found}");
    // Another revision is not there.
    lab.refused(
        "encoder fetch owner/model --offline --revision v1",
        &["owner/model"],
    );
}
