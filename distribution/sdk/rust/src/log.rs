//! The mim's log.

use crate::abi;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Debug = 0,
    Info = 1,
    Warn = 2,
    Error = 3,
}

/// A text for the log; [`log!`](crate::log!) formats one. It is dropped when this request has logged too much.
pub fn write(level: Level, text: &str) {
    unsafe { abi::log_write(level as i32, text.as_ptr(), text.len()) };
}

/// `log!(Level::Warn, "{} is missing", name)`; a text of more than 1024 bytes is cut.
#[macro_export]
macro_rules! log {
    ($level:expr, $($text:tt)+) => {{
        let mut text = $crate::Text::<1024>::new();
        let _ = ::core::fmt::Write::write_fmt(&mut text, ::core::format_args!($($text)+));
        $crate::log::write($level, &text);
    }};
}
