//! `nerite train` that was killed goes on; two at once, and folders that are
//! another's.

use crate::common::{Lab, columns, wait, wait_until};
use crate::train::heads;

/// How many sentences an interrupted run has encoded.
fn done(lab: &Lab) -> Option<usize> {
    let path = lab.cached("done")?;
    std::fs::read_to_string(path).ok()?.parse().ok()
}

const LARGE: usize = 20_000;
const SHORT: &str = "--encoder BERT --epochs 1 --batch 256";

/// A place where encoding the large corpus was killed on its way.
fn killed_while_encoding(lab: &Lab) -> usize {
    for _ in 0..5 {
        lab.clear_cache();
        std::fs::remove_dir_all(lab.path("killed")).ok();
        let mut child = lab.start(&format!("train c.conll --out killed {SHORT}"));
        let begun = wait_until(&mut child, || done(lab).is_some());
        child.kill().unwrap();
        wait(child);
        let done = done(lab).unwrap_or(0);
        assert!(begun && done > 0);
        if done < LARGE {
            assert!(!lab.path("killed/fine-tuned").exists());
            return done;
        }
    }
    panic!("encoding is too fast to be killed on its way");
}

#[test]
fn a_run_killed_while_encoding_goes_on() {
    let lab = Lab::new();
    lab.write("c.conll", columns(LARGE));
    lab.ok(&format!("train c.conll --out whole {SHORT}"));
    let entry = ["features.f16", "subwords.u16"];
    let files = || entry.map(|name| std::fs::read(lab.cached(name).unwrap()).unwrap());
    let whole = files();

    killed_while_encoding(&lab);
    // What a run leaves that is killed between writing and renaming.
    let leftover = lab.cached("done").unwrap().with_file_name(".nerite-1");
    std::fs::write(leftover, "1").unwrap();
    lab.write("killed/.nerite-2", "2");
    lab.ok(&format!("train c.conll --out killed {SHORT}"));
    assert!(files() == whole, "the features differ");
    assert_eq!(heads(&lab, "killed"), heads(&lab, "whole"));
    assert_eq!(done(&lab), Some(LARGE));
    lab.is_tidy();

    // It does go on: what was on disk is not made again.
    killed_while_encoding(&lab);
    let path = lab.cached("features.f16").unwrap();
    let mut features = std::fs::read(&path).unwrap();
    features[0] ^= 1;
    std::fs::write(&path, features).unwrap();
    lab.ok(&format!("train c.conll --out marked {SHORT}"));
    let [mut marked, _] = files();
    assert!(marked != whole[0]);
    marked[0] ^= 1;
    assert!(marked == whole[0]);
}

#[test]
fn a_run_that_goes_on_says_so() {
    let lab = Lab::new();
    lab.write("c.conll", columns(LARGE));
    let done = killed_while_encoding(&lab);
    let outcome = lab.run(&format!("train c.conll --out killed {SHORT}"));
    let expected = format!("Going on after {done} of {LARGE} sentences");
    assert!(outcome.stderr.contains(&expected), "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("epoch 1 of 1"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn cached_features_that_are_gone_are_made_again() {
    let lab = Lab::new();
    lab.write("c.conll", columns(LARGE));
    lab.ok(&format!("train c.conll --out whole {SHORT}"));
    let whole = std::fs::read(lab.cached("features.f16").unwrap()).unwrap();
    killed_while_encoding(&lab);
    std::fs::remove_file(lab.cached("features.f16").unwrap()).unwrap();
    lab.ok(&format!("train c.conll --out killed {SHORT}"));
    assert!(std::fs::read(lab.cached("features.f16").unwrap()).unwrap() == whole);
}

#[test]
fn what_a_killed_run_left_beside_a_head_is_swept() {
    let lab = Lab::new();
    lab.write("c.conll", columns(20));
    lab.write("o/base/.nerite-1", "");
    lab.ok("train c.conll --out o --encoder BERT --epochs 1");
    lab.is_tidy();
}

#[test]
fn a_run_killed_while_fitting_goes_on() {
    let lab = Lab::new();
    lab.write("c.conll", columns(400));
    let settings = "--encoder BERT --epochs 400 --batch 16 --average 0.9";
    let checkpoint = lab.path("killed/checkpoint.safetensors");
    // Encode first, so that only fitting is left.
    lab.ok("train c.conll --out first --encoder BERT --epochs 1");
    let start = || lab.start(&format!("train c.conll --out killed {settings}"));
    let kill = || {
        let mut child = start();
        assert!(wait_until(&mut child, || checkpoint.is_file()));
        child.kill().unwrap();
        wait(child);
        assert!(checkpoint.is_file() && !lab.path("killed/fine-tuned").exists());
        std::fs::read(&checkpoint).unwrap()
    };
    let state = kill();
    // A mark in it: the first loss, as the report will show it.
    let at = state
        .windows(9)
        .position(|at| at == b"\\\"steps\\\"")
        .unwrap();
    let digit = at + state[at..].iter().position(u8::is_ascii_digit).unwrap();
    let mut marked = state.clone();
    marked[digit] = b'7';
    std::fs::write(&checkpoint, &marked).unwrap();
    lab.ok(&format!("train c.conll --out killed {settings}"));
    let report = lab.json("killed/fine-tuned/report.json");
    let loss = &report["loss"];
    assert!(
        (7.0..8.0).contains(&loss["steps"][0].as_f64().unwrap()),
        "it began again"
    );
    assert_eq!(loss["steps"].as_array().unwrap().len(), 400 * 20);
    assert!(!checkpoint.exists());

    lab.ok(&format!("train c.conll --out whole {settings}"));
    assert_eq!(heads(&lab, "killed"), heads(&lab, "whole"));
    lab.is_tidy();

    // A checkpoint of another fit, or a damaged one, is not gone on from.
    lab.write("killed/checkpoint.safetensors", &state);
    lab.ok("train c.conll --out killed --overwrite --encoder BERT --epochs 1");
    assert_eq!(heads(&lab, "killed"), heads(&lab, "first"));
    for damaged in [&state[..state.len() / 2], b"", b"nonsense"] {
        lab.write("killed/checkpoint.safetensors", damaged);
        lab.ok("train c.conll --out killed --encoder BERT --epochs 1");
        assert_eq!(heads(&lab, "killed"), heads(&lab, "first"));
    }
}

#[test]
fn another_trainings_folder_is_not_overwritten_unasked() {
    let lab = Lab::new();
    lab.write("c.conll", columns(60));
    lab.write("d.conll", columns(70));
    let own = "--out o --encoder BERT --epochs 1 --learning-rate 0.01";
    lab.ok(&format!("train c.conll {own}"));
    let first = heads(&lab, "o");
    for other in [
        "train c.conll --out o --encoder BERT --epochs 2 --learning-rate 0.01",
        "train c.conll --out o --encoder BERT --epochs 1 --learning-rate 0.01 --seed 1",
        "train c.conll --out o --encoder BERT --epochs 1 --learning-rate 0.01 --layers all",
        "train c.conll --out o --encoder BERT --epochs 1 --learning-rate 0.01 --split blocks:0.5:1",
        "train d.conll --out o --encoder BERT --epochs 1 --learning-rate 0.01",
    ] {
        // It says whose it is, and what to do.
        lab.refused(
            other,
            &["--learning-rate 0.01", "--overwrite", "another folder"],
        );
        assert_eq!(heads(&lab, "o"), first, "{other}");
    }
    // The same one may run again, and another where that is asked for.
    lab.ok(&format!("train c.conll {own}"));
    assert_eq!(heads(&lab, "o"), first);
    lab.ok(&format!("train d.conll {own} --overwrite"));
    assert_ne!(heads(&lab, "o"), first);

    // What a killed run has fitted so far is another training's, too.
    let mut child = lab.start("train c.conll --out k --encoder BERT --epochs 1000 --batch 4");
    let checkpoint = lab.path("k/checkpoint.safetensors");
    assert!(wait_until(&mut child, || checkpoint.is_file()));
    child.kill().unwrap();
    wait(child);
    let state = std::fs::read(&checkpoint).unwrap();
    lab.refused(
        "train c.conll --out k --encoder BERT --epochs 1",
        &["--overwrite"],
    );
    assert!(std::fs::read(&checkpoint).unwrap() == state);
    lab.ok("train c.conll --out k --encoder BERT --epochs 1 --overwrite");
    assert!(!checkpoint.exists());
}

#[test]
fn two_runs_at_once_do_not_disturb_each_other() {
    let lab = Lab::new();
    lab.write("c.conll", columns(LARGE / 2));
    let runs: Vec<_> = ["a", "b"]
        .map(|out| lab.start(&format!("train c.conll --out {out} {SHORT}")))
        .into();
    for run in runs {
        let outcome = wait(run);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    }
    assert_eq!(heads(&lab, "a"), heads(&lab, "b"));
    // The same output too: one waits for the other.
    let runs: Vec<_> = (0..2)
        .map(|_| lab.start(&format!("train c.conll --out a {SHORT}")))
        .collect();
    for run in runs {
        let outcome = wait(run);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    }
    assert_eq!(heads(&lab, "a"), heads(&lab, "b"));
    lab.is_tidy();
}
