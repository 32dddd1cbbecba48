use crate::{abi, result, Error, Result};

#[cfg(feature = "alloc")]
use alloc::{string::String, vec::Vec};

/// The request that this instance answers.
pub struct Request {
    _made_here: (),
}

impl Request {
    pub(crate) fn new() -> Self {
        Request { _made_here: () }
    }

    /// In upper case.
    pub fn method_into<'a>(&self, buffer: &'a mut [u8]) -> Result<&'a str> {
        result::text_into(unsafe { abi::request_method() }, buffer)
    }

    /// Path and query as they were sent, below the base path of the mim.
    pub fn url_into<'a>(&self, buffer: &'a mut [u8]) -> Result<&'a str> {
        result::text_into(unsafe { abi::request_url() }, buffer)
    }

    /// The path as it was sent; the buffer must have room for the query, too.
    pub fn path_into<'a>(&self, buffer: &'a mut [u8]) -> Result<&'a str> {
        Ok(split(self.url_into(buffer)?).0)
    }

    /// The decoded value of the first query parameter of this name; the buffer must have room for the whole URL.
    pub fn query_into<'a>(&self, name: &str, buffer: &'a mut [u8]) -> Result<&'a str> {
        let url = result::bytes_into(unsafe { abi::request_url() }, buffer)?;
        let (from, len) = find_value(url, name.as_bytes()).ok_or(Error::Absent)?;
        let value = &mut url[from..from + len];
        let decoded = decode_in_place(value, true)?;
        core::str::from_utf8(&value[..decoded]).map_err(|_| Error::Invalid)
    }

    /// A header, by its name in any case.
    pub fn header_into<'a>(&self, name: &str, buffer: &'a mut [u8]) -> Result<&'a str> {
        result::text_into(unsafe { abi::request_header(name.as_ptr(), name.len()) }, buffer)
    }

    /// The body; empty when there is none, or when it is a form.
    pub fn body_into<'a>(&self, buffer: &'a mut [u8]) -> Result<&'a [u8]> {
        result::bytes_into(unsafe { abi::request_body() }, buffer).map(|body| &*body)
    }
}

#[cfg(feature = "alloc")]
impl Request {
    /// In upper case.
    pub fn method(&self) -> String {
        result::text(unsafe { abi::request_method() }).unwrap_or_default()
    }

    /// Path and query as they were sent, below the base path of the mim.
    pub fn url(&self) -> String {
        result::text(unsafe { abi::request_url() }).unwrap_or_default()
    }

    /// The path as it was sent; [`percent_decode`] decodes its segments.
    pub fn path(&self) -> String {
        let mut url = self.url();
        url.truncate(split(&url).0.len());
        url
    }

    /// The decoded value of the first query parameter of this name.
    pub fn query(&self, name: &str) -> Result<String> {
        let mut url = self.url().into_bytes();
        let (from, len) = find_value(&url, name.as_bytes()).ok_or(Error::Absent)?;
        let value = &mut url[from..from + len];
        let decoded = decode_in_place(value, true)?;
        String::from_utf8(value[..decoded].to_vec()).map_err(|_| Error::Invalid)
    }

    /// A header, by its name in any case.
    pub fn header(&self, name: &str) -> Result<String> {
        result::text(unsafe { abi::request_header(name.as_ptr(), name.len()) })
    }

    /// All headers as a JSON object, with names in lower case.
    pub fn headers(&self) -> Result<String> {
        result::text(unsafe { abi::request_headers() })
    }

    /// The body; empty when there is none, or when it is a form.
    pub fn body(&self) -> Result<Vec<u8>> {
        result::bytes(unsafe { abi::request_body() })
    }

    /// The parts of a `multipart/form-data` body.
    pub fn form(&self) -> crate::form::Form {
        crate::form::Form::new()
    }
}

/// Decodes the `%41` of a path segment.
#[cfg(feature = "alloc")]
pub fn percent_decode(text: &str) -> Result<String> {
    let mut bytes = text.as_bytes().to_vec();
    let len = decode_in_place(&mut bytes, false)?;
    bytes.truncate(len);
    String::from_utf8(bytes).map_err(|_| Error::Invalid)
}

fn split(url: &str) -> (&str, &str) {
    match url.find('?') {
        Some(end) => (&url[..end], &url[end + 1..]),
        None => (url, ""),
    }
}

/// Where the value of a query parameter begins, and its length, undecoded.
fn find_value(url: &[u8], name: &[u8]) -> Option<(usize, usize)> {
    let mut from = url.iter().position(|&c| c == b'?')? + 1;
    for pair in url[from..].split(|&c| c == b'&') {
        let end = pair.iter().position(|&c| c == b'=').unwrap_or(pair.len());
        if is_encoded(&pair[..end], name) {
            let value = (end + 1).min(pair.len());
            return Some((from + value, pair.len() - value));
        }
        from += pair.len() + 1;
    }
    None
}

fn is_encoded(encoded: &[u8], name: &[u8]) -> bool {
    let mut at = 0;
    name.iter().all(|&c| decode_at(encoded, &mut at, true) == Some(c)) && at == encoded.len()
}

fn decode_in_place(text: &mut [u8], in_query: bool) -> Result<usize> {
    let (mut from, mut to) = (0, 0);
    while from < text.len() {
        text[to] = decode_at(text, &mut from, in_query).ok_or(Error::Invalid)?;
        to += 1;
    }
    Ok(to)
}

/// The byte that is encoded at `at`, which moves behind it; nothing at the end, and for a `%` without two digits.
fn decode_at(text: &[u8], at: &mut usize, in_query: bool) -> Option<u8> {
    let c = *text.get(*at)?;
    *at += 1;
    match c {
        b'+' if in_query => Some(b' '),
        b'%' => {
            let high = hex(*text.get(*at)?)?;
            let low = hex(*text.get(*at + 1)?)?;
            *at += 2;
            Some(high << 4 | low)
        }
        c => Some(c),
    }
}

fn hex(c: u8) -> Option<u8> {
    (c as char).to_digit(16).map(|digit| digit as u8)
}
