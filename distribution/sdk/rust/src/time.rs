//! Clock and waiting.

use crate::{abi, result, Error, Result};

/// Milliseconds since 1970-01-01 UTC.
pub fn now_ms() -> i64 {
    unsafe { abi::time_now() }
}

/// Waits, at most an hour; it counts as time of the request, but not of the processor.
pub fn sleep_ms(ms: u32) -> Result<()> {
    let ms = i32::try_from(ms).map_err(|_| Error::Invalid)?;
    result::done(unsafe { abi::sleep_ms(ms) })
}
