use std::fs::File;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use anyhow::Result;
use nerite_files::cache::{self, Entry};
use nerite_files::{Bytes, free_bytes};

/// List what the cache holds, and remove what is not needed
///
/// The cache (NERITE_CACHE, else `nerite` in your cache folder) holds what can
/// be made again: features of corpora, quantized encoders, checkpoints out of
/// Python packages. Features take two bytes a number: a million words take
/// 0.8 GB for one layer of width 384, 5.4 GB for all seven states of MiniLM
/// (which `--preset best` reads), 10.8 GB for those of DistilBERT.
///
///   nerite cache                                     what is there
///   nerite cache --older-than 30d                    what was not used for 30 days
///   nerite cache --older-than 30d --prune            and removes it
///   nerite cache --larger-than 2GB --prune           removes each larger one
///   nerite cache --keep 20GB --prune                 keeps what was used last, 20 GB of it
///
/// Without `--prune` nothing is removed. What a run works in is left alone, and
/// a run that reads features goes on reading them. Files from the hub are in
/// the hub's own cache (HF_HOME), which other programs share.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Arguments {
    /// Only what was not used for so long: 90m, 12h, 30d, 8w
    #[arg(long, value_name = "AGE")]
    older_than: Option<Age>,
    /// Only what is larger: 500MB, 2GB
    #[arg(long, value_name = "SIZE")]
    larger_than: Option<Bytes>,
    /// Only what must go for the rest to fit into SIZE, longest unused first
    #[arg(long, value_name = "SIZE")]
    keep: Option<Bytes>,
    /// Everything
    #[arg(long, conflicts_with_all = ["older_than", "larger_than", "keep"])]
    all: bool,
    /// Remove what the flags above say
    #[arg(long)]
    prune: bool,
    /// With `--prune`: only say what would be removed
    #[arg(long, requires = "prune")]
    dry_run: bool,
    /// Print a line of JSON for each
    #[arg(long)]
    json: bool,
}

/// How long ago something was.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Age(Duration);

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

impl FromStr for Age {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let units = [('m', MINUTE), ('h', HOUR), ('d', DAY), ('w', 7 * DAY)];
        let read = || {
            let (unit, seconds) = units.iter().find(|(unit, _)| text.ends_with(*unit))?;
            let count: u64 = text.strip_suffix(*unit)?.trim_end().parse().ok()?;
            Some(Self(Duration::from_secs(count.checked_mul(*seconds)?)))
        };
        read().ok_or_else(|| {
            format!("found the age {text:?}, expected one such as 90m, 12h, 30d or 8w")
        })
    }
}

/// An age in its largest unit.
fn shown(age: Duration) -> String {
    let seconds = age.as_secs();
    let (count, unit) = match seconds {
        0..MINUTE => return "now".into(),
        MINUTE..HOUR => (seconds / MINUTE, "minute"),
        HOUR..DAY => (seconds / HOUR, "hour"),
        _ => (seconds / DAY, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural} ago")
}

impl Arguments {
    pub(super) fn run(&self) -> Result<()> {
        let root = cache::folder()?;
        let now = SystemTime::now();
        let all = cache::entries(&root)?;
        let chosen = self.chosen(&all, now);
        if self.prune {
            anyhow::ensure!(
                self.all || self.has_conditions(),
                "found --prune alone, expected what to remove: --older-than 30d, --larger-than \
                 2GB, --keep 20GB or --all"
            );
            return self.remove(&chosen, &root);
        }
        if self.json {
            for entry in &chosen {
                say!("{}", json(entry, now));
            }
            return Ok(());
        }
        let mut table = super::table(["", "size", "last used", "in"]);
        for entry in &chosen {
            table.add_row(row(entry, now, &root));
        }
        if !chosen.is_empty() {
            say!("{table}");
        }
        say!("{}: {}{}", root.display(), sum(&all), free(&root));
        if self.has_conditions() {
            say!("chosen, and removed with --prune: {}", sum(chosen));
        }
        Ok(())
    }

    fn has_conditions(&self) -> bool {
        self.older_than.is_some() || self.larger_than.is_some() || self.keep.is_some()
    }

    /// The entries that all conditions hold for; they come with the one used
    /// last first.
    fn chosen<'a>(&self, all: &'a [Entry], now: SystemTime) -> Vec<&'a Entry> {
        let mut kept = 0;
        let too_many = |entry: &Entry| {
            // One that does not fit leaves its room to older and smaller ones.
            let Some(Bytes(most)) = self.keep else {
                return true;
            };
            let fits = kept + entry.bytes <= most;
            kept += if fits { entry.bytes } else { 0 };
            !fits
        };
        let mut too_many = too_many;
        all.iter()
            .filter(|entry| too_many(entry))
            .filter(|entry| self.older_than.is_none_or(|age| age_of(entry, now) > age.0))
            .filter(|entry| self.larger_than.is_none_or(|size| entry.bytes > size.0))
            .collect()
    }

    fn remove(&self, chosen: &[&Entry], root: &std::path::Path) -> Result<()> {
        if !self.dry_run {
            cache::finish_removals(root)?;
        }
        let mut removed = Vec::new();
        for &entry in chosen {
            let what = format!("{} ({})", name(entry), Bytes(entry.bytes));
            if self.dry_run {
                say!("would remove {what}");
                removed.push(entry);
            } else if entry.remove()? {
                say!("removed {what}");
                removed.push(entry);
            } else {
                say!("left alone, as a run works in it: {what}");
            }
        }
        let verb = if self.dry_run {
            "would remove"
        } else {
            "removed"
        };
        say!("{verb} {}{}", sum(removed), free(root));
        Ok(())
    }
}

fn age_of(entry: &Entry, now: SystemTime) -> Duration {
    now.duration_since(entry.used).unwrap_or_default()
}

fn name(entry: &Entry) -> String {
    match &entry.about {
        Some(about) => format!("{}: {about}", entry.kind),
        None => entry.kind.to_owned(),
    }
}

fn row(entry: &Entry, now: SystemTime, root: &std::path::Path) -> [String; 4] {
    // Enough of a sha256 to find the folder by.
    let path = entry.path.strip_prefix(root).unwrap_or(&entry.path);
    let path = path.to_string_lossy();
    let short: String = path.chars().take(24).collect();
    let more = if short.len() < path.len() { "…" } else { "" };
    [
        name(entry),
        Bytes(entry.bytes).to_string(),
        shown(age_of(entry, now)),
        format!("{short}{more}"),
    ]
}

fn json(entry: &Entry, now: SystemTime) -> serde_json::Value {
    serde_json::json!({
        "kind": entry.kind,
        "about": entry.about,
        "bytes": entry.bytes,
        "unused_seconds": age_of(entry, now).as_secs(),
        "path": entry.path,
    })
}

fn sum<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> String {
    let (mut count, mut bytes) = (0, 0);
    for entry in entries {
        count += 1;
        bytes += entry.bytes;
    }
    let plural = if count == 1 { "entry" } else { "entries" };
    format!("{count} {plural}, {}", Bytes(bytes))
}

/// What the disk of a folder still takes, where that is known.
fn free(root: &std::path::Path) -> String {
    let free = File::open(root).ok().and_then(|root| free_bytes(&root));
    free.map_or(String::new(), |free| {
        format!("; {} are free there", Bytes(free))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_read_and_shown() {
        for (text, seconds) in [
            ("90m", 5400),
            ("12h", 43_200),
            ("30d", 30 * DAY),
            ("2 w", 14 * DAY),
        ] {
            assert_eq!(
                text.parse(),
                Ok(Age(Duration::from_secs(seconds))),
                "{text}"
            );
        }
        for bad in [
            "",
            "d",
            "30",
            "-1d",
            "1y",
            "99999999999999999999w",
            "1.5d",
            "é",
        ] {
            assert!(bad.parse::<Age>().is_err(), "{bad}");
        }
        for (seconds, text) in [
            (59, "now"),
            (61, "1 minute ago"),
            (7200, "2 hours ago"),
            (3 * DAY, "3 days ago"),
        ] {
            assert_eq!(shown(Duration::from_secs(seconds)), text);
        }
    }
}
