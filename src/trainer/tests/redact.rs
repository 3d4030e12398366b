//! `nerite redact` and `nerite restore --table` over folders as people have
//! them.

mod common;

use common::Lab;

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
