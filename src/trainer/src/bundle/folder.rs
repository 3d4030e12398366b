//! Where a head lies, and what a bundle is to call it.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, Result};

/// A folder with a head that [`Training::run`](crate::train::Training::run) left there.
#[derive(Clone)]
pub struct HeadFolder {
    /// What the head is to be called; `None` for its folder's name.
    pub name: Option<String>,
    /// The folder.
    pub folder: PathBuf,
}

impl FromStr for HeadFolder {
    type Err = Infallible;

    /// `FOLDER`, or `NAME=FOLDER` where there is no folder of all that name.
    fn from_str(text: &str) -> Result<Self, Infallible> {
        let named = text.split_once('=').filter(|_| !Path::new(text).exists());
        Ok(match named {
            Some((name, folder)) => Self {
                name: Some(name.to_owned()),
                folder: folder.into(),
            },
            None => PathBuf::from(text).into(),
        })
    }
}

impl From<PathBuf> for HeadFolder {
    fn from(folder: PathBuf) -> Self {
        Self { name: None, folder }
    }
}

impl HeadFolder {
    /// What the head is called in a bundle.
    pub(super) fn id(&self) -> Result<String> {
        let folder = self.folder.display();
        let id = match &self.name {
            Some(name) => Some(name.clone()),
            None => {
                let path = self.folder.canonicalize()?;
                path.file_name()
                    .map(|name| name.to_string_lossy().into_owned())
            }
        };
        id.filter(|name| nerite::is_file_name(name)).with_context(|| {
            format!(
                "{folder}: a head needs a name of letters, digits, dots, hyphens and underscores, \
                 its folder's or one before it, as in mine={folder}"
            )
        })
    }
}
