//! The README's commands are ones that there are, with flags that they have.

use std::collections::BTreeMap;

use crate::help::page;

/// The commands in a README's blocks for a shell, each with its flags.
fn commands(readme: &str) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    for block in readme.split("\n```sh\n").skip(1) {
        let block = block.split("\n```").next().unwrap_or_default();
        let block = block.replace("\\\n", " ");
        for line in block.lines() {
            let line = line.split(" #").next().unwrap_or_default();
            let Some(words) = line.strip_prefix("nerite ") else {
                continue;
            };
            let words: Vec<&str> = words.split_whitespace().collect();
            let names = if words[0] == "report" || words[0] == "encoder" {
                words[..2].join(" ")
            } else {
                words[0].to_owned()
            };
            let flags = words.iter().filter(|word| word.starts_with("--"));
            found.push((names, flags.map(|flag| (*flag).to_owned()).collect()));
        }
    }
    found
}

#[test]
fn the_readmes_commands_and_flags_are_known() {
    let readme = include_str!("../../../README.md");
    let commands = commands(readme);
    assert!(commands.len() >= 15, "found {} commands", commands.len());
    let mut known: BTreeMap<&str, String> = BTreeMap::new();
    for (command, flags) in &commands {
        let help = known.entry(command).or_insert_with(|| page(command));
        for flag in flags {
            let is_there = help
                .split(|c: char| c.is_whitespace() || c == ',' || c == '=')
                .any(|word| word == flag);
            assert!(is_there, "nerite {command}: --help knows no {flag}");
        }
    }
}
