//! The mim's files, which [`Response::file`](crate::Response::file) sends.

use crate::{abi, result, Result};

/// Writes a whole file, or nothing.
pub fn save(path: &str, data: &[u8]) -> Result<()> {
    result::done(unsafe { abi::file_save(path.as_ptr(), path.len(), data.as_ptr(), data.len()) })
}

/// `Absent` when there is no such file.
pub fn remove(path: &str) -> Result<()> {
    result::done(unsafe { abi::file_remove(path.as_ptr(), path.len()) })
}
