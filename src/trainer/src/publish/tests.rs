use super::bundles::with_hash;
use super::references::{with_references, with_title};
use super::*;

#[test]
fn references_follow_what_has_moved() {
    let files = ["app.js", "style.css", "pages/own.js", "pkg/nerite.js"];
    let moved: Files = files.map(|path| (path.to_owned(), Vec::new())).into();
    for (page, html, expected) in [
        (
            "index.html",
            r#"<script src="app.js"></script><link rel="x" href="./style.css"><a href="other.html">"#,
            r#"<script src="a/app.js"></script><link rel="x" href="a/style.css"><a href="other.html">"#,
        ),
        (
            "pages/x.html",
            r#"<script src="own.js"></script><script src="../app.js"></script><a href="../../app.js">"#,
            r#"<script src="../a/pages/own.js"></script><script src="../a/app.js"></script><a href="../../app.js">"#,
        ),
        (
            "index.html",
            r##"<a href="#app.js"><a href="https://x/app.js"><a href="/app.js"><img src=""><a href="app.js"##,
            r##"<a href="#app.js"><a href="https://x/app.js"><a href="/app.js"><img src=""><a href="a/app.js"##,
        ),
    ] {
        assert_eq!(with_references(html, page, &moved, "a"), expected);
    }
}

#[test]
fn names_get_their_hash_once() {
    let hash = "0123456789abcdef0123";
    let named = with_hash("heads/base.safetensors", hash);
    assert_eq!(named, "heads/base.0123456789abcdef.safetensors");
    assert_eq!(with_hash(&named, hash), named);
    // Every name that a manifest may have has one.
    for length in 1..=100 - ".safetensors".len() {
        let name = format!("{}.safetensors", "a".repeat(length));
        let named = with_hash(&format!("heads/{name}"), hash);
        let (folder, named) = named.split_once('/').unwrap();
        assert!(folder == "heads" && nerite::is_file_name(named), "{named}");
        assert!(named.ends_with(".0123456789abcdef.safetensors"), "{named}");
    }
    assert_eq!(
        with_title("<title lang=\"en\">a</title>", "<b>&"),
        Some("<title>&lt;b&gt;&amp;</title>".into())
    );
}
