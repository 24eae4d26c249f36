//! [`Steps`]: where tests stop a commit, as a killed process would. Outside of tests it is nothing.

use super::error::OutputError;

/// Counts the operations of a commit.
#[derive(Debug, Default)]
pub(super) struct Steps {
    /// How many operations are left before the process counts as killed; `None` when it lives.
    #[cfg(test)]
    pub(super) left: std::sync::Mutex<Option<usize>>,
}

#[cfg(not(test))]
impl Steps {
    /// Comes before each operation that changes the disk.
    #[expect(
        clippy::unused_self,
        clippy::unnecessary_wraps,
        reason = "in tests it counts, and stops the commit"
    )]
    pub(super) fn next(&self) -> Result<(), OutputError> {
        Ok(())
    }

    /// Whether the process counts as killed, and so must leave everything as it is.
    #[expect(clippy::unused_self, reason = "in tests it depends on the count")]
    pub(super) fn is_killed(&self) -> bool {
        false
    }
}

#[cfg(test)]
impl Steps {
    pub(super) fn next(&self) -> Result<(), OutputError> {
        match &mut *self.left.lock().expect("no panic while counting") {
            Some(0) => Err(OutputError::io("finished", "the test")(std::io::ErrorKind::Interrupted.into())),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    pub(super) fn is_killed(&self) -> bool {
        *self.left.lock().expect("no panic while counting") == Some(0)
    }
}
