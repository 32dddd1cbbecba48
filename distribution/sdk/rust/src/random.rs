//! Secure random bytes.

use crate::{abi, result, Result};

/// The most that the runtime makes at once.
const MOST: usize = 65536;

pub fn fill(buffer: &mut [u8]) -> Result<()> {
    for part in buffer.chunks_mut(MOST) {
        result::bytes_into(unsafe { abi::random_bytes(part.len() as i32) }, part)?;
    }
    Ok(())
}
