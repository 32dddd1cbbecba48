//! The variables that the mim was deployed with.

use crate::{abi, result, Result};

/// `Absent` when there is none of this name.
#[cfg(feature = "alloc")]
pub fn get(name: &str) -> Result<alloc::string::String> {
    if name.is_empty() {
        return Err(crate::Error::Absent);
    }
    result::text(unsafe { abi::env_get(name.as_ptr(), name.len()) })
}

/// All of them, as a JSON object.
#[cfg(feature = "alloc")]
pub fn all() -> Result<alloc::string::String> {
    result::text(unsafe { abi::env_get(core::ptr::null(), 0) })
}

/// `Absent` when there is none of this name, `Limit` when the buffer is too small.
pub fn get_into<'a>(name: &str, buffer: &'a mut [u8]) -> Result<&'a str> {
    if name.is_empty() {
        return Err(crate::Error::Absent);
    }
    result::text_into(unsafe { abi::env_get(name.as_ptr(), name.len()) }, buffer)
}
