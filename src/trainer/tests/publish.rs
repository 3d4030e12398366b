//! `nerite publish`: what a site consists of, what is refused, and what stays
//! of an older version.

use crate::common::{Lab, columns, sha256, wait, wait_until};
use serde_json::{Value, json};

/// A small site with a bundle.
fn site() -> Lab {
    let lab = Lab::new();
    lab.copy_of("bert-tiny", "tiny");
    lab.write("c.conll", columns(40));
    lab.ok("train c.conll --out run --encoder tiny --epochs 1 --batch 8");
    lab.ok("bundle --encoder tiny --head run/base --head run/fine-tuned --out www/bundles/b");
    lab.write(
        "www/index.html",
        "<!doctype html><head><title>a</title><link rel=\"stylesheet\" href=\"style.css\">\
         <script type=\"module\" src=\"./app.js\"></script></head><a href=\"pages/more.html\">more</a>",
    );
    lab.write(
        "www/pages/more.html",
        "<head></head><script src=\"../app.js\"></script>",
    );
    lab.write("www/app.js", "import \"./pkg/nerite.js\";");
    lab.write("www/sw.js", "// stays");
    lab.write("www/strings.json", "{}");
    lab.write("www/.hidden", "secret");
    lab.write("www/style.css", "p {}");
    lab.write("pkg/nerite.js", "export {};");
    lab.write("pkg/wasm/nerite_bg.wasm", "\0asm");
    lab.write("pkg/package.json", "{}");
    lab
}

/// The folder of assets, of which there is one.
fn assets(lab: &Lab) -> String {
    let mut names: Vec<String> = lab
        .files("out")
        .iter()
        .filter(|path| path.starts_with("assets-"))
        .map(|path| path.split('/').next().unwrap().to_owned())
        .collect();
    names.dedup();
    assert_eq!(names.len(), 1, "{names:?}");
    names.remove(0)
}

fn text(lab: &Lab, path: &str) -> String {
    String::from_utf8_lossy(&lab.read(path)).into_owned()
}

#[test]
fn a_site_has_all_that_it_needs_and_nothing_else() {
    let lab = site();
    let said = lab.ok("publish out --title <Mine> --base https://example.org/ner/");
    for part in ["pages", "assets-", "bundles/b", "total"] {
        assert!(said.contains(part), "{part} is not in {said}");
    }
    let assets = assets(&lab);
    let manifest = lab.json("out/bundles/b/manifest.json");
    let mut files: Vec<String> = [
        ".nojekyll",
        "_headers",
        "bundles/b/manifest.json",
        "bundles/index.json",
        "index.html",
        "nerite-site.json",
        "pages.json",
        "pages/more.html",
        "strings.json",
        "sw.js",
    ]
    .map(str::to_owned)
    .into();
    let moved = [
        "app.js",
        "style.css",
        "pkg/nerite.js",
        "pkg/wasm/nerite_bg.wasm",
    ];
    files.extend(moved.map(|path| format!("{assets}/{path}")));
    let mut named = vec![&manifest["encoder"], &manifest["tokenizer"]];
    for head in manifest["heads"].as_array().unwrap() {
        named.push(head);
        let report = head["report"]["file"].as_str().unwrap();
        let report = format!("bundles/b/{report}");
        assert_eq!(
            lab.read(&format!("out/{report}")),
            lab.read(&format!("www/{report}"))
        );
        files.push(report);
    }
    for file in named {
        let path = file["file"].as_str().unwrap();
        let hash = sha256(lab.read(&format!("out/bundles/b/{path}")));
        assert_eq!(file["sha256"], hash);
        assert!(path.contains(&hash[..16]), "{path}");
        files.push(format!("bundles/b/{path}"));
    }
    files.sort();
    assert_eq!(lab.files("out"), files);
    lab.is_tidy();
    // Pages, scripts and styles, where they are now.
    let listed = lab.json("out/pages.json");
    let own = ["app.js", "pkg/nerite.js", "style.css"].map(|path| format!("{assets}/{path}"));
    let pages = ["index.html", "pages/more.html"].map(str::to_owned);
    assert_eq!(listed["files"], json!([own.as_slice(), &pages].concat()));
    // By these the service worker knows an answer for the file.
    let hashes = listed["sha256"].as_object().unwrap();
    for path in lab.files("out") {
        let is_own = !path.starts_with("bundles/")
            && ![".nojekyll", "_headers", "nerite-site.json", "pages.json"].contains(&&*path);
        let hash = is_own.then(|| sha256(lab.read(&format!("out/{path}"))).into());
        assert_eq!(hashes.get(&path), hash.as_ref(), "{path}");
    }
    let headers = text(&lab, "out/_headers");
    assert!(
        headers.contains("/bundles/*\n  Content-Security-Policy: sandbox; default-src 'none'"),
        "{headers}"
    );

    let index = text(&lab, "out/index.html");
    for part in [
        "<title>&lt;Mine&gt;</title>",
        &format!("href=\"{assets}/style.css\""),
        &format!("src=\"{assets}/app.js\""),
        "href=\"pages/more.html\"",
        "<link rel=\"canonical\" href=\"https://example.org/ner/\">",
    ] {
        assert!(index.contains(part), "{part} is not in {index}");
    }
    let more = text(&lab, "out/pages/more.html");
    assert!(
        more.contains(&format!("src=\"../{assets}/app.js\"")),
        "{more}"
    );
    assert!(
        more.contains("https://example.org/ner/pages/more.html"),
        "{more}"
    );
    let bundles: Value = lab.json("out/bundles/index.json");
    assert_eq!(bundles["bundles"][0]["name"], "b");
    // What was published is a bundle like any other.
    let outcome = lab.run_with("predict --bundle out/bundles/b", b"million kilometers");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
}

#[test]
fn a_new_version_takes_the_place_of_the_old_one() {
    let lab = site();
    lab.ok("publish out");
    let first = assets(&lab);
    lab.ok("publish out");
    assert_eq!(assets(&lab), first, "the same files have the same name");

    lab.write("www/app.js", "import \"./pkg/nerite.js\"; // new");
    std::fs::remove_file(lab.path("www/strings.json")).unwrap();
    let said = lab.ok("publish out");
    assert!(said.contains("of earlier versions"), "{said}");
    let index = text(&lab, "out/index.html");
    assert!(!index.contains(&first));
    // A tab that is open finds what it asks for, and what is gone is gone.
    assert_eq!(
        text(&lab, &format!("out/{first}/app.js")),
        "import \"./pkg/nerite.js\";"
    );
    assert!(!lab.path("out/strings.json").exists());
    lab.is_tidy();

    lab.ok("publish out --remove-old");
    assert_ne!(assets(&lab), first);
    assert!(index.contains(&assets(&lab)));
    // An empty folder is as good as none.
    std::fs::create_dir(lab.path("empty")).unwrap();
    lab.ok("publish empty --bundle b");
}

#[test]
fn what_a_killed_run_leaves_is_removed_by_the_next_one() {
    let lab = site();
    // Large enough to be killed on its way.
    for number in 0..200 {
        lab.write(&format!("www/pages/{number}.html"), "<head></head>");
    }
    lab.ok("publish out");
    let left = || -> Vec<String> {
        let entries = std::fs::read_dir(lab.path("")).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.starts_with(".nerite-")).collect()
    };
    let index = lab.path("out/index.html");
    for _ in 0..3 {
        let mut child = lab.start("publish out");
        assert!(wait_until(&mut child, || !left().is_empty()));
        child.kill().unwrap();
        wait(child);
        assert!(index.is_file());
    }
    assert!(!left().is_empty());
    lab.write(".nerite-new-other-abcdef/index.html", "of another site");
    let mut child = lab.start("publish out");
    assert!(
        !wait_until(&mut child, || !index.is_file()),
        "there was no site"
    );
    assert_eq!(wait(child).code, Some(0));
    assert_eq!(left(), [".nerite-new-other-abcdef"]);
}

#[test]
fn what_cannot_be_published_is_explained() {
    let lab = site();
    lab.refused(
        "publish out --www nowhere",
        &["nowhere", "index.html", "--www"],
    );
    lab.refused(
        "publish out --pkg nowhere",
        &["nowhere", "nerite.js", "scripts/build-web"],
    );
    lab.refused("publish out --bundle c", &["bundle c", "nerite restore"]);
    lab.refused("publish out --bundle ../b", &["../b"]);
    lab.misused("publish out --base example.org", &["--base", "https://"]);
    lab.refused("publish www/out", &["www/out", "published itself"]);
    lab.write("mine/thesis.txt", "years of work");
    lab.refused("publish mine", &["mine", "other files"]);
    lab.write("file", "x");
    lab.refused("publish file", &["file", "expected a folder"]);
    assert_eq!(lab.read("mine/thesis.txt"), b"years of work");

    // A bundle that is not whole is left out, or refused if it was asked for.
    lab.ok("bundle --encoder tiny --head run/base --out www/bundles/half");
    std::fs::remove_file(lab.path("www/bundles/half/encoder.safetensors")).unwrap();
    lab.refused(
        "publish out --bundle half",
        &["encoder.safetensors: missing", "nerite restore"],
    );
    let outcome = lab.run("publish out");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("Left out the bundle half"),
        "{}",
        outcome.stderr
    );
    assert!(!lab.path("out/bundles/half").exists());
    let mut head = lab.read("www/bundles/b/heads/base.safetensors");
    *head.last_mut().unwrap() ^= 1;
    lab.write("www/bundles/b/heads/base.safetensors", head);
    lab.refused(
        "publish other",
        &["no complete bundle", "heads/base.safetensors", "sha256"],
    );
    assert!(!lab.path("other").exists());
    lab.is_tidy();
}

#[test]
fn of_a_bundle_only_what_is_its_own_is_published() {
    let lab = site();
    let report = lab.read("www/bundles/b/reports/base.json");
    lab.write("www/bundles/b/reports/again.json", &report);
    for name in [
        "page.html",
        "app.js",
        "loss.svg",
        "notes.json",
        "x.sample.json",
        "deep/page.html",
    ] {
        lab.write(
            &format!("www/bundles/b/reports/{name}"),
            "<script>1</script>",
        );
        lab.write(&format!("www/bundles/b/{name}"), "<script>1</script>");
    }
    lab.ok("publish out");
    // An older version may have been published by an older nerite.
    lab.write("out/bundles/b/reports/page.html", "<script>1</script>");
    lab.write("out/bundles/b/page.html", "<script>1</script>");
    lab.write("out/bundles/b/old.0123456789abcdef.safetensors", "old");
    lab.write("out/assets-0/page.html", "<script>1</script>");
    lab.ok("publish out");
    for path in lab.files("out") {
        if path.starts_with("bundles/") {
            assert!(
                path.ends_with(".json") || path.ends_with(".safetensors"),
                "{path}"
            );
        }
        assert!(
            !text(&lab, &format!("out/{path}")).contains("<script>1"),
            "{path}"
        );
    }
    assert!(lab.path("out/bundles/b/reports/again.json").is_file());
    assert!(
        lab.path("out/bundles/b/old.0123456789abcdef.safetensors")
            .is_file()
    );
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    use std::os::unix::fs::symlink;

    let lab = site();
    lab.write("key", "a secret");
    let linked = |link: &str| {
        let path = lab.path(link);
        std::fs::remove_file(&path).ok();
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        symlink(lab.path("key"), path).unwrap();
    };
    // In a report's folder it is passed over: it is no report.
    linked("www/bundles/b/reports/key.json");
    linked("www/bundles/b/reports/base.sample.json");
    lab.ok("publish out");
    for path in lab.files("out") {
        assert!(
            !text(&lab, &format!("out/{path}")).contains("a secret"),
            "{path}"
        );
    }
    // A page, a file of the manifest, and folders.
    linked("www/key.html");
    lab.refused("publish out2", &["key.html", "symbolic link"]);
    std::fs::remove_file(lab.path("www/key.html")).unwrap();
    linked("pkg/key.js");
    lab.refused("publish out2", &["key.js", "symbolic link"]);
    std::fs::remove_file(lab.path("pkg/key.js")).unwrap();
    let head = lab.path("www/bundles/b/heads/base.safetensors");
    std::fs::rename(&head, lab.path("head")).unwrap();
    symlink(lab.path("head"), &head).unwrap();
    for command in [
        "publish out2 --bundle b",
        "restore www/bundles/b",
        "predict --head base --bundle www/bundles/b",
    ] {
        lab.refused(command, &["base.safetensors", "symbolic link"]);
    }
    std::fs::remove_file(&head).unwrap();
    std::fs::rename(lab.path("head"), &head).unwrap();
    // What would be written through a link stays as it was.
    std::fs::rename(lab.path("www/bundles/b/heads"), lab.path("heads")).unwrap();
    symlink(lab.path("heads"), lab.path("www/bundles/b/heads")).unwrap();
    lab.refused(
        "bundle --encoder tiny --head run/base --out www/bundles/b",
        &["heads", "symbolic link"],
    );
    std::fs::rename(lab.path("www/bundles"), lab.path("bundles")).unwrap();
    symlink(lab.path("bundles"), lab.path("www/bundles")).unwrap();
    lab.refused("publish out2", &["www/bundles", "symbolic link"]);
}
