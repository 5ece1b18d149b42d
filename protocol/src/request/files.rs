//! Which files a server may have its client open, with the client's rights.

/// The files that a request opens when the server asks it to. Standard streams are no files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum AllowedFiles {
    /// None: every open is answered with `EACCES`, and no event tells of it.
    #[default]
    Nothing,
    /// Only these.
    These(Vec<AllowedFile>),
    /// Any, as tmux's own client does.
    Any,
}

/// A file that may be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AllowedFile {
    /// Its absolute path, as the server will say it. Several slashes count as one.
    pub path: Vec<u8>,
    /// What it may be opened for.
    pub access: Access,
}

/// What a file is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Access {
    /// The server gets what is in it.
    Read,
    /// The server says what goes into it.
    Write,
}

impl AllowedFile {
    /// A file by its absolute path.
    pub fn new(path: impl Into<Vec<u8>>, access: Access) -> Self {
        Self { path: path.into(), access }
    }
}

impl AllowedFiles {
    pub(super) fn allow(&self, path: &[u8], access: Access) -> bool {
        match self {
            Self::Nothing => false,
            Self::These(files) => {
                files.iter().any(|file| file.access == access && is_same(&file.path, path))
            }
            Self::Any => true,
        }
    }
}

/// Servers join a directory and a name with a slash, whether or not the directory ends in one.
fn is_same(left: &[u8], right: &[u8]) -> bool {
    fn without_doubles(path: &[u8]) -> impl Iterator<Item = &u8> {
        let after_slash = |at: usize| at.checked_sub(1).and_then(|at| path.get(at)) == Some(&b'/');
        path.iter()
            .enumerate()
            .filter(move |(at, byte)| **byte != b'/' || !after_slash(*at))
            .map(|(_, byte)| byte)
    }
    without_doubles(left).eq(without_doubles(right))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_file_itself_is_allowed_and_only_for_what_it_is_for() {
        let file = AllowedFile::new(b"//tmp//a/b", Access::Read);
        let files = AllowedFiles::These(vec![file]);
        assert!(files.allow(b"/tmp/a/b", Access::Read));
        assert!(files.allow(b"/tmp/a//b", Access::Read));
        assert!(!files.allow(b"/tmp/a/b", Access::Write));
        for other in [&b"/tmp/a/b/"[..], b"/tmp/a/b/../c", b"tmp/a/b", b"/tmp/a", b"/tmp/ab", b""] {
            assert!(!files.allow(other, Access::Read), "{}", String::from_utf8_lossy(other));
        }
        assert!(AllowedFiles::Any.allow(b"/tmp/c", Access::Write));
        assert!(!AllowedFiles::default().allow(b"/tmp/c", Access::Read));
    }
}
