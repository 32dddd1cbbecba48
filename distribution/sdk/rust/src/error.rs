use crate::{abi, result};
use core::fmt;

/// Why the runtime did not do what it was asked for; [`last_error`] says it in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// There is no such key, header, file, variable or parameter.
    Absent,
    /// By policy, or not in this phase or state.
    Denied,
    /// Too large or too many; nothing was changed.
    Limit,
    /// An argument is malformed.
    Invalid,
    /// The network or the disk failed, or the client is gone.
    Io,
}

/// What most functions return.
pub type Result<T> = core::result::Result<T, Error>;

impl Error {
    /// `absent`, `denied`, `limit`, `invalid` or `io`.
    pub fn name(self) -> &'static str {
        match self {
            Error::Absent => "absent",
            Error::Denied => "denied",
            Error::Limit => "limit",
            Error::Invalid => "invalid",
            Error::Io => "io",
        }
    }

    /// The number that a call returned, or its error.
    pub(crate) fn check(code: i32) -> Result<usize> {
        match code {
            -1 => Err(Error::Absent),
            -2 => Err(Error::Denied),
            -3 => Err(Error::Limit),
            -4 => Err(Error::Invalid),
            code if code < 0 => Err(Error::Io),
            found => Ok(found as usize),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

#[cfg(feature = "std")]
impl std::error::Error for Error {}

/// Why the last call failed, in words; empty when none did.
#[cfg(feature = "alloc")]
pub fn last_error() -> alloc::string::String {
    result::text(unsafe { abi::last_error() }).unwrap_or_default()
}

/// As `last_error`, into a buffer: 512 bytes are always enough.
pub fn last_error_into(buffer: &mut [u8]) -> Result<&str> {
    result::text_into(unsafe { abi::last_error() }, buffer)
}
