//! Outbound calls. Every answer is one, also of status 400 and above. `Denied`: the address is not allowed, or a storage
//! lock is held; `Limit`: the answer is too large, or there were too many calls; `Io`: there was no answer.

use crate::{abi, result, Error, Result};

/// Calls an address and reads the answer's body into a buffer: its status, and the body.
pub fn get_into<'a>(url: &str, buffer: &'a mut [u8]) -> Result<(u16, &'a [u8])> {
    let code = unsafe { abi::http_get(url.as_ptr(), url.len()) };
    let body = result::bytes_into(code, buffer)?;
    Ok((status()?, body))
}

fn status() -> Result<u16> {
    Error::check(unsafe { abi::http_status() }).map(|status| status as u16)
}

/// A header of the last answer.
pub fn header_into<'a>(name: &str, buffer: &'a mut [u8]) -> Result<&'a str> {
    result::text_into(unsafe { abi::http_header(name.as_ptr(), name.len()) }, buffer)
}

#[cfg(feature = "alloc")]
pub use owned::*;

#[cfg(feature = "alloc")]
mod owned {
    use super::status;
    use crate::json::quote;
    use crate::{abi, result, Error, Result};
    use alloc::{string::String, vec::Vec};

    /// A whole answer.
    #[derive(Clone, Debug)]
    pub struct Answer {
        pub status: u16,
        pub body: Vec<u8>,
    }

    pub fn get(url: &str) -> Result<Answer> {
        Call::get(url).send()
    }

    /// A header of the last answer.
    pub fn header(name: &str) -> Result<String> {
        result::text(unsafe { abi::http_header(name.as_ptr(), name.len()) })
    }

    /// The headers of the last answer as a JSON object, with names in lower case.
    pub fn headers() -> Result<String> {
        result::text(unsafe { abi::http_headers() })
    }

    /// A call that is described, then sent.
    #[derive(Clone, Debug)]
    pub struct Call {
        json: String,
        headers: String,
        body: Vec<u8>,
    }

    impl Call {
        pub fn get(url: &str) -> Self {
            Call::new("GET", url)
        }

        pub fn new(method: &str, url: &str) -> Self {
            let json = alloc::format!("{{\"url\":{},\"method\":{}", quote(url), quote(method));
            Call { json, headers: String::new(), body: Vec::new() }
        }

        pub fn header(mut self, name: &str, value: &str) -> Self {
            self.headers.push(if self.headers.is_empty() { '{' } else { ',' });
            self.headers.push_str(&quote(name));
            self.headers.push(':');
            self.headers.push_str(&quote(value));
            self
        }

        pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
            self.body = body.into();
            self
        }

        /// Any other member of the description, with a JSON value: `socketTimeout`, `outputFile`, `mode`.
        pub fn option(mut self, name: &str, json: &str) -> Self {
            self.json.push(',');
            self.json.push_str(&quote(name));
            self.json.push(':');
            self.json.push_str(json);
            self
        }

        /// Waits for the whole answer.
        pub fn send(self) -> Result<Answer> {
            let body = result::bytes(self.call())?;
            Ok(Answer { status: status()?, body })
        }

        /// Waits for the headers of the answer only.
        pub fn stream(self) -> Result<Stream> {
            result::done(self.option("mode", "\"stream\"").call())?;
            Ok(Stream { status: status()? })
        }

        fn call(mut self) -> i32 {
            if !self.headers.is_empty() {
                let headers = core::mem::take(&mut self.headers) + "}";
                self = self.option("headers", &headers);
            }
            self.json.push('}');
            unsafe { abi::http_request(self.json.as_ptr(), self.json.len(), self.body.as_ptr(), self.body.len()) }
        }
    }

    /// An answer that is read piece by piece, as it arrives. The next call closes it, too.
    #[derive(Debug)]
    pub struct Stream {
        pub status: u16,
    }

    impl Stream {
        /// The next piece, at most 64 KiB; `None` at the end.
        pub fn read(&mut self) -> Result<Option<Vec<u8>>> {
            match result::bytes(unsafe { abi::http_read() }) {
                Ok(piece) => Ok(Some(piece)),
                Err(Error::Absent) => Ok(None),
                Err(error) => Err(error),
            }
        }
    }

    impl Drop for Stream {
        fn drop(&mut self) {
            unsafe { abi::http_close() };
        }
    }
}
