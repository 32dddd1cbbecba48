//! Without the standard library and without an allocator: texts are read into buffers.
#![no_std]

use core::fmt::Write;
use mimosa_mim::{mim, Error, Request, Response, Text};

fn handle(request: &Request, response: &mut Response) -> Result<(), Error> {
    let mut url = [0; 4096];
    if request.path_into(&mut url) != Ok("/hello") {
        return response.error(404, "there is only /hello");
    }
    let name = match request.query_into("name", &mut url) {
        Ok(name) if !name.is_empty() => name,
        Ok(_) | Err(Error::Absent) => "World",
        Err(_) => return response.error(400, "the name is malformed"),
    };
    let mut greeting = Text::<4200>::new();
    write!(greeting, "Hello {name}").map_err(|_| Error::Limit)?;
    response.text(200, &greeting)
}

mim!(handle);
