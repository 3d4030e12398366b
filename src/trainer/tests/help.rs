//! The help pages: each command says what it does, there and in the list of
//! commands.

use std::collections::BTreeSet;
use std::process::Command;

/// What `nerite COMMAND --help` prints.
pub(crate) fn page(command: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_nerite"))
        .args(command.split_whitespace())
        .arg("--help")
        .output()
        .unwrap();
    assert!(output.status.success(), "nerite {command} --help fails");
    String::from_utf8(output.stdout).unwrap()
}

fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The commands below `command`, each with its line in the list.
fn listed(command: &str) -> Vec<(String, String)> {
    let page = page(command);
    let list = page.split("Commands:\n").nth(1).unwrap();
    let list = list.split("\n\n").next().unwrap();
    let mut found: Vec<(String, String)> = Vec::new();
    for line in list.lines() {
        // What goes over a line's end goes on below the text.
        match line.strip_prefix("  ").filter(|own| !own.starts_with(' ')) {
            Some(row) => {
                let (name, about) = row.split_once(' ').unwrap_or((row, ""));
                found.push((format!("{command} {name}"), in_one_line(about)));
            }
            None => {
                let about = &mut found.last_mut().unwrap().1;
                *about = in_one_line(&format!("{about} {line}"));
            }
        }
    }
    found.retain(|(name, _)| !name.ends_with(" help"));
    found
}

#[test]
fn every_command_says_what_it_does_and_says_it_alone() {
    let mut seen = BTreeSet::new();
    let mut all = listed("");
    assert!(all.len() >= 18, "found {all:?}");
    for group in ["encoder", "report"] {
        all.extend(listed(group));
    }
    for (command, about) in all {
        let page = page(&command);
        let first = in_one_line(page.split("\n\n").next().unwrap());
        assert_eq!(first, about, "nerite{command}");
        assert!(seen.insert(about), "nerite{command} says what another says");
    }
}

/// What there is to choose from is listed with a line each.
#[test]
fn choices_are_listed_with_what_they_do() {
    for (command, choices) in [
        (
            "train",
            "cross-entropy focal argmax rules transitions linear mlp context",
        ),
        ("evaluate", "argmax rules transitions never doubtful always"),
        (
            "predict",
            "argmax rules transitions first average max simple proper",
        ),
        ("import", "first average max simple proper"),
        ("redact", "placeholder mask remove never doubtful always"),
    ] {
        let page = page(command);
        for choice in choices.split(' ') {
            let row = format!("- {choice}:");
            let is_listed = page.lines().any(|line| line.trim_start().starts_with(&row));
            assert!(is_listed, "nerite {command} --help: no {choice}");
        }
    }
    assert!(page("import").contains("bert, distilbert, roberta, electra"));
}
