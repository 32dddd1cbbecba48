//! As much JSON as the runtime's functions need. Programs that handle JSON themselves take a crate for it.

use crate::{Error, Result};
use alloc::{string::String, vec::Vec};

/// A text as a JSON string, quoted and escaped.
pub fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    // A string takes everything.
    let _ = crate::text::write_escaped(&mut quoted, text);
    quoted.push('"');
    quoted
}

/// Reads what the runtime writes: compact, with the members in a known order.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(json: &'a [u8]) -> Self {
        Reader { rest: json }
    }

    /// Whether this comes next; then it is passed.
    pub(crate) fn accept(&mut self, expected: &str) -> bool {
        match self.rest.strip_prefix(expected.as_bytes()) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    pub(crate) fn expect(&mut self, expected: &str) -> Result<()> {
        if self.accept(expected) {
            Ok(())
        } else {
            Err(Error::Invalid)
        }
    }

    /// The next value, which must be a string.
    pub(crate) fn string(&mut self) -> Result<String> {
        self.expect("\"")?;
        let mut text = Vec::new();
        loop {
            match self.byte()? {
                b'"' => return String::from_utf8(text).map_err(|_| Error::Invalid),
                b'\\' => {
                    let c = self.escaped()?;
                    text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                }
                c => text.push(c),
            }
        }
    }

    fn byte(&mut self) -> Result<u8> {
        let (&first, rest) = self.rest.split_first().ok_or(Error::Invalid)?;
        self.rest = rest;
        Ok(first)
    }

    fn escaped(&mut self) -> Result<char> {
        Ok(match self.byte()? {
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.code_point(),
            c => c as char,
        })
    }

    /// Of two halves, each escaped on its own, when it is beyond 16 bits.
    fn code_point(&mut self) -> Result<char> {
        let first = self.unit()?;
        if !(0xd800..0xdc00).contains(&first) {
            return char::from_u32(first).ok_or(Error::Invalid);
        }
        self.expect("\\u")?;
        let second = self.unit()?;
        if !(0xdc00..0xe000).contains(&second) {
            return Err(Error::Invalid);
        }
        char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)).ok_or(Error::Invalid)
    }

    fn unit(&mut self) -> Result<u32> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = (self.byte()? as char).to_digit(16).ok_or(Error::Invalid)?;
            unit = unit << 4 | digit;
        }
        Ok(unit)
    }
}
