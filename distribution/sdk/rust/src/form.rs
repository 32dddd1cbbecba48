//! Uploads.

use crate::json::Reader;
use crate::{abi, result, Error, Result};
use alloc::{string::String, vec::Vec};

/// The parts of a `multipart/form-data` body, in their order.
pub struct Form {
    _made_here: (),
}

/// A field or a file. The next part replaces it.
#[derive(Debug)]
pub struct Part {
    pub key: String,
    /// Empty for a plain field.
    pub filename: String,
    pub content_type: String,
}

impl Form {
    pub(crate) fn new() -> Self {
        Form { _made_here: () }
    }

    /// `None` after the last part; `Denied` when the body is no form, `Invalid` when it is malformed.
    pub fn next_part(&mut self) -> Result<Option<Part>> {
        let json = match result::bytes(unsafe { abi::form_next() }) {
            Err(Error::Absent) => return Ok(None),
            found => found?,
        };
        let mut reader = Reader::new(&json);
        reader.expect("{\"key\":")?;
        let key = reader.string()?;
        reader.expect(",\"filename\":")?;
        let filename = reader.string()?;
        reader.expect(",\"contentType\":")?;
        let content_type = reader.string()?;
        Ok(Some(Part { key, filename, content_type }))
    }
}

impl Part {
    /// The content; it can be taken once.
    pub fn value(self) -> Result<Vec<u8>> {
        result::bytes(unsafe { abi::form_value() })
    }

    /// Stores the content as a file, without reading it into memory; its size.
    pub fn store(self, path: &str) -> Result<usize> {
        Error::check(unsafe { abi::form_store(path.as_ptr(), path.len()) })
    }
}
