//! `nerite redact` and `nerite restore --table` as their users run them: texts,
//! JSON lines, folders, streams, and how they end.

use std::io::{Read, Write};
use std::process::Stdio;

use serde_json::Value;

use crate::bundle::bundled;
use crate::common::{Lab, columns};

/// Patterns alone find all that is private in it; all of it is invented.
const MAIL: &str =
    "Write to ann.lee@example.com or call +1 415 555 2671.\nANN.LEE@example.com, 192.0.2.7\n";

#[test]
fn a_text_comes_back_from_its_table() {
    let lab = Lab::new();
    lab.write("mail.txt", MAIL);
    let redacted = lab.ok("redact mail.txt --table table.json");
    assert!(
        redacted.contains("[EMAIL_1]") && redacted.contains("[PHONE_1]"),
        "{redacted}"
    );
    assert!(
        !redacted.contains('@') && !redacted.contains("555"),
        "{redacted}"
    );
    lab.write("redacted.txt", &redacted);
    assert_eq!(lab.ok("restore redacted.txt --table table.json"), MAIL);

    // An answer of a language model, and a second text with the same table.
    lab.write("answer.txt", "**email 1** has called from `[Phone_1]`.");
    assert_eq!(
        lab.ok("restore answer.txt --table table.json"),
        "**ann.lee@example.com** has called from `+1 415 555 2671`."
    );
    lab.write("next.txt", "bob@example.com, ann.lee@example.com");
    assert_eq!(
        lab.ok("redact next.txt --table table.json"),
        "[EMAIL_2], [EMAIL_1]"
    );

    // Other styles have no table, and a table is not overwritten by another kind of file.
    assert!(lab.ok("redact mail.txt --style mask").contains("██"));
    assert!(!lab.ok("redact mail.txt --style remove").contains('['));
    lab.write("table.json", "{}");
    lab.refused(
        "redact mail.txt --table table.json",
        &["table.json: found no redaction table"],
    );
    lab.refused(
        "redact mail.txt --style mask --table other.json",
        &["found --table with --style mask"],
    );
}

#[test]
fn json_lines_and_folders_keep_their_form() {
    let lab = Lab::new();
    let lines = "{\"id\": 1, \"text\": \"Mail ann@example.com \\u00fc\"}\n{\"id\": 2, \"to\": [\"bob@example.com\", null]}\n";
    lab.write("in/chat.jsonl", lines);
    lab.write("in/deep/mail.txt", MAIL);
    lab.ok("redact in --table table.json --out safe");
    let chat = std::fs::read_to_string(lab.path("safe/in/chat.jsonl")).unwrap();
    let values: Vec<Value> = chat
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(values[0]["id"], 1);
    assert!(
        values[0]["text"]
            .as_str()
            .unwrap()
            .starts_with("Mail [EMAIL_"),
        "{chat}"
    );
    assert!(
        values[1]["to"][0].as_str().unwrap().starts_with("[EMAIL_"),
        "{chat}"
    );
    assert!(!chat.contains('@'), "{chat}");
    lab.ok("restore safe --table table.json --out back");
    let back = std::fs::read_to_string(lab.path("back/safe/in/deep/mail.txt")).unwrap();
    assert_eq!(back, MAIL);
    let back = std::fs::read_to_string(lab.path("back/safe/in/chat.jsonl")).unwrap();
    for (own, line) in lines.lines().zip(back.lines()) {
        let own: Value = serde_json::from_str(own).unwrap();
        assert_eq!(own, serde_json::from_str::<Value>(line).unwrap());
    }

    // Several files need a place to go to.
    lab.write("a.txt", MAIL);
    lab.write("b.txt", MAIL);
    lab.refused("redact a.txt b.txt", &["expected --out with a folder"]);
    // What is no JSON is named with its line.
    lab.write("broken.jsonl", "{\"a\": 1}\n{\"a\":\n");
    let refused = lab.run("redact broken.jsonl");
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.stderr.contains("broken.jsonl:2"),
        "{}",
        refused.stderr
    );
}

#[test]
fn standard_input_is_restored_as_it_comes() {
    let lab = Lab::new();
    lab.write("mail.txt", MAIL);
    lab.ok("redact mail.txt --table table.json");
    let mut child = lab
        .command("restore --table table.json")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut to = child.stdin.take().unwrap();
    let mut from = child.stdout.take().unwrap();
    to.write_all(b"To [EMA").unwrap();
    to.flush().unwrap();
    // What is certain is there before the rest is.
    let mut start = [0; 3];
    from.read_exact(&mut start).unwrap();
    assert_eq!(&start, b"To ");
    to.write_all(b"IL_1], bye").unwrap();
    drop(to);
    let mut rest = String::new();
    from.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "ann.lee@example.com, bye");
    assert!(child.wait().unwrap().success());
}

#[test]
fn what_is_left_because_of_its_score_can_be_an_error() {
    let lab = bundled();
    let text: String = columns(40)
        .lines()
        .filter_map(|line| line.split(['\t', ' ']).next())
        .map(|word| format!("{word} "))
        .collect();
    lab.write("text.txt", text);
    let all = lab.run("redact text.txt --bundle b --types all --strict");
    assert_eq!(all.code, Some(0), "{}", all.stderr);
    assert!(all.stdout.contains("_1]"), "{}", all.stdout);
    let left = "redact text.txt --bundle b --types all --threshold 1";
    assert_eq!(lab.run(left).code, Some(0));
    let strict = lab.run(&format!("{left} --strict"));
    assert_eq!(strict.code, Some(3), "{}", strict.stderr);
    assert!(strict.stderr.contains("left"), "{}", strict.stderr);
}

#[test]
fn a_folder_comes_back_and_what_is_no_file_is_told() {
    let lab = Lab::new();
    let text = "Write to ada@example.org.\n";
    lab.write("in/a.txt", text);
    lab.write("in/deep/b.txt", text);
    lab.write("in/.hidden", text);
    let mut passed = 1;
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        lab.write("secret", "bob@example.org");
        symlink(lab.path("secret"), lab.path("in/link.txt")).unwrap();
        symlink("nowhere", lab.path("in/deep/broken.txt")).unwrap();
        symlink("..", lab.path("in/deep/loop")).unwrap();
        passed += 3;
    }
    // The second time, the results are there already.
    for _ in 0..2 {
        let outcome = lab.run_with("redact in --out out --table table.json", b"");
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        let told = format!("passed over: {passed} hidden files, links, pipes or devices");
        assert!(outcome.stderr.contains(&told), "{}", outcome.stderr);
        assert_eq!(lab.files("out"), ["in/a.txt", "in/deep/b.txt"]);
        assert_eq!(lab.read("out/in/a.txt"), b"Write to [EMAIL_1].\n");
    }
    lab.ok("restore --table table.json out --out back");
    assert_eq!(lab.read("back/out/in/deep/b.txt"), text.as_bytes());
}

#[test]
fn a_table_that_is_none_is_told_once() {
    let lab = Lab::new();
    lab.write("answer.txt", "Hello [EMAIL_1]");
    for table in ["[]", "{}", "{\"a\":{\"a\":{}}}", "null", "\u{1b}[2J"] {
        lab.write("table.json", table);
        lab.refused(
            "restore --table table.json answer.txt",
            &["table.json", "found no redaction table"],
        );
        let outcome = lab.run("restore --table table.json answer.txt");
        assert_eq!(
            outcome.stderr.matches("line 1").count(),
            1,
            "{}",
            outcome.stderr
        );
        assert!(!outcome.stderr.contains('\u{1b}'));
    }
}

#[test]
fn a_table_that_could_not_be_read_again_is_not_written() {
    let lab = Lab::new();
    let table = r#"{"format": "nerite-redaction", "version": 1, "reserved": [], "places": {},
        "entries": [{"placeholder": "[EMAIL_9999999]", "type": "EMAIL", "number": 9999999,
            "forms": ["ann@example.com"]}]}"#;
    lab.write("table.json", table);
    lab.write("mail.txt", "bob@example.com");
    lab.refused(
        "redact mail.txt --table table.json --out safe.txt",
        &["table.json", "found 10000000", "at most 9999999"],
    );
    assert_eq!(lab.read("table.json"), table.as_bytes());
    assert!(!lab.path("safe.txt").exists());
}
