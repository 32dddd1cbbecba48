//! What the runtime found and keeps until the next question.

use crate::{abi, Error, Result};

#[cfg(feature = "alloc")]
use alloc::{string::String, vec::Vec};

#[cfg(feature = "alloc")]
pub(crate) fn bytes(code: i32) -> Result<Vec<u8>> {
    let len = Error::check(code)?;
    let mut found = alloc::vec![0; len];
    unsafe { abi::result_read(found.as_mut_ptr(), 0, len) };
    Ok(found)
}

/// Texts of the runtime are UTF-8.
#[cfg(feature = "alloc")]
pub(crate) fn text(code: i32) -> Result<String> {
    String::from_utf8(bytes(code)?).map_err(|_| Error::Invalid)
}

/// The part of the buffer that was needed; `Limit` when it is too small.
pub(crate) fn bytes_into(code: i32, buffer: &mut [u8]) -> Result<&mut [u8]> {
    let len = Error::check(code)?;
    let found = buffer.get_mut(..len).ok_or(Error::Limit)?;
    unsafe { abi::result_read(found.as_mut_ptr(), 0, len) };
    Ok(found)
}

pub(crate) fn text_into(code: i32, buffer: &mut [u8]) -> Result<&str> {
    core::str::from_utf8(bytes_into(code, buffer)?).map_err(|_| Error::Invalid)
}

/// A call that only succeeds or fails.
pub(crate) fn done(code: i32) -> Result<()> {
    Error::check(code).map(|_| ())
}
