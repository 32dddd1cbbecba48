use crate::{abi, result, Result, Text};
use core::fmt::Write;

/// The response of this request. Status and headers are set before the first byte; [`end`](Self::end) and what calls it
/// complete it. A response that was begun is ended when the handler returns.
pub struct Response {
    _made_here: (),
}

impl Response {
    pub(crate) fn new() -> Self {
        Response { _made_here: () }
    }

    /// 200 to 599; 200 when it is not set.
    pub fn status(&mut self, code: u16) -> Result<&mut Self> {
        result::done(unsafe { abi::response_status(code.into()) })?;
        Ok(self)
    }

    /// Replaces a header of the same name, except `set-cookie`, which is added.
    pub fn header(&mut self, name: &str, value: &str) -> Result<&mut Self> {
        result::done(unsafe { abi::response_header(name.as_ptr(), name.len(), value.as_ptr(), value.len()) })?;
        Ok(self)
    }

    /// Sends a piece at once. `Io`: the client is gone.
    pub fn write(&mut self, data: impl AsRef<[u8]>) -> Result<()> {
        let data = data.as_ref();
        result::done(unsafe { abi::response_write(data.as_ptr(), data.len()) })
    }

    /// Sends the last piece, and the end.
    pub fn end(&mut self, data: impl AsRef<[u8]>) -> Result<()> {
        let data = data.as_ref();
        result::done(unsafe { abi::response_end(data.as_ptr(), data.len()) })
    }

    /// A whole answer.
    pub fn text(&mut self, status: u16, text: &str) -> Result<()> {
        self.status(status)?.header("content-type", "text/plain; charset=utf-8")?.end(text)
    }

    /// A whole answer.
    pub fn json(&mut self, status: u16, json: &str) -> Result<()> {
        self.status(status)?.header("content-type", "application/json")?.end(json)
    }

    /// A whole answer, `{"error":{"code":<status>,"message":<message>}}`; a message of more than 400 bytes is cut.
    pub fn error(&mut self, status: u16, message: &str) -> Result<()> {
        let mut cut = Text::<400>::new();
        let _ = cut.write_str(message);
        let mut json = Text::<2500>::new();
        let _ = write!(json, "{{\"error\":{{\"code\":{status},\"message\":\"");
        let _ = crate::text::write_escaped(&mut json, &cut);
        let _ = json.write_str("\"}}");
        self.json(status, &json)
    }

    /// Sends a stored file, and the end; ranges of it when the client asks for them.
    pub fn file(&mut self, path: &str, mime: &str) -> Result<()> {
        result::done(unsafe { abi::response_file(path.as_ptr(), path.len(), mime.as_ptr(), mime.len()) })
    }
}
