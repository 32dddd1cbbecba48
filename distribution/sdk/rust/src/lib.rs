//! Mims for Mimosa, in Rust: small services, each one WebAssembly module. Every request gets a fresh instance of it; only
//! [`storage`] and [`files`] survive.
//!
//! ```ignore
//! use mimosa_mim::{mim, Error, Request, Response};
//!
//! fn handle(request: &Request, response: &mut Response) -> Result<(), Error> {
//!     let name = request.query("name").unwrap_or_else(|_| "World".into());
//!     response.text(200, &format!("Hello {name}"))
//! }
//!
//! mim!(handle);
//! ```
//!
//! The crate needs neither the standard library nor an allocator: see the features in its `Cargo.toml`. What returns a
//! `String` or a `Vec` has a sibling, `…_into`, that reads into a buffer of the caller's.
#![no_std]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod abi;
#[cfg(feature = "bump")]
mod bump;
pub mod env;
mod error;
pub mod events;
pub mod files;
#[cfg(feature = "alloc")]
pub mod form;
pub mod http;
pub mod info;
#[cfg(feature = "alloc")]
pub mod json;
pub mod log;
mod panic;
pub mod random;
mod request;
mod response;
mod result;
pub mod storage;
mod text;
pub mod time;

#[cfg(feature = "alloc")]
pub use error::last_error;
pub use error::{last_error_into, Error, Result};
pub use request::Request;
pub use response::Response;
pub use text::Text;

#[cfg(feature = "alloc")]
pub use request::percent_decode;

/// Makes a function the handler of the mim: `mim!(handle)`, where `handle` is a
/// `fn(&Request, &mut Response) -> Result<(), Error>`. An error that it returns is logged and answered by status 500; when
/// a part of the response has left already, the connection is broken off.
#[macro_export]
macro_rules! mim {
    ($handle:path) => {
        #[no_mangle]
        pub extern "C" fn mim_abi_v1() {}

        #[no_mangle]
        pub extern "C" fn mim_handle() {
            $crate::run($handle);
        }
    };
}

/// What [`mim!`] calls.
#[doc(hidden)]
pub fn run(handle: fn(&Request, &mut Response) -> Result<()>) {
    #[cfg(feature = "std")]
    panic::log_panics();
    let mut response = Response::new();
    if let Err(error) = handle(&Request::new(), &mut response) {
        log!(log::Level::Error, "the handler failed: {}", error);
        let told = response.error(500, error.name());
        // Of a client that is gone nothing can be expected.
        if told == Err(Error::Denied) {
            panic!("the handler failed after its response had begun");
        }
    }
}
