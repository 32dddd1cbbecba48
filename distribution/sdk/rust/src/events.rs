//! Events for the mim's WebSocket clients.

use crate::{abi, result, Result};

/// Pushes `{"type","message"}`, a JSON object; `Denied` when the mim has no WebSocket.
pub fn publish(json: &str) -> Result<()> {
    result::done(unsafe { abi::event_publish(json.as_ptr(), json.len()) })
}
